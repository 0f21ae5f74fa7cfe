"""Colours in CIE L*a*b*: lightness from 0 to 100, and two axes of hue around 0."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def rgb_to_lab(picture: NDArray[np.generic]) -> NDArray[np.float32]:
    """Return a picture, ``(h, w, 3)`` RGB, 0 to 255, as CIE L*a*b*, float32 of the same shape.

    >>> rgb_to_lab(np.full((1, 1, 3), 255, np.uint8)).round().tolist()
    [[[100.0, 0.0, 0.0]]]
    """
    scaled = picture.astype(np.float32) / np.float32(255)
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB), np.float32)


def lab_to_rgb(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return CIE L*a*b*, ``(h, w, 3)`` float32, as RGB, 0 to 255, of the same shape."""
    return np.asarray(255 * cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.float32)
