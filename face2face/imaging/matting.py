"""Soft mattes: how much of each pixel belongs to a part, strand by strand at its rim."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, row_bands

#: Longer side, in pixels, of the copy on which the matte is fitted: enough for strands of hair.
_FIT_SIDE = 768
#: Least variance of a colour channel, 0 to 1, that counts as an edge: above the noise of a camera.
_MIN_VARIANCE = 2e-4
#: Half the width of the filter's window, in margins.
_WINDOW = 0.25
#: Log odds by place, inside and outside the mask: those reached at a step near its edge, and those
#: gained in full at a distance. Distances are in margins.
_STEP_ODDS, _STEP = (1.0, 2.0), 0.15
_FAR_ODDS, _FAR = (4.0, 2.0), (1.5, 1.0)
#: Log odds gained at that step outside in other parts: colours can't outweigh them.
_OTHER_ODDS = 6.0
#: Greatest log odds by colour: less than by place, so that the middle of a part stays whole.
_COLOUR_ODDS = 4.0
#: Surroundings of this width, in margins, show the colours that aren't the part's.
SURROUNDINGS = 4
#: Levels of each channel in a histogram of colours, and the deviation of its smoothing, in levels.
_COLOUR_LEVELS, _SMOOTHING = 16, 0.7
#: Share of all pixels that a colour has at least: one that was never seen decides nothing.
_MIN_SHARE = 1e-5
#: Share of the margin from which on nothing belongs to the part: it fades out before.
_FADE = (0.7, 0.95)
#: Opacities below the first are 0, above the second 1: the filter leaves a faint haze.
_LEVELS = (0.15, 0.8)
#: Least opacity, or transparency, of a neighbourhood from which a colour is taken.
_MIN_WEIGHT = 1e-3


def soft_matte(
    photo: Image, mask: NDArray[np.bool_], margin: int, others: NDArray[np.bool_] | None = None
) -> NDArray[np.uint8]:
    """Return the opacity of a part in each pixel of a photo.

    A pixel's odds follow from its distance to the mask's edge and from its colour, which may be
    the part's or that of its surroundings. Then the opacity is a linear function of the photo's
    colour in each neighbourhood: a guided filter. It is fitted on a reduced copy.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        mask: ``(h, w)`` bool, roughly the part.
        margin: Distance outside the mask, in pixels, from which on nothing is part of it.
        others: ``(h, w)`` bool, other parts, whose outlines are known but for a narrow rim.

    Returns:
        ``(h, w)`` uint8, 0 to 255.

    References:
        He, Sun and Tang, *Guided image filtering*, PAMI 2013; He and Sun, *Fast guided filter*,
        arXiv 1505.00996.

    >>> photo = np.full((60, 60, 3), 200, np.uint8)
    >>> photo[:, :30] = 20  # the mask's edge is two pixels off
    >>> matte = soft_matte(photo, np.arange(60) < np.full((60, 1), 28), 8)
    >>> matte[30, [10, 29, 30, 50]].tolist()
    [255, 255, 0, 0]
    """
    small, rough = reduced(photo) / np.float32(255), reduced(mask) > 0.5
    elsewhere = None if others is None else reduced(others) > 0.5
    reach = max(1.0, margin * len(rough) / len(mask))
    depth = _depth(rough, reach)
    odds = _place_odds(depth, elsewhere) + _colour_odds(small, depth)
    likely = 1 / (1 + np.exp(-odds))
    fade = np.clip(depth + _FADE[1], 0, _FADE[1] - _FADE[0]) / (_FADE[1] - _FADE[0])
    fit = _guided_fit(small, likely, max(1, round(_WINDOW * reach)))
    fit *= fade[..., None].astype(np.float32)
    matte = np.empty(mask.shape, np.uint8)
    low, high = _LEVELS
    for rows in row_bands(matte.shape):
        slopes = enlarge(fit, mask.shape, rows)
        opacity = (slopes[..., :3] * (photo[rows] / np.float32(255))).sum(-1) + slopes[..., 3]
        matte[rows] = np.rint(255 * np.clip((opacity - low) / (high - low), 0, 1))
    return matte


def reduced(values: NDArray[np.generic]) -> NDArray[np.float32]:
    """Return a picture or mask, uint8 or bool, at the size at which mattes are fitted, float32.

    >>> reduced(np.full((1536, 2), 7, np.uint8)).shape
    (768, 1)
    """
    scale = min(1.0, _FIT_SIDE / max(values.shape[:2]))
    size = [max(1, round(each * scale)) for each in values.shape[1::-1]]
    small = cv2.resize(values.astype(np.uint8, copy=False), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _depth(mask: NDArray[np.bool_], margin: float) -> NDArray[np.float32]:
    """Return the distance from a mask's edge, in margins, negative outside the mask."""
    inside, outside = (
        np.asarray(cv2.distanceTransform(each.astype(np.uint8), cv2.DIST_L2, 5), np.float32)
        for each in (mask, ~mask)
    )
    return np.clip((inside - outside) / np.float32(margin), -SURROUNDINGS, SURROUNDINGS)


def _place_odds(
    depth: NDArray[np.floating], others: NDArray[np.bool_] | None
) -> NDArray[np.floating]:
    """Return the log odds that each pixel is of the part, by its place.

    Args:
        depth: ``(h, w)``, see `_depth`.
        others: ``(h, w)`` bool, see `soft_matte`.
    """
    inside, outside = (
        step * np.clip(distance / _STEP, 0, 1) + gain * np.clip(distance / far, 0, 1)
        for distance, step, gain, far in zip(
            (depth, -depth), _STEP_ODDS, _FAR_ODDS, _FAR, strict=True
        )
    )
    if others is not None:
        outside = outside + _OTHER_ODDS * others * np.clip(-depth / _STEP, 0, 1)
    return np.asarray(inside - outside)


def _colour_odds(photo: NDArray[np.float32], depth: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the log odds that each pixel has a colour of the part and not of its surroundings.

    Args:
        photo: ``(h, w, 3)`` float32, 0 to 1.
        depth: ``(h, w)``, see `_depth`.
    """
    levels = np.minimum((photo * _COLOUR_LEVELS).astype(int), _COLOUR_LEVELS - 1)
    place = np.ravel_multi_index(tuple(np.moveaxis(levels, -1, 0)), (_COLOUR_LEVELS,) * 3)
    shares = []
    for sample in ((depth > 0.5), (depth < -1) & (depth > -SURROUNDINGS)):
        counts = np.bincount(place[sample], minlength=_COLOUR_LEVELS**3).astype(float)
        smooth = cv2.GaussianBlur(counts.reshape((_COLOUR_LEVELS,) * 3), (5, 5), _SMOOTHING)
        smooth = cv2.GaussianBlur(smooth.reshape(-1, _COLOUR_LEVELS), (5, 1), _SMOOTHING)
        shares.append(smooth.ravel() / max(1, counts.sum()) + _MIN_SHARE)
    odds = np.log(shares[0] / shares[1])[place]
    return np.asarray(np.clip(odds, -_COLOUR_ODDS, _COLOUR_ODDS))


def _guided_fit(
    photo: NDArray[np.float32], values: NDArray[np.floating], radius: int
) -> NDArray[np.float32]:
    """Return the linear functions of colour nearest to some values, averaged over windows.

    Args:
        photo: ``(h, w, 3)`` float32, 0 to 1.
        values: ``(h, w)``.
        radius: Half the width of a window, in pixels.

    Returns:
        ``(h, w, 4)`` float32: slope of each channel, and offset.
    """

    def mean(each: NDArray[np.floating]) -> NDArray[np.float32]:
        size = (2 * radius + 1, 2 * radius + 1)
        return np.asarray(cv2.blur(each, size, borderType=cv2.BORDER_REFLECT), np.float32)

    colour, value = mean(photo), mean(values)
    covariance = mean(photo * values[..., None]) - colour * value[..., None]
    variance = np.empty((*values.shape, 3, 3), np.float32)
    for first in range(3):
        for second in range(first, 3):
            products = mean(photo[..., first] * photo[..., second])
            products -= colour[..., first] * colour[..., second]
            variance[..., first, second] = variance[..., second, first] = products
    variance += _MIN_VARIANCE * np.eye(3, dtype=np.float32)
    # Solve by Cramer's rule: np.linalg.solve takes seconds for a system at each pixel.
    rows = [variance[..., row, :] for row in range(3)]
    cofactors = [np.cross(rows[row - 2], rows[row - 1]) for row in range(3)]
    determinant = (rows[0] * cofactors[0]).sum(-1)
    slopes = np.stack([(each * covariance).sum(-1) / determinant for each in cofactors], -1)
    offset = value - (slopes * colour).sum(-1)
    return mean(np.dstack([slopes, offset]))


def neighbourhood_colours(
    photo: Image, matte: NDArray[np.uint8], margin: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the mean colours of a part and of its surroundings near each pixel.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        matte: ``(h, w)`` uint8, the part's opacity.
        margin: Half the width of a neighbourhood, in pixels.

    Returns:
        Two ``(n, m, 3)`` float32, 0 to 255, on a reduced copy.
    """
    small, opacity = reduced(photo), reduced(matte) / 255
    scale = len(small) / len(matte)
    window = (2 * max(1, round(margin * scale)) + 1,) * 2
    colours = []
    for weight in (opacity, 1 - opacity):
        total = cv2.blur(weight, window)[..., None]
        near = cv2.blur(small * weight[..., None], window) / np.maximum(total, _MIN_WEIGHT)
        colours.append(np.where(total > _MIN_WEIGHT, near, small).astype(np.float32))
    return colours[0], colours[1]


def enlarge(
    values: NDArray[np.float32], shape: tuple[int, ...], rows: slice
) -> NDArray[np.float32]:
    """Return some rows of values at another size, interpolated linearly.

    Args:
        values: ``(n, m, c)`` float32.
        shape: Height and width of the whole, in pixels.
        rows: The rows to return, in pixels.

    >>> values = np.arange(4, dtype=np.float32).reshape(4, 1, 1)
    >>> enlarge(values, (8, 1), slice(2, 4))[:, 0, 0].tolist()
    [0.75, 1.25]
    """
    down, right = values.shape[0] / shape[0], values.shape[1] / shape[1]
    to_values = np.array(
        [[right, 0, right / 2 - 0.5], [0, down, (rows.start + 0.5) * down - 0.5]], float
    )
    enlarged = cv2.warpAffine(
        values,
        to_values,
        (shape[1], rows.stop - rows.start),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(enlarged, np.float32).reshape(-1, shape[1], values.shape[2])
