"""Blemishes drawn into clean skin, to measure how well they are detected and retouched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Extent, Image

_Plane = NDArray[np.floating]
# Lengths are in interocular distances.
#: Greatest distance of a blemish's pixels from its centre.
_REACH = 0.5
#: Least distance of its centre from the skin's border and from other blemishes.
_MARGIN = 0.1
#: The same for shine, which lies on brow, cheeks and nose, farther from the border.
_SHINE_MARGIN = 0.22
#: A blemish is invisible within this distance of the skin's border, and complete at twice that.
_FADE_WIDTH = 0.025
#: A pixel is altered if a channel differs by at least this many grey levels: visibly.
_VISIBLE_LEVELS = 4
#: Optical density of blood at its strongest: red, green, blue.
_BLOOD = np.array((0.06, 0.5, 0.4), np.float32)
#: Optical density of melanin at its strongest: red, green, blue.
_MELANIN = np.array((0.62, 1.0, 1.1), np.float32)
#: Optical density of a scratch's crust at its strongest: red, green, blue.
_CRUST = np.array((0.3, 0.75, 0.7), np.float32)
#: Optical density of a scar at its strongest, below 0 as it is lighter: red, green, blue.
_SCAR = np.array((-0.18, -0.28, -0.32), np.float32)


class _Layer(NamedTuple):
    """A drawn blemish.

    Attributes:
        density: ``(h, w, 3)``, or of a shape that broadcasts to it. Light is multiplied by
            ``exp(-density)``.
        gloss: Likewise, the share of white on top, 0 to 1.
    """

    density: _Plane
    gloss: _Plane


#: Density or gloss of a blemish that has none.
_NONE = np.zeros((1, 1, 3), np.float32)


def draw_blemishes(
    photo: Image,
    skin: NDArray[np.bool_],
    unit: float,
    rng: np.random.Generator,
    count: int,
    kinds: Sequence[str] = (),
) -> tuple[Image, NDArray[np.uint8]]:
    """Return a photo with blemishes, faint to clear, in its skin.

    Pimples, moles and scratches absorb light, so the skin's texture and shading stay visible. Shine
    is light on top.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        skin: ``(h, w)`` bool, where they may be; they keep away from its border and each other.
        unit: Interocular distance, in pixels.
        rng: Source of randomness.
        count: Number of blemishes; fewer are drawn where the skin has no room.
        kinds: Names in :data:`KINDS` to choose from; empty for all.

    Returns:
        The photo, and an ``(h, w)`` uint8 mask: 255 where it was altered visibly. Everywhere else
        the photo is unchanged.

    >>> photo = np.full((100, 100, 3), (200, 155, 130), np.uint8)
    >>> skin = np.zeros((100, 100), bool)
    >>> skin[5:95, 5:95] = True
    >>> drawn, mask = draw_blemishes(photo, skin, 50.0, np.random.default_rng(0), 1, ["mole"])
    >>> bool(mask.any()), bool((drawn[mask == 255] < photo[mask == 255]).any(-1).all())
    (True, True)
    """
    result, mask = photo.copy(), np.zeros(skin.shape, np.uint8)
    names = list(kinds or KINDS)
    depth = _depth(skin)
    room = depth / unit
    for _ in range(count):
        name = names[rng.integers(len(names))]
        places = np.flatnonzero(room > (_SHINE_MARGIN if name == "shine" else _MARGIN))
        if not len(places):
            continue
        y, x = (int(at) for at in np.unravel_index(int(rng.choice(places)), skin.shape))
        reach = max(1, round(_REACH * unit))
        around = np.s_[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]
        right, down = _offsets(photo[around].shape, around, (x, y), unit)
        fade = np.clip(depth[around] / (_FADE_WIDTH * unit) - 1, 0, 1)[..., None]
        altered = _draw(result[around], KINDS[name](right, down, rng), fade)
        mask[around][altered] = 255
        room[around] = np.minimum(room[around], _depth(~altered) / unit)
    return result, mask


def _offsets(
    shape: tuple[int, ...], part: Extent, centre: tuple[int, int], unit: float
) -> tuple[_Plane, _Plane]:
    """Return how far right of and below a centre each pixel of a part lies, in units."""
    down, right = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    rows, columns = part
    x, y = centre
    return (right + columns.start - x) / unit, (down + rows.start - y) / unit


def _draw(photo: Image, layer: _Layer, fade: _Plane) -> NDArray[np.bool_]:
    """Draw a layer into a photo in place; return where it was altered visibly, ``(h, w)``."""
    drawn = _blend(photo, layer, fade)
    altered = cv2.absdiff(drawn, photo).max(-1) >= _VISIBLE_LEVELS
    photo[altered] = drawn[altered]
    return altered


def _blend(photo: Image, layer: _Layer, fade: _Plane) -> Image:
    """Return a photo under a layer: light absorbed, then gloss added."""
    absorbed = photo * np.exp(-layer.density * fade)
    glossy = absorbed + layer.gloss * fade * (255 - absorbed)
    return np.rint(np.clip(glossy, 0, 255)).astype(np.uint8)


def _depth(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return each pixel's distance from the pixels outside; the picture's edge doesn't count."""
    return np.asarray(cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3), np.float32)


def _rotate(right: _Plane, down: _Plane, angle: float) -> tuple[_Plane, _Plane]:
    """Return coordinates along and across a direction, by its angle in radians."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return right * cosine + down * sine, down * cosine - right * sine


def _ellipse(
    right: _Plane, down: _Plane, rng: np.random.Generator, size: float, max_stretch: float
) -> _Plane:
    """Return pixels' distances from the centre of an ellipse of radius ``size``: 1 on its rim."""
    angle, stretch = rng.uniform(0, np.pi), np.sqrt(rng.uniform(1, max_stretch))
    along, across = _rotate(right, down, angle)
    return np.asarray(np.hypot(along / stretch, across * stretch) / size)


def _pimple(right: _Plane, down: _Plane, rng: np.random.Generator) -> _Layer:
    """Return a soft red bump; one in three has a light centre."""
    distance = _ellipse(right, down, rng, rng.uniform(0.018, 0.05), 1.4)
    weight = np.exp(-0.5 * distance**2) * rng.uniform(0.25, 1)
    density = weight[..., None] * _BLOOD
    strength = rng.uniform(0.1, 0.4) if rng.random() < 1 / 3 else 0
    gloss = np.exp(-0.5 * (distance / 0.4) ** 2) * strength
    return _Layer(density, gloss[..., None] * np.array([1, 0.95, 0.8], np.float32))


def _mole(right: _Plane, down: _Plane, rng: np.random.Generator) -> _Layer:
    """Return a dark brown spot with a rather sharp edge."""
    size = rng.uniform(0.012, 0.05)
    distance = _ellipse(right, down, rng, size, 1.3)
    angle = np.arctan2(down, right)
    distance *= (
        1
        + 0.08 * np.sin(2 * angle + rng.uniform(0, 7))
        + 0.06 * np.sin(3 * angle + rng.uniform(0, 7))
    )
    weight = rng.uniform(0.15, 0.8) / (1 + np.exp((distance - 1) * size / 0.004))
    return _Layer(weight[..., None] * _MELANIN, _NONE)


def _scratch(right: _Plane, down: _Plane, rng: np.random.Generator) -> _Layer:
    """Return a bent line that thins out towards its ends: red, crusted or a light scar."""
    length, angle, bend = rng.uniform(0.12, 0.55), rng.uniform(0, np.pi), rng.uniform(-0.6, 0.6)
    along, across = _rotate(right, down, angle)
    position = along / (length / 2)
    across = (
        across
        - bend * length / 4 * (position**2 - 1 / 3)
        - 0.008 * np.sin(rng.uniform(2, 6) * position + rng.uniform(0, 7))
    )
    weight = np.exp(-0.5 * (across / rng.uniform(0.006, 0.014)) ** 2) * np.clip(
        (1 - np.abs(position)) / 0.3, 0, 1
    )
    weight *= 1 - 0.25 * (1 + np.sin(rng.uniform(3, 9) * position + rng.uniform(0, 7)))
    colour = (_BLOOD, _CRUST, _SCAR)[rng.choice(3, p=(0.45, 0.35, 0.2))]
    return _Layer((weight * rng.uniform(0.35, 1.1))[..., None] * colour, _NONE)


def _shine(right: _Plane, down: _Plane, rng: np.random.Generator) -> _Layer:
    """Return a bright spot without colour."""
    distance = _ellipse(right, down, rng, rng.uniform(0.05, 0.12), 2.5)
    gloss = np.exp(-0.5 * distance**2) * rng.uniform(0.3, 0.85)
    return _Layer(_NONE, gloss[..., None] * np.array([1, 0.98, 0.95], np.float32))


#: Kind -> its drawing. It takes each pixel's place to the right of and below the centre, in
#: interocular distances, and a source of randomness.
KINDS: dict[str, Callable[[_Plane, _Plane, np.random.Generator], _Layer]] = {
    "pimple": _pimple,
    "mole": _mole,
    "scratch": _scratch,
    "shine": _shine,
}
