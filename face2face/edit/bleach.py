"""Hair that becomes much lighter: the contrast of its strands instead of its gloss."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.imaging.lab import lab_to_rgb
from face2face.imaging.matting import enlarge

#: Rise of L*, from which on hair is bleached, and from which on it is bleached in full.
_RISE = (22.0, 37.0)
#: Share of that rise that hair reaches on average.
_SHARE = 0.68
#: Deviations of the blurs that tell strands, locks and the whole head apart, in square roots of
#: the hair's area.
_STRAND, _LOCK = 0.018, 0.07
#: L* that a deviation of strands, of locks and of the head's own light and shade makes.
_STRAND_CONTRAST, _LOCK_CONTRAST, _HEAD_CONTRAST = 11.0, 14.0, 16.0
#: Factor on strands that are darker than those around them.
_SHADE = 1.7
#: Deviations from which on contrast is compressed.
_KNEE = 1.7
#: L* added to deviations, so that the noise of black hair doesn't become strands.
_NOISE = 2.8
#: L* that hair lacks at its roots, next to the face, and how far they reach, in square roots of
#: the hair's area.
_ROOTS, _ROOT_LENGTH = 16.0, 0.08
#: L* that hair lacks where it shows no strands, and their deviation from which on it lacks none.
_FLAT, _FLAT_BELOW = 12.0, 3.0
#: Limits of the new L*.
_LIGHTNESS_LIMITS = (6.0, 90.0)
#: Exponent of the saturation of shade, and a* that yellow shade gains on its way to black, as a
#: share of b*.
_SATURATION, _WARMTH = 0.45, 0.33
#: Opacity at which sure hair begins, and the one below which nothing is lighter than its strands.
_CORE, _RIM = 0.95, 0.8
#: Difference of hair and background, in RGB, from which on colour alone tells them apart, and
#: from which on it does so in full.
_DIFFERENCE = (25.0, 65.0)
#: Levels between which the opacity by colour rises, and how deep inside the hair it counts, in
#: widths of the rim.
_LEVELS, _DEPTH = (0.1, 0.9), 0.5


@dataclass(frozen=True)
class Hair:
    """Hair on a reduced copy of a photo.

    Attributes:
        lightness: ``(n, m)`` float32, its own L*.
        opacity: ``(n, m)`` float32, 0 to 1.
        where: ``(n, m)`` bool, roughly the hair.
        face: ``(n, m)`` bool, the face next to it.
    """

    lightness: NDArray[np.float32]
    opacity: NDArray[np.float32]
    where: NDArray[np.bool_]
    face: NDArray[np.bool_]


@dataclass(frozen=True)
class Bleach:
    """A light colour as the strands of dark hair show it.

    Attributes:
        colour: ``(3,)`` L*, a* and b*.
        maps: ``(n, m, 3)`` float32 on the reduced copy: the L* around which strands vary, the L*
            around which they did, and their deviation.
    """

    colour: NDArray[np.float32]
    maps: NDArray[np.float32]

    @classmethod
    def fit(cls, hair: Hair, bright: float, colour: NDArray[np.float32]) -> Bleach:
        """Return the bleach of some hair.

        Args:
            hair: The hair as it is.
            bright: Mean L* of its brighter half.
            colour: ``(3,)`` L*, a* and b* that it should have.
        """
        core = (hair.where & (hair.opacity > _CORE)).astype(np.float32)
        size = float(np.sqrt(max(1, hair.where.sum())))
        locks = _mean(hair.lightness, core, _STRAND * size)
        strands = _deviation(hair.lightness - locks, core, _STRAND * size)
        head = _mean(locks, core, _LOCK * size)
        level = bright + _SHARE * (colour[0] - bright)
        level = level + _HEAD_CONTRAST * _headlight(head, core > 0)
        contrast = (locks - head) / _deviation(locks - head, core, _LOCK * size)
        away = cv2.distanceTransform((~hair.face).astype(np.uint8), cv2.DIST_L2, 5)
        level = level + _LOCK_CONTRAST * _compressed(contrast)
        level = level - _ROOTS * np.exp(-away / (_ROOT_LENGTH * size))
        level = level - _FLAT * np.clip(1 - (strands - _NOISE) / _FLAT_BELOW, 0, 1)
        return cls(colour, np.dstack([level, locks, strands]).astype(np.float32))

    def __call__(
        self,
        lightness: NDArray[np.float32],
        opacity: NDArray[np.float32],
        shape: tuple[int, ...],
        rows: slice,
    ) -> NDArray[np.float32]:
        """Return rows of the bleached hair, ``(h, w, 3)`` float32 RGB, 0 to 255.

        Args:
            lightness: ``(h, w)``, the hair's own L* in these rows.
            opacity: ``(h, w)``, 0 to 1.
            shape: Height and width of the whole.
            rows: The rows.
        """
        level, locks, strands = np.moveaxis(enlarge(self.maps, shape, rows), -1, 0)
        contrast = _compressed((lightness - locks) / strands)
        # A mixed pixel is lighter than its strands where its opacity is less than it seems.
        lit = np.clip((opacity - _RIM) / (1 - _RIM), 0, 1)
        contrast = np.where(contrast > 0, lit * contrast, _SHADE * contrast)
        lightness = np.clip(level + _STRAND_CONTRAST * contrast, *_LIGHTNESS_LIMITS)
        share = lightness / self.colour[0]
        gloss = (100 - lightness) / (100 - self.colour[0])
        strength = np.where(share < 1, share**_SATURATION, gloss)
        warmth = _WARMTH * max(0.0, float(self.colour[2])) * np.maximum(1 - share, 0)
        red = strength * self.colour[1] + warmth
        dyed = np.dstack([lightness, red, strength * self.colour[2]]).astype(np.float32)
        return lab_to_rgb(dyed)


def bleached_share(bright: float, wanted: float) -> float:
    """Return how much of a change of hair from one L* to another is bleaching, 0 to 1.

    >>> bleached_share(60, 80), bleached_share(10, 80)
    (0.0, 1.0)
    """
    low, high = _RISE
    return float(np.clip((wanted - bright - low) / (high - low), 0, 1))


def opacity_by_colour(
    picture: NDArray[np.float32],
    opacity: NDArray[np.float32],
    front: NDArray[np.float32],
    back: NDArray[np.float32],
    depth: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return less opacity at the rim of hair where a pixel has the background's colour.

    Args:
        picture: ``(h, w, 3)`` float32 RGB, 0 to 255.
        opacity: ``(h, w)``, 0 to 1.
        front: ``(h, w, 3)``, the colours of the hair nearby.
        back: ``(h, w, 3)``, those of its surroundings.
        depth: ``(h, w)``, the distance from the hair's edge inside it, in widths of the rim.
    """
    way = front - back
    squared = (way * way).sum(-1)
    low, high = _LEVELS
    place = ((picture - back) * way).sum(-1) / np.maximum(squared, 1)
    likely = np.clip((place - low) / (high - low), 0, 1)
    low, high = _DIFFERENCE
    sure = np.clip((np.sqrt(squared) - low) / (high - low), 0, 1) * np.clip(
        1 - depth / _DEPTH, 0, 1
    )
    return np.asarray(opacity * (1 - sure * (1 - likely)), np.float32)


def _mean(
    values: NDArray[np.floating], core: NDArray[np.float32], sigma: float
) -> NDArray[np.float32]:
    """Return the mean of sure hair around each pixel."""
    sigma = max(1.5, sigma)
    total = cv2.GaussianBlur(values * core, (0, 0), sigma)
    return np.asarray(total / np.maximum(cv2.GaussianBlur(core, (0, 0), sigma), 1e-3), np.float32)


def _deviation(
    values: NDArray[np.floating], core: NDArray[np.float32], sigma: float
) -> NDArray[np.float32]:
    """Return the deviation of sure hair around each pixel, above noise."""
    variance = _mean(values * values, core, 2 * sigma)
    return np.asarray(np.sqrt(variance) + _NOISE, np.float32)


def _headlight(head: NDArray[np.float32], core: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the light and shade of a head's hair, -1 to 1."""
    if not core.any():
        return np.zeros_like(head)
    low, middle, high = np.percentile(head[core], (10, 50, 90))
    return np.asarray(np.tanh((head - middle) / (_NOISE + max(4.0, (high - low) / 2))), np.float32)


def _compressed(contrast: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return contrast in deviations, compressed at both ends."""
    return np.asarray(_KNEE * np.tanh(contrast / _KNEE))
