"""Where to crop: one square that holds a head wherever it goes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from face2face.image import Box

#: Room for hair, ears and neck beside, above and below the landmarks' own extent, as shares of its width and height.
_BESIDE, _ABOVE, _BELOW = 0.45, 0.75, 0.3
#: The least room around the landmarks, as a share of their extent.
_LEAST = 0.06


def head_box(landmarks: NDArray[np.floating], height: int, width: int) -> Box:
    """One square for all frames of a video.

    It lies within the picture wherever the landmarks allow; it only reaches over the edge when they need more than the
    picture's shorter side.

    Args:
        landmarks: ``(n, 68, 2)`` in the picture's pixels, n at least 1.
        height: The picture's, in pixels.
        width: The picture's, in pixels.
    """
    low, high = landmarks.min(axis=1), landmarks.max(axis=1)
    extent = high - low
    wanted_low = np.maximum((low - extent * (_BESIDE, _ABOVE)).min(0), 0)
    wanted_high = np.minimum((high + extent * (_BESIDE, _BELOW)).max(0), (width, height))
    least = ((high + _LEAST * extent).max(0) - (low - _LEAST * extent).min(0)).max()
    side = int(np.ceil(max(min(float((wanted_high - wanted_low).max()), height, width), least)))
    middle = (wanted_low + wanted_high) / 2
    # The landmarks themselves come before the room around them.
    middle = (
        np.clip(middle, high.max(0) + 1 - side / 2, low.min(0) - 1 + side / 2)
        if side > least
        else (high.max(0) + low.min(0)) / 2
    )
    x, y = (
        _placed(centre - side / 2, side, length)
        for centre, length in zip(middle, (width, height), strict=True)
    )
    return Box(x, y, side)


def _placed(start: float, side: int, length: int) -> int:
    """A stretch of ``side`` moved inside ``length`` where it fits."""
    return round(min(max(start, 0), length - side)) if side <= length else round(start)
