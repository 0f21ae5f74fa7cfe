"""Recolouring: another colour for a part of a photo, with its own light, shade and texture."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.edit.bleach import Bleach, Hair, bleached_share, opacity_by_colour
from face2face.image import Image, row_bands
from face2face.imaging.lab import lab_to_rgb, rgb_to_lab
from face2face.imaging.matting import (
    SURROUNDINGS,
    enlarge,
    neighbourhood_colours,
    reduced,
    soft_matte,
)

#: Width of the rim that is matted, as a share of the square root of the part's area.
_RIM = 0.14
#: Limits of the factor on the contrast of gloss: hair that is dyed lighter shows more. Dark hair
#: reflects as much light as fair hair does.
_CONTRAST_LIMITS = (1.0, 1.6)
#: Limits of the exponent of shade: 1 is less light on the new colour. Black hair needs less, and
#: fair hair needs more, or it becomes flat.
_SHADE_LIMITS = (0.35, 1.25)
#: L* added before the exponent, so that the noise of black doesn't show.
_BLACK = 2.0
#: Share of the way to white that gloss goes at most: dyed hair isn't a mirror.
_GLOSS = 0.6
#: Limits of the wanted L*: black and white keep some light and shade, as real things do.
_LIGHTNESS_LIMITS = (8.0, 93.0)
#: Greatest factor by which the colour is strengthened, so that its mean over light and shade fits.
_MAX_GAIN = 1.3
#: Number of pixels among which the photo's own lightness is measured: enough for a mean.
_SAMPLE = 200_000
#: Number of corrections until the lightness fits within a tenth of a unit.
_CORRECTIONS = 12


def rim_width(where: NDArray[np.bool_]) -> int:
    """Return how far from a part its recolouring may reach, in pixels.

    >>> rim_width(np.ones((50, 50), bool))
    7
    """
    return max(2, round(_RIM * float(np.sqrt(where.sum()))))


def recolor(
    photo: Image,
    where: NDArray[np.bool_],
    colour: NDArray[np.floating],
    others: NDArray[np.bool_] | None = None,
    hair: bool = False,
) -> Image:
    """Return a copy of a photo in which a part has another colour and its old texture.

    The part is matted softly. The brighter half of it gets the colour as its mean in CIE L*a*b*.
    Hair that becomes much lighter goes a part of the way: see :mod:`face2face.edit.bleach`.
    Pixels farther from the part than :func:`rim_width` stay the same to the bit.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        where: ``(h, w)`` bool, the part; at least one pixel.
        colour: ``(3,)`` RGB, 0 to 255.
        others: ``(h, w)`` bool, other parts, whose outlines are known but for a narrow rim.
        hair: Whether the part is hair.

    Returns:
        ``(h, w, 3)`` uint8 RGB.

    >>> photo = np.full((50, 50, 3), (90, 60, 40), np.uint8)
    >>> recolor(photo, np.ones((50, 50), bool), np.array([200.0, 40, 40]))[25, 25].tolist()
    [200, 40, 40]
    """
    margin = rim_width(where)
    rows, columns = _surroundings(where, SURROUNDINGS * margin)
    part, inside = photo[rows, columns], where[rows, columns]
    near_others = None if others is None else others[rows, columns]
    matte = soft_matte(part, inside, margin, near_others)
    dye = Dye.fit(_sample(part, matte, inside), colour)
    rim = _Rim.of(part, matte, inside, margin)
    share = bleached_share(dye.bright, float(dye.colour[0])) if hair else 0.0
    bleach = Bleach.fit(rim.hair(near_others), dye.bright, dye.colour) if share else None
    result = photo.copy()
    for band in row_bands(part.shape):
        if not matte[band].any():
            continue
        old = part[band].astype(np.float32)
        opacity, front = rim(old, matte[band] / np.float32(255), band, share)
        dyed = dye(front)
        if bleach is not None:
            dyed += share * (bleach(rgb_to_lab(front)[..., 0], opacity, matte.shape, band) - dyed)
        mixed = old + opacity[..., None] * (dyed - front)
        result[rows, columns][band] = np.rint(np.clip(mixed, 0, 255)).astype(np.uint8)
    return result


@dataclass(frozen=True)
class _Rim:
    """What mixes at the rim of a part, on a reduced copy.

    Attributes:
        small: ``(n, m, 3)`` float32 RGB, 0 to 255, the copy.
        opacity: ``(n, m)`` float32, 0 to 1.
        inside: ``(n, m)`` bool, roughly the part.
        colours: ``(n, m, 7)`` float32: the part's colours nearby, those of its surroundings, and
            the distance from the part's edge inside it, in widths of the rim.
        shape: Height and width of the whole.

    References:
        Forte, *Approximate fast foreground colour estimation*, ICIP 2021.
    """

    small: NDArray[np.float32]
    opacity: NDArray[np.float32]
    inside: NDArray[np.bool_]
    colours: NDArray[np.float32]
    shape: tuple[int, ...]

    @classmethod
    def of(
        cls, part: Image, matte: NDArray[np.uint8], inside: NDArray[np.bool_], margin: int
    ) -> _Rim:
        """Return the rim of a part, given the square around it, its matte and its mask."""
        rough = reduced(inside) > 0.5
        depth = cv2.distanceTransform(rough.astype(np.uint8), cv2.DIST_L2, 5)
        depth *= len(matte) / (len(rough) * margin)
        colours = np.dstack([*neighbourhood_colours(part, matte, margin), depth])
        opacity = reduced(matte) / np.float32(255)
        return cls(reduced(part), opacity, rough, colours.astype(np.float32), matte.shape)

    def __call__(
        self, old: NDArray[np.float32], opacity: NDArray[np.float32], band: slice, share: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the opacity of some rows, and the part's own colour in them.

        Args:
            old: ``(h, w, 3)`` float32 RGB, 0 to 255, the rows.
            opacity: ``(h, w)``, 0 to 1, by the matte.
            band: The rows.
            share: How much of the opacity is that by colour, 0 to 1.
        """
        return self._split(old, opacity, enlarge(self.colours, self.shape, band), share)

    def hair(self, face: NDArray[np.bool_] | None) -> Hair:
        """Return the part as hair next to a face, ``(h, w)`` bool."""
        opacity, front = self._split(self.small, self.opacity, self.colours, 1.0)
        near = np.zeros(opacity.shape, bool) if face is None else reduced(face) > 0.5
        return Hair(rgb_to_lab(front)[..., 0], opacity, self.inside, near)

    @staticmethod
    def _split(
        old: NDArray[np.float32],
        opacity: NDArray[np.float32],
        colours: NDArray[np.float32],
        share: float,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        front, back, depth = colours[..., :3], colours[..., 3:6], colours[..., 6]
        if share:
            less = opacity_by_colour(old, opacity, front, back, depth)
            opacity = opacity + np.float32(share) * (less - opacity)
        # The part's own colour in a mixed pixel: Forte's step from the colours nearby.
        mask = opacity[..., None]
        front = front + mask * (old - mask * front - (1 - mask) * back)
        return opacity, np.clip(front, 0, 255)


def _surroundings(where: NDArray[np.bool_], margin: int) -> tuple[slice, slice]:
    """Return rows and columns of the rectangle around a part, with a margin."""
    x, y, width, height = cv2.boundingRect(where.astype(np.uint8))
    rows, columns = (
        slice(max(0, start - margin), start + count + margin)
        for start, count in ((y, height), (x, width))
    )
    return rows, columns


def _sample(part: Image, matte: NDArray[np.uint8], inside: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return colours of pixels that are all of a part, ``(n, 3)`` uint8 RGB; or of its mask."""
    if not (matte == 255).any():
        return part[inside]
    step = max(1, round(float(np.sqrt(matte.size / _SAMPLE))))
    return part[::step, ::step][matte[::step, ::step] == 255]


@dataclass(frozen=True)
class Dye:
    """A colour as light and shade of one part show it.

    In shade, the colour is scaled as less light would. In gloss, white is added to it.

    Attributes:
        colour: ``(3,)`` L*, a* and b* that the brighter half shows on average.
        bright: The photo's mean L* of the brighter half.
        contrast: Slope of the tone curve above that lightness.
        shade: Exponent of the tone curve below it.
        anchor: L* that this lightness becomes.
        gain: Factor on a* and b*.
    """

    colour: NDArray[np.float32]
    bright: float
    contrast: float
    shade: float
    anchor: float
    gain: float = 1.0

    @classmethod
    def fit(cls, pixels: NDArray[np.uint8], colour: NDArray[np.floating]) -> Dye:
        """Return the dye that gives the brighter half of some pixels a mean colour.

        Args:
            pixels: ``(n, 3)`` uint8 RGB, the part as it is.
            colour: ``(3,)`` RGB, 0 to 255.
        """
        lightness = rgb_to_lab(pixels[None])[0, :, 0]
        half = lightness[lightness >= np.median(lightness)]
        wanted = rgb_to_lab(colour.reshape(1, 1, 3))[0, 0]
        wanted[0] = np.clip(wanted[0], *_LIGHTNESS_LIMITS)
        bright = float(half.mean())
        ratio = float(wanted[0]) / max(bright, 1.0)
        contrast = float(np.clip(np.sqrt(ratio), *_CONTRAST_LIMITS))
        shade = float(np.clip(np.sqrt(1 / ratio), *_SHADE_LIMITS))
        dye = cls(wanted, bright, contrast, shade, float(wanted[0]))
        for _ in range(_CORRECTIONS):
            error = float(wanted[0] - dye._lightness(half).mean())
            dye = replace(dye, anchor=float(np.clip(dye.anchor + error, 2, 98)))
        strength = float(dye._strength(dye._lightness(half)).mean())
        return replace(dye, gain=min(1 / strength, _MAX_GAIN))

    def __call__(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return a picture in this dye, ``(h, w, 3)`` float32 RGB, 0 to 255."""
        lightness = self._lightness(rgb_to_lab(picture)[..., 0])
        strength = self.gain * self._strength(lightness)
        dyed = np.dstack([lightness, strength * self.colour[1], strength * self.colour[2]])
        return lab_to_rgb(dyed)

    def _lightness(self, old: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the new L*: gloss rises towards white, and shade falls to black."""
        room = _GLOSS * (100 - self.anchor)
        gloss = room * (1 - np.exp(-self.contrast * np.maximum(old - self.bright, 0) / room))
        lit = np.minimum((old + _BLACK) / (self.bright + _BLACK), 1)
        return np.asarray(self.anchor * lit**self.shade + gloss, np.float32)

    def _strength(self, lightness: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the factor on a* and b* at each lightness."""
        shade = (lightness + 16) / (self.colour[0] + 16)
        gloss = (100 - lightness) / (100 - self.colour[0])
        return np.asarray(np.minimum(shade, gloss), np.float32)
