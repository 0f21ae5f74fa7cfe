"""Greyscale morphology: openings by discs and by line segments, and connected pieces.

An opening removes what is brighter than its surroundings and too small to hold the shape
(Soille, *Morphological Image Analysis*, 2003).
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
#: Stands for pixels outside the picture and outside the searched skin: above any value in it.
OUTSIDE = 99.0
#: Directions in which line segments lie, evenly spaced over half a turn.
_DIRECTIONS = 8


def disc(radius: float) -> NDArray[np.uint8]:
    """Return a filled disc as a structuring element, ``(n, n)`` uint8 of 0 and 1, n odd.

    Args:
        radius: In pixels; at least 1 is used.

    >>> disc(1).tolist()
    [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
    """
    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def opening(values: Plane, shape: NDArray[np.uint8]) -> Plane:
    """Return the greyscale opening of ``(h, w)`` float32 values; pixels outside count as bright.

    Args:
        values: Each below :data:`OUTSIDE` in magnitude.
        shape: The structuring element, 0 and 1.

    >>> opening(np.float32([[0, 9, 0, 5, 5, 5]]), np.ones((1, 3), np.uint8)).tolist()
    [[0.0, 0.0, 0.0, 5.0, 5.0, 5.0]]
    """
    eroded = cv2.erode(values, shape, borderType=cv2.BORDER_CONSTANT, borderValue=OUTSIDE)
    return np.asarray(
        cv2.dilate(eroded, shape, borderType=cv2.BORDER_CONSTANT, borderValue=-OUTSIDE), np.float32
    )


def linear_opening(values: Plane, length: float) -> Plane:
    """Return the greatest of the openings by line segments in eight directions.

    It keeps whatever is at least ``length`` pixels long in some direction and removes the rest
    (Soille, section 8.2).

    >>> linear_opening(np.float32([[0, 9, 0, 0, 5, 5, 5, 5, 5]]), 3)[0, 4:].tolist()
    [5.0, 5.0, 5.0, 5.0, 5.0]
    """
    first, *others = _segments(length)
    greatest = opening(values, first)
    for segment in others:
        cv2.max(greatest, opening(values, segment), greatest)
    return greatest


def select_pieces(
    pieces: NDArray[np.int32], numbers: NDArray[np.integer] | list[int]
) -> NDArray[np.bool_]:
    """Return where the connected pieces with these numbers are, as a mask of the same shape.

    Args:
        pieces: ``(h, w)`` int32, each pixel's piece as ``cv2.connectedComponents`` numbers them.
        numbers: The pieces to keep; 0 is the background and never kept.

    >>> select_pieces(np.int32([[0, 1, 2, 2]]), [0, 2]).tolist()
    [[False, False, True, True]]
    """
    selected = np.zeros(int(pieces.max()) + 1, bool)
    selected[np.asarray(numbers, int)] = True
    selected[0] = False
    return selected[pieces]


@cache
def _segments(length: float) -> list[NDArray[np.uint8]]:
    """Return line segments of ``length`` pixels in eight directions."""
    middle = max(1, round(length / 2))
    segments = []
    for angle in np.pi / _DIRECTIONS * np.arange(_DIRECTIONS):
        shape = np.zeros((2 * middle + 1, 2 * middle + 1), np.uint8)
        step = np.rint(middle * np.array([np.cos(angle), np.sin(angle)])).astype(int)
        cv2.line(shape, (middle - step).tolist(), (middle + step).tolist(), 1)
        # Rasterised lines differ from end to end; an opening needs a symmetric shape.
        segments.append(shape | shape[::-1, ::-1])
    return segments
