"""Maps of the likeness of each pixel of skin to a spot, a line or shine.

All work at one scale, :data:`SCALE` pixels between the eyes. Lengths are in interocular distances
unless another unit is named. The values are empirical.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image
from face2face.segmentation.morphology import OUTSIDE, Plane, disc, linear_opening, opening

#: Pixels between the eyes at which a face is searched.
SCALE = 100.0
#: Standard deviation, in pixels at that scale, of the blur that removes noise.
_NOISE_BLUR = 0.85
#: Added to light before its logarithm is taken, in grey levels: dark pixels hold only noise.
_LIGHT_OFFSET = 8
#: Logarithm of each grey level with that offset, as a look-up table.
_LOGARITHMS = np.log(np.arange(256, dtype=np.float32) + _LIGHT_OFFSET)
#: Weight of darkness against redness in a stain.
_DARKNESS_WEIGHT = 0.18
#: Weight of redness, subtracted from lightness in a light line.
_PALENESS_WEIGHT = 0.4

#: Greatest width of a spot.
_SPOT_WIDTH = 0.19
#: Greatest width of shine.
_SHINE_WIDTH = 0.4
#: Greatest width of a line.
_LINE_WIDTH = 0.04
#: A line is straight for at least this length.
_STRAIGHT_LENGTH = 0.04
#: Standard deviation of the blur before shine is measured.
_SHINE_BLUR = 0.03
#: Weight of brightness against lack of colour in shine.
_BRIGHTNESS_WEIGHT = 0.5

#: Surroundings are averaged at a scale this many times coarser: nothing in them is finer.
_COARSE = 4
#: Weights in those averages at or below this count as this: avoids a division by 0.
_MIN_WEIGHT = 1e-3
#: Medians and quantiles use every third row and column, for speed.
_SAMPLED = 3
#: Width of the near surroundings; darker ones than the wide surroundings are a hollow.
_NEAR_WIDTH = 0.14
#: Width of the wide surroundings.
_WIDE_WIDTH = 0.43
#: Width over which shading is averaged before its slope is measured.
_SLOPE_WIDTH = 0.035
#: Raises the threshold in hollows: exponent per unit of logarithmic darkness.
_HOLLOW_GAIN = 3.5
#: Raises the threshold where shading changes: exponent per unit of slope.
_SLOPE_GAIN = 10.0
#: Raises the threshold near the skin's border: exponent of the distance.
_BORDER_EXPONENT = 0.35
#: Added to twice the distance from the border, so that the threshold stays finite.
_BORDER_OFFSET = 0.06
#: Standard deviation of the blur whose remainder is detail.
_DETAIL_BLUR = 0.025
#: Width of the surroundings in which hair is recognised.
_HAIR_WIDTH = 0.45
#: Hair is where more than this share of those surroundings is detailed.
_HAIR_SHARE = 0.52
#: A pixel is detailed when it has this many times the skin's median detail.
_HAIR_DETAIL = 2.1
#: Least median detail used there, in logarithmic units: smooth skin has less.
_MIN_DETAIL = 0.003
#: Median detail of stains above which a photo counts as grainy and the threshold rises.
_GRAIN = 0.007


class Signals(NamedTuple):
    """The colours of skin as logarithms of light, each ``(h, w)`` float32.

    Attributes:
        dark: Negative logarithm of green light.
        red: Logarithm of the ratio of red to green light.
        stain: Redness and darkness together: pimples and moles.
        pale: Lightness without redness: scars.
    """

    dark: Plane
    red: Plane
    stain: Plane
    pale: Plane


class Neighbourhood:
    """Averages over the surroundings of each searched pixel, at a coarser scale.

    Args:
        inside: ``(h, w)`` bool, the pixels that are searched and averaged.

    Attributes:
        inside: The same.
        weight: The share of searched pixels under each coarse pixel, 0 to 1.
    """

    def __init__(self, inside: NDArray[np.bool_]) -> None:
        self.inside = inside
        self._size = _coarse_size(inside)
        self._weight = inside.astype(np.float32)
        self.weight = self.shrink(self._weight)

    def median(self, values: Plane) -> float:
        """Return the median of the values inside, from a sample."""
        return float(np.median(self.sample(values)))

    def sample(self, values: Plane) -> Plane:
        """Return a ninth of the values inside, ``(n,)``."""
        return values[::_SAMPLED, ::_SAMPLED][self.inside[::_SAMPLED, ::_SAMPLED]]

    def shrink(self, values: Plane) -> Plane:
        """Return values at the coarse scale."""
        return np.asarray(cv2.resize(values, self._size, interpolation=cv2.INTER_AREA), np.float32)

    def enlarge(self, values: Plane) -> Plane:
        """Return coarse values at the full scale."""
        return np.asarray(
            cv2.resize(values, self.inside.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32
        )

    def mean(self, values: Plane, width: float) -> Plane:
        """Return coarse means of the values inside, over surroundings ``width`` wide."""
        side = 2 * round(width * SCALE / _COARSE / 2) + 1
        total, weight = (
            cv2.blur(cv2.blur(each, (side, side)), (side, side))
            for each in (self.shrink(values * self._weight), self.weight)
        )
        return np.asarray(total / np.maximum(weight, _MIN_WEIGHT), np.float32)


def skin_signals(photo: Image) -> Signals:
    """Return the colour signals of an ``(h, w, 3)`` uint8 RGB photo.

    Skin multiplies light by a factor for each colour. In logarithms, shade adds the same to all
    colours, and blood and pigment don't.
    """
    light = cv2.GaussianBlur(cv2.LUT(photo[..., :2], _LOGARITHMS), (0, 0), _NOISE_BLUR)
    dark, red = -light[..., 1], light[..., 0] - light[..., 1]
    return Signals(dark, red, red + _DARKNESS_WEIGHT * dark, -dark - _PALENESS_WEIGHT * red)


def hair_mask(dark: Plane, around: Neighbourhood) -> NDArray[np.bool_]:
    """Return where beards and strands of hair are: most pixels differ from their neighbours."""
    detail = _detail(dark)
    detailed = detail > _HAIR_DETAIL * max(around.median(detail), _MIN_DETAIL)
    return around.enlarge(around.mean(detailed.astype(np.float32), _HAIR_WIDTH)) > _HAIR_SHARE


def border_demand(depth: Plane, around: Neighbourhood) -> Plane:
    """Return the coarse factor, about 1 or more, by which thresholds rise near the skin's border.

    Args:
        depth: ``(h, w)``, each pixel's distance from the border.
        around: The searched pixels.
    """
    near = np.minimum(2 * around.shrink(depth) + _BORDER_OFFSET, 1)
    return np.asarray(near**-_BORDER_EXPONENT)


def crease_demand(dark: Plane, around: Neighbourhood) -> Plane:
    """Return the coarse factor by which thresholds rise in creases: hollows with falling light."""
    near, wide, smooth = (
        around.mean(dark, width) for width in (_NEAR_WIDTH, _WIDE_WIDTH, _SLOPE_WIDTH)
    )
    smooth = np.where(around.weight > 0, smooth, wide)
    slope = np.hypot(
        *(cv2.Sobel(smooth, cv2.CV_32F, *each, scale=1 / 8 / _COARSE) for each in ((1, 0), (0, 1)))
    )
    hollow = np.maximum(near - wide, 0)
    return np.asarray(np.exp(_HOLLOW_GAIN * hollow + _SLOPE_GAIN * slope), np.float32)


def grain_demand(stain: Plane, around: Neighbourhood) -> float:
    """Return the factor, 1 or more, by which thresholds rise in a grainy photo."""
    return max(1, around.median(_detail(stain)) / _GRAIN)


def spot_map(values: Plane, inside: NDArray[np.bool_], width: float = _SPOT_WIDTH) -> Plane:
    """Return the excess of values over their surroundings on all sides, at least 0.

    It is the top hat of a linear opening. It is 0 where a bright region is longer than ``width`` in
    at least one direction, or touches the border.
    """
    values = np.where(inside, values, np.float32(OUTSIDE))
    return np.where(inside, values - linear_opening(values, width * SCALE), np.float32(0))


def line_map(values: Plane, inside: NDArray[np.bool_]) -> Plane:
    """Return the excess of values over both sides of a line, at least 0.

    A line is narrower than ``_LINE_WIDTH`` and straight for ``_STRAIGHT_LENGTH``.
    """
    values = np.where(inside, values, np.float32(OUTSIDE))
    ridges = np.where(
        inside, values - opening(values, disc(_LINE_WIDTH * SCALE / 2)), np.float32(0)
    )
    return np.where(inside, linear_opening(ridges, _STRAIGHT_LENGTH * SCALE), np.float32(0))


def shine_map(photo: Image, inside: NDArray[np.bool_]) -> Plane:
    """Return the excess of lightness and lack of colour over the surroundings, at least 0."""
    coarse, within = (
        cv2.resize(each, _coarse_size(inside), interpolation=cv2.INTER_AREA)
        for each in (photo, inside.astype(np.float32))
    )
    blur = _SHINE_BLUR * SCALE / _COARSE
    soft = cv2.GaussianBlur(coarse.astype(np.float32) + _LIGHT_OFFSET, (0, 0), blur)
    red, green, blue = cv2.split(soft)
    greyness = np.log(cv2.min(cv2.min(red, green), blue) / cv2.max(cv2.max(red, green), blue))
    light = greyness + _BRIGHTNESS_WEIGHT * np.log(green)
    # The map is coarse, so the same width is fewer pixels.
    shine = spot_map(light, within > 0.5, _SHINE_WIDTH / _COARSE)
    enlarged = cv2.resize(shine, inside.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(inside, enlarged, np.float32(0))


def _detail(values: Plane) -> Plane:
    """Return the difference of each value from the mean of its neighbours, at least 0."""
    return np.abs(values - cv2.GaussianBlur(values, (0, 0), _DETAIL_BLUR * SCALE))


def _coarse_size(inside: NDArray[np.bool_]) -> list[int]:
    """Return width and height of the coarse scale, rounded up."""
    return [-(-each // _COARSE) for each in inside.shape[::-1]]
