"""Other colours for what a photo shows: its light and shade stay."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image

#: How wide the soft edge is, as a share of the root of the area.
_EDGE = 0.02
#: How much darker or lighter hair may change its contrast: what is dyed lighter shows more of it.
_CONTRAST = (0.7, 2.0)
#: What is so many spreads lighter or darker than most of a part, and more and more up to twice as many, isn't of it: the background
#: between strands, a gleam. A spread is at least so large, in units of L*.
_STRANGE, _LEAST = 2.5, 5.0
#: Pixels from which mean and spread are known well enough, and rows that are dyed at once.
_LOOKED_AT, _BAND = 200_000, 256


def recolor(photo: Image, where: NDArray[np.bool_], colour: NDArray[np.floating]) -> Image:
    """A copy of a photo in which a part has another mean colour, and its own texture; beyond, it is the photo to the bit.

    The mean is moved in CIE L*a*b*, as colour is transferred between pictures (Reinhard et al., *Color transfer between images*, IEEE
    CG&A 2001); of the spreads only lightness's changes, with the root of how much lighter it gets.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        where: ``(h, w)`` bool, somewhere true.
        colour: ``(3,)`` RGB, 0 to 255.
    """
    x, y, width, height = cv2.boundingRect(where.astype(np.uint8))
    rows, columns = slice(y, y + height), slice(x, x + width)
    part, inside = photo[rows, columns], where[rows, columns]
    known = _lab(part[inside][:: max(1, int(inside.sum()) // _LOOKED_AT)][None])[0]
    middle = float(np.median(known[:, 0]))
    away = np.abs(known[:, 0] - middle)
    # Of a normal distribution the spread is 1.48 times the median distance.
    far = _STRANGE * max(_LEAST, 1.48 * float(np.median(away)))
    mean, wanted = (
        known[away <= far].mean(0),
        _lab(np.asarray(colour, np.float32).reshape(1, 1, 3))[0, 0],
    )
    lighter = np.clip(np.sqrt(max(wanted[0], 1.0) / max(mean[0], 1.0)), *_CONTRAST)
    # It is soft towards what is beyond it, not towards the photo's own edge.
    above, below, left, right = (
        int(each)
        for each in (y > 0, y + height < where.shape[0], x > 0, x + width < where.shape[1])
    )
    bordered = cv2.copyMakeBorder(
        inside.astype(np.uint8), above, below, left, right, cv2.BORDER_CONSTANT
    )
    deep = cv2.distanceTransform(bordered, cv2.DIST_L2, 3)[
        above : above + height, left : left + width
    ]
    soft = max(1.0, _EDGE * float(np.sqrt(inside.sum())))
    result = photo.copy()
    for top in range(0, height, _BAND):  # or a large photo would take gigabytes
        band = slice(top, top + _BAND)
        lab = _lab(part[band])
        weight = np.clip(deep[band] / soft, 0, 1) * np.clip(
            2 - np.abs(lab[..., 0] - middle) / far, 0, 1
        )
        dyed = wanted + (lab - mean) * np.array([lighter, 1, 1], np.float32)
        dyed[..., 0] = np.clip(dyed[..., 0], 0, 100)
        mixed = part[band] + weight[..., None] * (
            255 * cv2.cvtColor(dyed.astype(np.float32), cv2.COLOR_LAB2RGB) - part[band]
        )
        result[rows, columns][band] = np.rint(np.clip(mixed, 0, 255)).astype(np.uint8)
    return result


def _lab(picture: NDArray[np.generic]) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
