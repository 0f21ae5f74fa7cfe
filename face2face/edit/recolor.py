"""Recolouring: another mean colour for a part of a photo, with its own light and shade."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image

#: Width of the soft edge, as a share of the square root of the part's area.
_EDGE = 0.02
#: Limits of the factor on lightness contrast: hair that is dyed lighter shows more contrast.
_CONTRAST_LIMITS = (0.7, 2.0)
#: Distance from the median lightness, in standard deviations, from which a pixel is an outlier:
#: background between strands, or a highlight. It fades out at twice that distance.
_OUTLIER_DEVIATIONS = 2.5
#: Least standard deviation of lightness, in units of L*, so that flat parts have no outliers.
_MIN_DEVIATION = 5.0
#: Standard deviation of a normal distribution, in median absolute deviations.
_DEVIATIONS_PER_MAD = 1.48
#: Number of pixels from which mean and deviation are measured: enough for both.
_SAMPLE = 200_000
#: Number of rows recoloured at a time: a large photo in float32 would take gigabytes.
_BAND = 256


def recolor(photo: Image, where: NDArray[np.bool_], colour: NDArray[np.floating]) -> Image:
    """Return a copy of a photo in which a part has another mean colour and its old texture.

    The mean is moved in CIE L*a*b*. Contrast changes only in lightness, with the square root of
    the ratio of the means. All pixels outside the part stay the same to the bit.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        where: ``(h, w)`` bool, the part; at least one pixel.
        colour: ``(3,)`` RGB, 0 to 255.

    Returns:
        ``(h, w, 3)`` uint8 RGB.

    References:
        Reinhard et al., *Color transfer between images*, IEEE CG&A 2001.

    >>> photo = np.full((50, 50, 3), (90, 60, 40), np.uint8)
    >>> recolor(photo, np.ones((50, 50), bool), np.array([200.0, 40, 40]))[25, 25].tolist()
    [200, 40, 40]
    """
    x, y, width, height = cv2.boundingRect(where.astype(np.uint8))
    rows, columns = slice(y, y + height), slice(x, x + width)
    part, inside = photo[rows, columns], where[rows, columns]
    sample = _lab(part[inside][:: max(1, int(inside.sum()) // _SAMPLE)][None])[0]
    median = float(np.median(sample[:, 0]))
    distance = np.abs(sample[:, 0] - median)
    deviation = max(_MIN_DEVIATION, _DEVIATIONS_PER_MAD * float(np.median(distance)))
    limit = _OUTLIER_DEVIATIONS * deviation
    mean = sample[distance <= limit].mean(0)
    target = _lab(np.asarray(colour, np.float32).reshape(1, 1, 3))[0, 0]
    ratio = max(target[0], 1.0) / max(mean[0], 1.0)
    contrast = np.array([np.clip(np.sqrt(ratio), *_CONTRAST_LIMITS), 1, 1], np.float32)
    edge = _edge_weight(where, rows, columns)
    result = photo.copy()
    for top in range(0, height, _BAND):
        band = slice(top, top + _BAND)
        lab = _lab(part[band])
        weight = edge[band] * np.clip(2 - np.abs(lab[..., 0] - median) / limit, 0, 1)
        dyed = target + (lab - mean) * contrast
        dyed[..., 0] = np.clip(dyed[..., 0], 0, 100)
        rgb = 255 * cv2.cvtColor(dyed.astype(np.float32), cv2.COLOR_LAB2RGB)
        mixed = part[band] + weight[..., None] * (rgb - part[band])
        result[rows, columns][band] = np.rint(np.clip(mixed, 0, 255)).astype(np.uint8)
    return result


def _edge_weight(where: NDArray[np.bool_], rows: slice, columns: slice) -> NDArray[np.floating]:
    """Return the weight of a part in its bounding box: 0 outside, rising to 1 inside its edge.

    The photo's own border is no edge: the part may go on beyond it.
    """
    inside = where[rows, columns]
    above, left = int(rows.start > 0), int(columns.start > 0)
    below, right = int(rows.stop < where.shape[0]), int(columns.stop < where.shape[1])
    bordered = cv2.copyMakeBorder(
        inside.astype(np.uint8), above, below, left, right, cv2.BORDER_CONSTANT
    )
    distance = cv2.distanceTransform(bordered, cv2.DIST_L2, 3)
    distance = distance[above : above + inside.shape[0], left : left + inside.shape[1]]
    return np.clip(distance / max(1.0, _EDGE * float(np.sqrt(inside.sum()))), 0, 1)


def _lab(picture: NDArray[np.generic]) -> NDArray[np.float32]:
    """Return RGB, 0 to 255, as CIE L*a*b*, float32 of the same shape."""
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
