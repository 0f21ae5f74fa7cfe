"""The crop of a video: one square that holds a head wherever it goes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from face2face.image import Box

#: Margin to the left and right of the landmarks, for ears and hair, as a share of their width.
_SIDE_MARGIN = 0.45
#: Margin above the landmarks, for hair, as a share of their height.
_TOP_MARGIN = 0.75
#: Margin below the landmarks, for the neck, as a share of their height.
_BOTTOM_MARGIN = 0.3
#: Least margin on every side, even beyond the picture's edge, as a share of the landmarks' extent.
_MIN_MARGIN = 0.06


def head_box(landmarks: NDArray[np.floating], height: int, width: int) -> Box:
    """Return one square crop for all frames of a video.

    It lies within the picture wherever the landmarks allow. It reaches over the edge only if they
    need more than the picture's shorter side.

    Args:
        landmarks: ``(n, 70, 2)``, in the picture's pixels, n at least 1.
        height: Height of the picture, in pixels.
        width: Width of the picture, in pixels.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> head_box((60 * AVERAGE_FACE + (320, 200))[None], 480, 640)
    Box(x=184, y=76, side=272)
    """
    low, high = landmarks.min(axis=1), landmarks.max(axis=1)
    extent = high - low
    wanted_low = np.maximum((low - extent * (_SIDE_MARGIN, _TOP_MARGIN)).min(0), 0)
    wanted_high = (high + extent * (_SIDE_MARGIN, _BOTTOM_MARGIN)).max(0)
    wanted_high = np.minimum(wanted_high, (width, height))
    wanted_side = min(float((wanted_high - wanted_low).max()), height, width)
    min_side = ((high + _MIN_MARGIN * extent).max(0) - (low - _MIN_MARGIN * extent).min(0)).max()
    side = int(np.ceil(max(wanted_side, min_side)))
    centre = (wanted_low + wanted_high) / 2
    # The landmarks matter more than the margins around them.
    centre = (
        np.clip(centre, high.max(0) + 1 - side / 2, low.min(0) - 1 + side / 2)
        if side > min_side
        else (high.max(0) + low.min(0)) / 2
    )
    x, y = (
        _start_inside(middle - side / 2, side, length)
        for middle, length in zip(centre, (width, height), strict=True)
    )
    return Box(x, y, side)


def _start_inside(start: float, side: int, length: int) -> int:
    """Return the start of an interval, moved so that it lies in ``[0, length]`` if it fits."""
    return round(min(max(start, 0), length - side)) if side <= length else round(start)
