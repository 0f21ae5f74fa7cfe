"""Shapes in masks: the pieces, holes and dents by which a covered face shows."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def disc(radius: float) -> NDArray[np.uint8]:
    """Return a disc for dilation and erosion, of a radius in pixels."""
    side = 2 * round(radius) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def polygon(points: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return where a polygon lies in a picture, ``shape`` bool."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round(points).astype(np.int32)], 1)
    return mask > 0


def missing(mask: NDArray[np.bool_], expected: NDArray[np.bool_]) -> float:
    """Return the share of the expected area that a mask lacks; 1 where none is expected."""
    return 1 - float(mask[expected].mean()) if expected.any() else 1.0


def largest_piece(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the largest connected piece of a mask."""
    count, pieces, measures, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    return np.asarray(pieces == 1 + int(measures[1:, cv2.CC_STAT_AREA].argmax()))


def broken(lips: NDArray[np.bool_]) -> float:
    """Return the share of the lips' convex outline that isn't lips; 1 without lips.

    The outline is that of the straightened mouth: a smile bends it.
    """
    y, x = np.nonzero(lips)
    if not len(x):
        return 1.0
    x = x - x.mean()
    # A parabola needs three columns.
    bend = np.polyfit(x, y, 2) if len(np.unique(x)) > 2 else np.array([y.mean()])
    straight = np.column_stack([x, y - np.polyval(bend, x)]).astype(np.float32)
    hull = cv2.contourArea(cv2.convexHull(straight))
    # The outline goes through the middles of pixels, so that their number may exceed its area.
    return max(0.0, 1 - float(len(x) / hull)) if hull else 1.0


def dent(mask: NDArray[np.bool_]) -> float:
    """Return the share of a mask's convex outline that its pieces and their holes don't fill."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return 1.0
    hull = cv2.contourArea(cv2.convexHull(np.concatenate(outlines)))
    return 1 - float(max(map(cv2.contourArea, outlines)) / hull) if hull else 1.0
