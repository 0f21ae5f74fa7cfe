"""Irises in another colour; pupils, catchlights, limbal rings and the lids' shadows stay."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks
from face2face.imaging.lab import lab_to_rgb, rgb_to_lab
from face2face.landmarks import EYE_CORNERS, IRISES

#: Radii of an iris that are tried, in widths of the eye. 11.7 of 30 mm, halved, is 0.2, but the
#: landmarks of the corners lie inside the eye.
_RADII = np.linspace(0.18, 0.26, 9)
#: Shifts of its centre that are tried, in widths of the eye, and the L* that an edge must gain for
#: each width: noise moves nothing.
_SHIFTS, _SHIFT_COST = np.linspace(-0.05, 0.05, 7), 40.0
#: Directions in which the iris' edge is searched, in degrees below the horizontal: lids hide the
#: others.
_SIDES = np.linspace(-20, 45, 14)
#: Radii of a pupil that are tried, and the one that is assumed, in radii of the iris.
_PUPIL_RADII, _PUPIL_RADIUS = np.linspace(0.28, 0.5, 12), 0.38
#: Directions in which the pupil's edge is searched, in degrees below the horizontal.
_PUPIL_SIDES = np.arange(-30, 211, 12)
#: Least step of L* at the edge of a pupil that is seen. In dark brown irises none is.
_MIN_STEP = 5.0
#: Half the distance over which a step is measured, in radii of the circle.
_HALF_STEP = 0.12
#: Where the new colour fades out, in radii of the iris: the limbal ring keeps its darkness.
_RIM = (0.7, 0.95)
#: Where the pupil's black fades out, in its radii.
_PUPIL_EDGE = (0.8, 1.25)
#: Deviation of the blur of an eye's mask, in radii of the iris, and between which of its values
#: the colour fades in: the lids' shadow stays.
_LID_BLUR, _LID_EDGE = 0.16, (0.45, 0.95)
#: Where an iris shows its own colour, in its radii.
_OWN = (0.5, 0.85)
#: L* above the iris' own from which light is a reflection, and from which nothing of the iris is
#: seen: in reflections, and where the lids' edges shine.
_GLOSS, _LIT = 9.0, 30.0
#: L* added before ratios are taken, so that the noise of black doesn't show.
_BLACK = 6.0
#: Share of the way to the wanted L* that an iris goes.
_LIGHTNESS_SHARE = 0.55
#: Factor on the wanted a* and b*, as an iris is never of one colour, and the share of its own
#: variation that stays.
_CHROMA, _VARIATION = 0.75, 0.5
#: L* and b* that whites of eyes have in full light, and the darkest share of it that counts.
_WHITE, _MIN_LIGHT = (75.0, 5.0), 0.35
#: Share of the whites' cast of b* that irises have, too. Of a* it is veins as much as light.
_CAST = 0.5
#: Factors on L*, a* and b* in a pupil that isn't seen, and in one that is.
_UNSEEN_PUPIL, _SEEN_PUPIL = (0.6, 0.4, 0.4), (1.0, 0.4, 0.4)
#: Fewest pixels of an iris that show its colour.
_MIN_PIXELS = 4


def dye_irises(
    photo: Image, landmarks: Landmarks, eyes: NDArray[np.bool_], colour: NDArray[np.floating]
) -> Image:
    """Return a copy of a photo in which irises have another colour.

    The whites of the eyes show the light, and the colour is darkened and tinted as they are.
    Whites, pupils and all that isn't of the eyes stay as they are; whites to the bit.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)`` float32, the face, in the photo's pixels.
        eyes: ``(h, w)`` bool, what the lids leave open of the eyes to dye.
        colour: ``(3,)`` RGB, 0 to 255.

    Returns:
        ``(h, w, 3)`` uint8 RGB.

    >>> photo, eyes = np.full((9, 9, 3), 90, np.uint8), np.zeros((9, 9), bool)
    >>> blue, landmarks = np.array([79.0, 115, 144]), np.zeros((70, 2), np.float32)
    >>> bool((dye_irises(photo, landmarks, eyes, blue) == photo).all())
    True
    """
    result = photo.copy()
    found = []
    for (outer, inner), iris in zip(EYE_CORNERS, IRISES, strict=True):
        width = float(np.hypot(*(landmarks[inner] - landmarks[outer])))
        start = np.maximum(np.floor(landmarks[iris] - width / 2), 0).astype(int)
        end = np.maximum(np.ceil(landmarks[iris] + width / 2), 0).astype(int)
        place = (slice(start[1], end[1]), slice(start[0], end[0]))
        if eyes[place].any():
            centre = landmarks[iris].astype(float) - start
            found.append((place, _EyeCut.of(photo[place], eyes[place], centre, width)))
    if found:
        wanted = _lit(rgb_to_lab(colour.reshape(1, 1, 3))[0, 0], [eye for _, eye in found])
        for place, eye in found:
            result[place] = eye.dyed(result[place], wanted)
    return result


@dataclass(frozen=True)
class _Disc:
    """A circle in a picture: its centre, ``(2,)``, and its radius, in pixels."""

    centre: NDArray[np.floating]
    radius: float

    def distance(self, shape: tuple[int, ...]) -> NDArray[np.floating]:
        """Return the distance of each pixel from the centre, in radii, ``(h, w)``."""
        y, x = np.ogrid[: shape[0], : shape[1]]
        return np.hypot(x - self.centre[0], y - self.centre[1]) / self.radius


@dataclass(frozen=True)
class _EyeCut:
    """An eye, cut from a photo.

    Attributes:
        lab: ``(h, w, 3)`` float32, the cut.
        mask: ``(h, w)`` bool, what the lids leave open.
        iris: The circle of the iris.
    """

    lab: NDArray[np.float32]
    mask: NDArray[np.bool_]
    iris: _Disc

    @classmethod
    def of(
        cls, cut: Image, mask: NDArray[np.bool_], centre: NDArray[np.floating], width: float
    ) -> _EyeCut:
        """Return the eye of this width around the landmark of its iris, in the cut's pixels."""
        lab = rgb_to_lab(cut)
        return cls(lab, mask, _find_iris(lab[..., 0], centre, width))

    @property
    def whites(self) -> NDArray[np.float32]:
        """Colours around the iris, ``(n, 3)`` in CIE L*a*b*."""
        return self.lab[self.mask & (self.iris.distance(self.mask.shape) > 1.15)]

    def dyed(self, cut: Image, wanted: NDArray[np.floating]) -> Image:
        """Return the cut, uint8 RGB, with an iris of the wanted L*, a* and b*."""
        distance = self.iris.distance(self.mask.shape)
        sigma = max(0.6, _LID_BLUR * self.iris.radius)
        open_share = cv2.GaussianBlur(self.mask.astype(np.float32), (0, 0), sigma)
        shown = self.mask & (distance > _OWN[0]) & (distance < _OWN[1])
        if shown.sum() < _MIN_PIXELS:
            return cut
        own = np.median(self.lab[shown], axis=0)
        matt = self.lab.copy()
        matt[..., 0] = np.minimum(matt[..., 0], own[0] + _GLOSS)
        pupil, factors = _find_pupil(matt[..., 0], self.iris)
        black = 1 - _rise(pupil.distance(self.mask.shape), *_PUPIL_EDGE)[..., None]
        dyed = _with_colour(matt, own, wanted)
        dyed = (dyed + black * (matt * np.array(factors, np.float32) - dyed)).astype(np.float32)
        # A reflection is light that was added: it is added again.
        new = np.clip(lab_to_rgb(dyed) + lab_to_rgb(self.lab) - lab_to_rgb(matt), 0, 255)
        opacity = (1 - _rise(distance, *_RIM)) * _rise(open_share, *_LID_EDGE) * self.mask
        opacity *= 1 - _rise(self.lab[..., 0] - own[0], _GLOSS, _LIT)
        return np.rint(cut + opacity[..., None] * (new - cut)).astype(np.uint8)


def _lit(wanted: NDArray[np.floating], eyes: list[_EyeCut]) -> NDArray[np.floating]:
    """Return L*, a* and b* of a colour in the light that the whites of some eyes show."""
    whites = np.concatenate([eye.whites for eye in eyes])
    lit = wanted * (1, _CHROMA, _CHROMA)
    if not len(whites):
        return lit
    brightest = whites[whites[:, 0] >= np.quantile(whites[:, 0], 0.75)].mean(0)
    light = float(np.clip(brightest[0] / _WHITE[0], _MIN_LIGHT, 1))
    return light * lit + (0, 0, _CAST * (brightest[2] - light * _WHITE[1]))


def _with_colour(
    matt: NDArray[np.float32], own: NDArray[np.floating], wanted: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Return an iris in another colour with its own light and shade, as its own colours are."""
    level = own[0] + _LIGHTNESS_SHARE * (wanted[0] - own[0])
    lightness = level * (matt[..., 0] + _BLACK) / (own[0] + _BLACK)
    strength = (lightness + 16) / (wanted[0] + 16)
    variation = _VARIATION * (matt[..., 1:] - own[1:])
    return np.dstack([lightness, strength[..., None] * wanted[1:] + variation]).astype(np.float32)


def _find_iris(lightness: NDArray[np.float32], centre: NDArray[np.floating], width: float) -> _Disc:
    """Return the circle near an iris' landmark whose edge is the clearest on both sides.

    References:
        Daugman, *High confidence visual recognition of persons by a test of statistical
        independence*, PAMI 1993.
    """
    blurred = cv2.GaussianBlur(lightness, (0, 0), max(0.5, 0.02 * width))
    x, y, radii = (each.ravel() for each in np.meshgrid(_SHIFTS, _SHIFTS, _RADII))
    centres = centre + width * np.stack([x, y], -1)
    sides = [
        _steps(blurred, centres, width * radii, np.radians(each)) for each in (_SIDES, 180 - _SIDES)
    ]
    best = int(np.argmax(np.minimum(*sides) - _SHIFT_COST * np.hypot(x, y)))
    return _Disc(centres[best], float(width * radii[best]))


def _find_pupil(
    lightness: NDArray[np.float32], iris: _Disc
) -> tuple[_Disc, tuple[float, float, float]]:
    """Return the pupil of an iris, seen or assumed, and the factors on its L*, a* and b*."""
    blurred = cv2.GaussianBlur(lightness, (0, 0), max(0.5, 0.05 * iris.radius))
    radii = iris.radius * _PUPIL_RADII
    centres = np.tile(iris.centre, (len(radii), 1))
    steps = _steps(blurred, centres, radii, np.radians(_PUPIL_SIDES))
    best = int(np.argmax(steps))
    if steps[best] < _MIN_STEP:
        return _Disc(iris.centre, iris.radius * _PUPIL_RADIUS), _UNSEEN_PUPIL
    return _Disc(iris.centre, float(radii[best])), _SEEN_PUPIL


def _steps(
    lightness: NDArray[np.float32],
    centres: NDArray[np.floating],
    radii: NDArray[np.floating],
    angles: NDArray[np.floating],
) -> NDArray[np.floating]:
    """Return by how much L* rises outwards at each of some circles, on average, ``(n,)``.

    Args:
        lightness: ``(h, w)``, L*.
        centres: ``(n, 2)`` in pixels.
        radii: ``(n,)`` in pixels.
        angles: Directions from the centre, in radians, clockwise on the screen.
    """
    way = radii[:, None, None] * np.stack([np.cos(angles), np.sin(angles)], -1)
    inner, outer = (
        cv2.remap(
            lightness,
            (centres[:, None] + factor * way).astype(np.float32),
            None,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for factor in (1 - _HALF_STEP, 1 + _HALF_STEP)
    )
    return np.asarray((outer - inner).mean(1))


def _rise(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.floating]:
    """Return a smoothstep: 0 up to the first limit, 1 from the second on."""
    share = np.clip((values - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)
