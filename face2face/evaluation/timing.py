"""Times of frames, and a driver's clip to measure with."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from skimage.data import astronaut

from face2face.face.back_ends import make_detector
from face2face.image import Image
from face2face.landmarks import interocular
from face2face.segmentation.blemishes import skin_mask
from face2face.segmentation.parser import labels_from_landmarks
from face2face.synthetic.animate import animate
from face2face.synthetic.blemishes import draw_blemishes
from face2face.synthetic.motion import scripted_expression

#: Width of the driver's frames in pixels: a webcam's usual picture.
WIDTH = 640
#: Height of the driver's frames in pixels.
HEIGHT = 480
#: Frames a second of the driver's clip.
FPS = 30
#: Frames at the start of a round that are not counted: caches fill and threads start.
WARM_UP = 30


@dataclass(frozen=True)
class Timing:
    """Times of many frames, in milliseconds.

    Attributes:
        median: The median.
        p99: The 99th percentile.

    >>> Timing.of([0.010] * 3).median
    10.0
    """

    median: float
    p99: float

    @classmethod
    def of(cls, seconds: list[float]) -> Timing:
        """Return the timing of frames, given the seconds that each took."""
        median, p99 = np.percentile(np.array(seconds) * 1000, (50, 99))
        return cls(float(median), float(p99))


def time_calls(step: Callable[[Image], Image], frames: list[Image]) -> Timing:
    """Time a function on frames, one after the other."""
    seconds = []
    for photo in frames:
        began = time.perf_counter()
        step(photo)
        seconds.append(time.perf_counter() - began)
    return Timing.of(seconds[min(WARM_UP, len(seconds) // 4) :])


def portrait_clip(length: int, blemishes: int = 0) -> list[Image]:
    """Return a driver's clip without a camera: scikit-image's portrait, animated by the script.

    Args:
        length: Number of frames.
        blemishes: Number of blemishes that are drawn into its skin.

    Returns:
        Frames ``(480, 640, 3)`` uint8 RGB.
    """
    photo = astronaut()
    (landmarks,) = make_detector()(photo)
    skin = skin_mask(labels_from_landmarks(landmarks, *photo.shape[:2]), landmarks)
    photo, _ = draw_blemishes(
        photo, skin, interocular(landmarks), np.random.default_rng(0), blemishes
    )
    side = (WIDTH - photo.shape[1]) // 2
    frames = []
    for number in range(length):
        moved = animate(photo, landmarks, scripted_expression(number / FPS).applied_to(landmarks))
        frames.append(cv2.copyMakeBorder(moved[:HEIGHT], 0, 0, side, side, cv2.BORDER_REPLICATE))
    return frames
