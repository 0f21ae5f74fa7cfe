"""Fill missing pixels smoothly from known ones."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def pull_push_fill(photo: NDArray[Any], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return a photo whose missing pixels are interpolated from the known ones.

    The method is pull-push: Gortler, Grzeszczuk, Szeliski and Cohen, *The lumigraph*, SIGGRAPH
    1996, section 3.4. Pull: average known pixels over ever coarser levels until none is missing.
    Push: fill the missing pixels of each level from the next coarser one.

    Args:
        photo: ``(h, w, 3)`` uint8, or float of any range.
        known: ``(h, w)``, True in at least one pixel.

    Returns:
        ``(h, w, 3)`` float32 in the photo's range; known pixels keep their colours.

    >>> photo = np.array([[[0, 0, 0], [9, 9, 9], [8, 8, 8]]], np.uint8)
    >>> filled = pull_push_fill(photo, np.array([[True, False, True]]))
    >>> bool(0 < filled[0, 1, 0] < 8)
    True
    """
    weight = known.astype(np.float32)[..., None]
    levels = [(photo * weight, weight)]
    while max(weight.shape[:2]) > 1:
        colour, weight = levels[-1]
        size = [-(-each // 2) for each in weight.shape[1::-1]]
        colour, weight = (
            cv2.resize(each, size, interpolation=cv2.INTER_AREA).reshape(*size[::-1], -1)
            for each in (colour, weight)
        )
        # One known pixel of four is enough: it gets the full weight of 1.
        gain = np.minimum(4 * weight, 1) / np.maximum(weight, 1e-9)
        colour, weight = colour * gain, weight * gain
        levels.append((colour, weight))
    filled = levels[-1][0]
    for colour, weight in reversed(levels[:-1]):
        filled = colour + (1 - weight) * cv2.resize(
            filled, weight.shape[1::-1], interpolation=cv2.INTER_LINEAR
        )
    return np.asarray(filled, np.float32)
