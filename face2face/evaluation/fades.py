"""Fades: frames in which the outlines of two keyframes show at once.

While one head keyframe gives way to another, both are mixed. Where their hair or shoulders lie
apart, the mix shows each of them half transparent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks
from face2face.imaging.masks import face_mask
from face2face.keyframes.bank import KeyframeBank
from face2face.keyframes.pose_metric import HEAD
from face2face.keyframes.pose_selectors import KeyframeWeights, PoseSelectors
from face2face.modes.reenact import Reenact

#: Difference of a mix from the nearest of its pictures that is visible, in grey levels.
_VISIBLE_LEVELS = 10
#: Share of the pixels outside the face that must differ so. Fewer are hard to see: looked at on a
#: target with dark hair in front of a bright wall.
_MIN_SHARE = 0.02


class ObservedSelectors(PoseSelectors):
    """Selectors that keep their last choice for an observer.

    Attributes:
        chosen: The last choice; empty before the first.
    """

    def __init__(self) -> None:
        super().__init__()
        self.chosen: KeyframeWeights = {}

    def __call__(self, bank: KeyframeBank, descriptor: NDArray[np.floating]) -> KeyframeWeights:
        """Return the keyframes for the next pose, see :class:`PoseSelectors`."""
        self.chosen = super().__call__(bank, descriptor)
        return self.chosen


def ghost_share(
    pictures: Sequence[Image], weights: Sequence[float], outside: NDArray[np.bool_]
) -> float:
    """Return the share of pixels at which a mix of pictures shows several of them at once.

    Such a pixel differs visibly from every picture in the mix. So two pictures that are aligned
    make no ghost, nor does a mix in which one of them hardly counts.

    Args:
        pictures: The pictures that are mixed, ``(h, w, 3)`` uint8 RGB each, at least one.
        weights: Their weights, which add up to 1.
        outside: ``(h, w)``, true at the pixels that count.

    Returns:
        0 to 1.

    >>> black, white = np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 255, np.uint8)
    >>> everywhere = np.ones((2, 2), bool)
    >>> ghost_share([black, white], [0.5, 0.5], everywhere)
    1.0
    >>> ghost_share([black, white], [0.01, 0.99], everywhere)
    0.0
    """
    stack = np.stack(pictures).astype(np.float32)
    mix = np.tensordot(np.asarray(weights, np.float32), stack, 1)
    nearest = np.abs(stack - mix).max(-1).min(0)
    return float((nearest > _VISIBLE_LEVELS)[outside].mean())


def frame_ghost_share(mode: Reenact, landmarks: Landmarks, head: Mapping[int, float]) -> float:
    """Return the :func:`ghost_share` of a frame outside its face.

    Args:
        mode: The target; it has a keyframe bank.
        landmarks: ``(70, 2)`` float32, the target's, in panel pixels.
        head: The keyframes that give hair and shoulders, and their weights.
    """
    if len(head) < 2:
        return 0.0
    outside = cv2.extractChannel(face_mask(landmarks, mode.size), 0) == 0
    return ghost_share(mode.surroundings(landmarks, head), list(head.values()), outside)


def is_fade(mode: Reenact, landmarks: Landmarks, head: Mapping[int, float]) -> bool:
    """Return whether the outlines of two keyframes show at once; see :func:`frame_ghost_share`."""
    return frame_ghost_share(mode, landmarks, head) > _MIN_SHARE


def count_fades(mode: Reenact, poses: Iterable[Landmarks]) -> int:
    """Return in how many frames of a live run the outlines of two keyframes show at once.

    Args:
        mode: The target; it has a keyframe bank.
        poses: ``(70, 2)`` float32, the target's landmarks in each frame, in panel pixels.
    """
    assert mode.bank is not None
    selectors, count = PoseSelectors(), 0
    for landmarks in poses:
        chosen = selectors(mode.bank, mode.bank.pose_descriptor(landmarks))
        count += is_fade(mode, landmarks, chosen[HEAD])
    return count
