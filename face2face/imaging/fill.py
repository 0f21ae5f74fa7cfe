"""Colours spread from where they are known to where they aren't."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def pull_push_fill(photo: NDArray[Any], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """A photo's known pixels, and between them smoothly what lies nearest: ``(h, w, 3)`` float32.

    Pull and push: Gortler, Grzeszczuk, Szeliski and Cohen, *The lumigraph*, SIGGRAPH 1996, section 3.4. Known pixels are averaged at ever
    coarser steps until everything is known, and what is missing at each step is taken from the next coarser one.

    Args:
        photo: ``(h, w, 3)`` uint8, or float of any range.
        known: ``(h, w)``, somewhere True.
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
        # Four pixels of which one is known say as much as one.
        surer = np.minimum(4 * weight, 1) / np.maximum(weight, 1e-9)
        colour, weight = colour * surer, weight * surer
        levels.append((colour, weight))
    filled = levels[-1][0]
    for colour, weight in reversed(levels[:-1]):
        filled = colour + (1 - weight) * cv2.resize(
            filled, weight.shape[1::-1], interpolation=cv2.INTER_LINEAR
        )
    return np.asarray(filled, np.float32)
