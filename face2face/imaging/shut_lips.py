"""Lips pulled together over the teeth of a photo."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks
from face2face.landmarks import interocular

#: The lips' edges from the mouth's right corner to its left one, from top to bottom.
_EDGES = (
    [48, 49, 50, 51, 52, 53, 54],
    [48, 60, 61, 62, 63, 64, 54],
    [48, 60, 67, 66, 65, 64, 54],
    [48, 59, 58, 57, 56, 55, 54],
)
#: Width of the inner edges that is left out, in interocular distances: teeth shine through it.
_FRINGE = 0.025
#: Width of skin next to the lips that moves with them, in the same unit.
_SKIN = 0.06


def shut_lips(photo: Image, landmarks: Landmarks) -> tuple[Image, Landmarks]:
    """Return a photo whose lips meet in the middle of the mouth, and its landmarks.

    Both lips are stretched until they touch. The corners and the outer edges stay.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)``, in pixels.

    >>> from face2face.face.expression import AVERAGE_FACE, Expression
    >>> face = Expression(open=0.3).applied_to(25 * AVERAGE_FACE + np.float32((64, 50)))
    >>> _, shut = shut_lips(np.zeros((128, 128, 3), np.uint8), face)
    >>> bool(np.allclose(shut[[61, 62, 63]], shut[[67, 66, 65]]))
    True
    """
    unit = interocular(landmarks)
    along = landmarks[54] - landmarks[48]
    along = along / max(float(np.linalg.norm(along)), 1e-6)
    axes = np.stack([along, (-along[1], along[0])])
    points = (landmarks - landmarks[48]) @ axes.T
    pixels = np.stack(np.meshgrid(*map(np.arange, photo.shape[1::-1])), axis=-1)
    x, y = np.moveaxis((pixels - landmarks[48]) @ axes.T, -1, 0)
    top, upper, lower, bottom = (np.interp(x, *points[edge].T) for edge in _EDGES)
    seam = (upper + lower) / 2
    parted = np.minimum(lower - upper, 1) * (x > 0) * (x < points[54, 0])
    top, bottom = top - _SKIN * unit, bottom + _SKIN * unit
    fringe = _FRINGE * unit * parted
    moved = np.where(
        y < seam,
        -_ramp(y, top, seam) * (seam - upper + fringe),
        _ramp(-y, -bottom, -seam) * (lower - seam + fringe),
    )
    sources = (pixels + (moved * (parted > 0))[..., None] * axes[1]).astype(np.float32)
    shut = landmarks.copy()
    middle = (landmarks[[61, 62, 63]] + landmarks[[67, 66, 65]]) / 2
    shut[[61, 62, 63]] = shut[[67, 66, 65]] = middle
    return np.asarray(cv2.remap(photo, sources, None, cv2.INTER_LINEAR), np.uint8), shut


def _ramp(
    values: NDArray[np.floating], start: NDArray[np.floating], stop: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Return 0 up to the start, 1 from the stop on, and linear values between."""
    return np.clip((values - start) / np.maximum(stop - start, 1e-6), 0, 1)
