"""Give painted areas the grain of the photo around them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image

#: Standard deviation of the blur that separates grain from shading, in pixels. Pores and sensor
#: noise are finer.
_SIGMA = 1.5
#: Distances at which grain is searched, in widths and heights of the area.
_DISTANCES = (1.2, 2.0)
#: Number of directions in which grain is searched.
_DIRECTIONS = 12
#: Least share of an area for which a candidate place has known grain.
_MIN_KNOWN_SHARE = 0.9
#: Difference in grey levels up to which grain is copied at full strength. It fades to none at twice
#: this difference: the grain of hair doesn't suit skin.
_MAX_DIFFERENCE = 16.0


def match_grain(
    part: Image, answer: NDArray[np.floating], known: NDArray[np.bool_], painted: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return the grain that is missing in painted areas, copied from similar pixels nearby.

    Args:
        part: ``(h, w, 3)`` uint8 RGB, a part of a photo.
        answer: ``(h, w, 3)`` float, 0 to 255, the colours painted into it.
        known: ``(h, w)``, True where the part shows the photo.
        painted: ``(h, w)``, True where the answer is painted.

    Returns:
        ``(h, w, 3)`` float32 to add to the answer, zero outside the painted areas.

    >>> photo = np.random.default_rng(0).integers(90, 110, (32, 32, 3), np.uint8)
    >>> painted = np.zeros((32, 32), bool)
    >>> painted[12:18, 12:18] = True
    >>> bool(match_grain(photo, np.full((32, 32, 3), 100.0), ~painted, painted)[painted].any())
    True
    """
    grain = np.zeros(part.shape, np.float32)
    shading = cv2.GaussianBlur(part, (0, 0), _SIGMA).astype(np.float32)
    detail = part.astype(np.float32) - shading
    own_detail = answer - cv2.GaussianBlur(answer, (0, 0), _SIGMA)
    # Near missing pixels, the blur contains their colour: those pixels are not reliable.
    kernel = np.ones((3, 3), np.uint8)
    reliable = cv2.erode(known.astype(np.uint8), kernel, iterations=round(4 * _SIGMA)) > 0
    count, areas, boxes, _ = cv2.connectedComponentsWithStats(
        painted.astype(np.uint8), connectivity=8
    )
    for number in range(1, count):
        left, top, width, height, _ = boxes[number]
        rows, columns = np.nonzero(areas[top : top + height, left : left + width] == number)
        rows, columns = rows + top, columns + left
        copied = _copied_grain(
            detail, shading, reliable, answer[rows, columns], (rows, columns), (height, width)
        )
        if copied is not None:
            # Variances add up: copy only as much as the answer's own grain leaves missing.
            missing = 1 - own_detail[rows, columns].var(0) / np.maximum(copied.var(0), 1e-3)
            grain[rows, columns] = np.sqrt(np.clip(missing, 0, 1)) * copied
    return grain


def _copied_grain(
    detail: NDArray[np.float32],
    shading: NDArray[np.float32],
    reliable: NDArray[np.bool_],
    colours: NDArray[np.floating],
    pixels: tuple[NDArray[np.integer], NDArray[np.integer]],
    extent: tuple[int, int],
) -> NDArray[np.floating] | None:
    """Return the grain of the candidate place whose shading is most similar to an area's colours.

    Candidate places lie around the area, in ``_DIRECTIONS`` directions at ``_DISTANCES``.

    Args:
        detail: ``(h, w, 3)``, the photo's grain.
        shading: ``(h, w, 3)``, the photo without its grain.
        reliable: ``(h, w)``, True where grain and shading are known.
        colours: ``(n, 3)``, the colours of the area's n pixels.
        pixels: Rows and columns of these pixels, ``(n,)`` each.
        extent: Height and width of the area, in pixels.

    Returns:
        ``(n, 3)``, or None where too little is known around the area.
    """
    (rows, columns), (height, width) = pixels, extent
    smallest, copied = np.inf, None
    for distance in _DISTANCES:
        for angle in np.linspace(0, 2 * np.pi, _DIRECTIONS, endpoint=False):
            down, right = np.rint(
                distance * np.array([height * np.sin(angle), width * np.cos(angle)])
            ).astype(int)
            r, c = rows + down, columns + right
            usable = (r >= 0) & (r < detail.shape[0]) & (c >= 0) & (c < detail.shape[1])
            r, c = np.clip(r, 0, detail.shape[0] - 1), np.clip(c, 0, detail.shape[1] - 1)
            usable &= reliable[r, c]
            if usable.mean() < _MIN_KNOWN_SHARE:
                continue
            difference = np.abs(shading[r, c] - colours).mean(-1, keepdims=True)
            if (mean := float(difference[usable].mean())) < smallest:
                smallest = mean
                strength = np.clip(2 - difference / _MAX_DIFFERENCE, 0, 1)
                copied = np.where(usable[:, None], detail[r, c] * strength, 0)
    return copied
