"""Emotions, told from the shape of eyes, brows and mouth in a label map."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image
from face2face.segmentation.labels import CLASSES, Labels

#: The emotions; an emotion's place is its number.
EMOTIONS = ("neutral", "happy", "sad", "angry", "surprised")
#: Other names of a folder of photos -> its emotion.
_OTHER_NAMES = {"smile": "happy", "smiling": "happy"}
#: Channel of the masks -> its classes. The fifth channel is the rest of the map.
_CHANNELS: dict[str, tuple[str, ...]] = {
    "eyes": ("left_eye", "right_eye"),
    "brows": ("left_brow", "right_brow"),
    "mouth": ("mouth",),
    "lips": ("upper_lip", "lower_lip"),
}
#: Number of channels of the masks.
CHANNEL_COUNT = len(_CHANNELS) + 1
#: Names of the panels that hold the masks: three in the first one, two in the second.
PANELS = ("eyes_brows_mouth", "lips_rest")


class EmotionClassifier:
    """Tells the emotion of a face from its label map.

    Args:
        engine: Takes the panels of :func:`mask_panels`. Returns the likelihood of each emotion,
            0 to 255, as ``(1, 1, 5)`` uint8.

    >>> happy = np.array([[[0, 255, 0, 0, 0]]], np.uint8)
    >>> EmotionClassifier(lambda panels: happy)(np.zeros((256, 256), np.uint8))
    'happy'
    """

    def __init__(self, engine: Callable[[list[Image]], NDArray[np.uint8]]) -> None:
        self._engine = engine

    def __call__(self, labels: Labels) -> str:
        """Return the likeliest emotion.

        Args:
            labels: ``(256, 256)`` uint8, framed as in
                :class:`face2face.segmentation.features.FaceMap`.
        """
        return EMOTIONS[int(self.likelihoods(labels).argmax())]

    def likelihoods(self, labels: Labels) -> NDArray[np.float32]:
        """Return the likelihood of each of :data:`EMOTIONS`, ``(5,)`` float32 in [0, 1]."""
        return np.asarray(self._engine(mask_panels(labels)).ravel() / np.float32(255))


def mask_panels(labels: Labels) -> list[Image]:
    """Return five masks of a label map as two panels, 255 inside and 0 outside.

    Args:
        labels: ``(h, w)`` uint8.

    Returns:
        Two pictures, ``(h, w, 3)`` uint8: eyes, brows and the mouth's interior; lips, the rest, and
        an empty channel.

    >>> [panel.tolist() for panel in mask_panels(np.array([[4, 12]], np.uint8))]
    [[[[255, 0, 0], [0, 0, 0]]], [[[0, 0, 0], [255, 0, 0]]]]
    """
    numbers = cv2.merge([labels] * 3)
    return [np.asarray(cv2.LUT(numbers, table), np.uint8) for table in _tables()]


@cache
def _tables() -> list[NDArray[np.uint8]]:
    """Return, for each panel, the colour of each class number, ``(1, 256, 3)`` uint8."""
    channels = np.zeros((256, 2 * 3), np.uint8)
    for place, names in enumerate(_CHANNELS.values()):
        channels[[CLASSES.index(name) for name in names], place] = 255
    channels[:, CHANNEL_COUNT - 1] = 255 - channels.max(-1)
    return [channels[None, :, :3].copy(), channels[None, :, 3:].copy()]


def emotion_of_folder(name: str) -> str | None:
    """Return the emotion that a folder's name means; None for none.

    >>> emotion_of_folder("Smiling"), emotion_of_folder("holiday")
    ('happy', None)
    """
    name = name.lower()
    name = _OTHER_NAMES.get(name, name)
    return name if name in EMOTIONS else None
