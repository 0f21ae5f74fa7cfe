"""Grain: what a photo has that is too fine to be painted."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image

#: Grain is what is finer than this, in pixels; it is looked for so many holes' widths away, in so many directions.
_GRAIN, _AWAY, _DIRECTIONS = 1.5, (1.2, 2.0), 12
#: At least so much of a hole must be covered by the place from which its grain is taken.
_COVERED = 0.9
#: Where what it is taken from differs by more grey levels than this from the answer it is weaker, at twice as many it is none: hair isn't
#: the grain of skin.
_UNLIKE = 16.0


def match_grain(
    part: Image, answer: NDArray[np.floating], known: NDArray[np.bool_], painted: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """The grain that an answer lacks, taken from known pixels nearby that look like it.

    Args:
        part: ``(h, w, 3)`` uint8 RGB.
        answer: ``(h, w, 3)`` float, 0 to 255, what is painted into it.
        known: ``(h, w)``, where the part is a photo.
        painted: ``(h, w)``, where the answer is painted.

    Returns:
        ``(h, w, 3)`` float32 to be added to the answer, zero beyond what is painted.
    """
    lacking = np.zeros(part.shape, np.float32)
    smooth = cv2.GaussianBlur(part, (0, 0), _GRAIN).astype(np.float32)
    fine = part.astype(np.float32) - smooth
    own = answer - cv2.GaussianBlur(answer, (0, 0), _GRAIN)
    # What is smoothed beside a hole has its filling in it.
    sure = (
        cv2.erode(known.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=round(4 * _GRAIN))
        > 0
    )
    count, parts, boxes, _ = cv2.connectedComponentsWithStats(
        painted.astype(np.uint8), connectivity=8
    )
    for number in range(1, count):
        left, top, width, height, _ = boxes[number]
        rows, columns = np.nonzero(parts[top : top + height, left : left + width] == number)
        rows, columns = rows + top, columns + left
        best, taken = np.inf, None
        for far in _AWAY:
            for angle in np.linspace(0, 2 * np.pi, _DIRECTIONS, endpoint=False):
                down, across = np.rint(
                    far * np.array([height * np.sin(angle), width * np.cos(angle)])
                ).astype(int)
                r, c = rows + down, columns + across
                there = (r >= 0) & (r < part.shape[0]) & (c >= 0) & (c < part.shape[1])
                r, c = np.clip(r, 0, part.shape[0] - 1), np.clip(c, 0, part.shape[1] - 1)
                there &= sure[r, c]
                if there.mean() < _COVERED:
                    continue
                unlike = np.abs(smooth[r, c] - answer[rows, columns]).mean(-1, keepdims=True)
                if unlike[there].mean() < best:
                    best = float(unlike[there].mean())
                    taken = np.where(
                        there[:, None], fine[r, c] * np.clip(2 - unlike / _UNLIKE, 0, 1), 0
                    )
        if taken is not None:
            spare = 1 - own[rows, columns].var(0) / np.maximum(taken.var(0), 1e-3)
            lacking[rows, columns] = np.sqrt(np.clip(spare, 0, 1)) * taken
    return lacking
