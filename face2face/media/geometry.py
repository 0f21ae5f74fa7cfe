"""The geometry of decoded frames: square pixels, upright, without transparency."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image

#: Least and largest credible ratio of a pixel's width to its height.
_RATIO_RANGE = (Fraction(1, 8), Fraction(8))


def display_size(width: int, height: int, ratio: Fraction | None) -> tuple[int, int]:
    """Return the width and height of a frame scaled to square pixels.

    Args:
        width: In pixels, as stored.
        height: In pixels, as stored.
        ratio: A pixel's width divided by its height; None or an absurd one counts as 1.

    >>> display_size(720, 576, Fraction(16, 15))
    (768, 576)
    """
    if not ratio or not _RATIO_RANGE[0] <= ratio <= _RATIO_RANGE[1]:
        return width, height
    return max(1, round(width * ratio)), height


def orientation(frame: Any) -> NDArray[np.int64]:
    """Return how a frame of PyAV is to be turned, from its display matrix.

    Returns:
        ``(2, 2)``, an axis and a sign in each row: the stored (x, y), multiplied by it from the
        right, are the shown (x, y). Any matrix that isn't made of quarter turns and mirrors
        counts as none.
    """
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return np.eye(2, dtype=np.int64)
    numbers = np.frombuffer(bytes(data), np.int32)[[0, 1, 3, 4]].reshape(2, 2)
    signs = np.sign(numbers) * (np.abs(numbers) > 1 << 15)
    quarter = (np.abs(signs).sum(axis=0) == 1).all() and (np.abs(signs).sum(axis=1) == 1).all()
    return signs.astype(np.int64) if quarter else np.eye(2, dtype=np.int64)


def upright(image: Image, turn: NDArray[np.int64]) -> Image:
    """Return a picture turned and mirrored.

    Args:
        image: ``(h, w, 3)`` uint8.
        turn: See :func:`orientation`.

    >>> upright(np.zeros((4, 6, 3), np.uint8), np.array([[0, 1], [-1, 0]])).shape
    (6, 4, 3)
    """
    right, down = turn.sum(axis=0)
    if turn[0, 1]:  # stored columns are shown rows
        image = np.asarray(cv2.transpose(image), np.uint8)
    if right == down == 1:
        return image
    return np.asarray(cv2.flip(image, -1 if right == down else int(right == -1)), np.uint8)


def over_white(image: NDArray[np.uint8]) -> Image:
    """Return an ``(h, w, 4)`` uint8 RGBA picture laid on white, ``(h, w, 3)`` uint8.

    >>> over_white(np.array([[[255, 0, 0, 255], [9, 9, 9, 0]]], np.uint8)).tolist()
    [[[255, 0, 0], [255, 255, 255]]]
    """
    alpha = cv2.cvtColor(image[..., 3], cv2.COLOR_GRAY2RGB)
    colours = cv2.multiply(image[..., :3], alpha, scale=1 / 255)
    return np.asarray(cv2.add(colours, cv2.bitwise_not(alpha)), np.uint8)
