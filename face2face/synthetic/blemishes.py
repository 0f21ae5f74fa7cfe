"""Blemishes drawn into the skin of clean photos, for measuring how well they are found and retouched."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image

_Plane = NDArray[np.floating]
#: How far a blemish may reach from its middle, how far its middle stays from the skin's border and from other blemishes, and how far from
#: that border it has faded away: in interocular distances.
_REACH, _MARGIN, _FADE = 0.5, 0.1, 0.025
#: Where skin shines, brow, cheeks and nose, is farther from its border.
_SHINE_MARGIN = 0.22
#: A channel that differs by so many levels is visibly altered.
_VISIBLE = 4
#: How much of red, green and blue is absorbed by blood, by melanin, and by the crust of a scratch, where the most is.
_BLOOD, _MELANIN, _CRUST = (
    np.array(each, np.float32) for each in ((0.06, 0.5, 0.4), (0.62, 1.0, 1.1), (0.3, 0.75, 0.7))
)
#: How much lighter a scar is.
_SCAR = np.array((-0.18, -0.28, -0.32), np.float32)


def draw_blemishes(
    photo: Image,
    skin: NDArray[np.bool_],
    unit: float,
    rng: np.random.Generator,
    count: int,
    kinds: Sequence[str] = (),
) -> tuple[Image, NDArray[np.uint8]]:
    """A photo with blemishes, faint to clear, in its skin.

    Pimples, moles and scratches absorb light, so the skin's own texture and shade stay beneath them; shine is light on top.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        skin: ``(h, w)`` bool, where they may be; they stay away from its border and from each other.
        unit: Interocular distance, in pixels.
        rng: Chance.
        count: How many; there are fewer where the skin is too small.
        kinds: Those to choose from, of :data:`KINDS`; all where it is empty.

    Returns:
        The photo, and where it is visibly altered: ``(h, w)`` uint8, 255 there. Everywhere else it is the photo to the bit.
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
        y, x = np.unravel_index(int(rng.choice(places)), skin.shape)
        reach = max(1, round(_REACH * unit))
        rows, columns = (slice(max(0, int(at) - reach), int(at) + reach + 1) for at in (y, x))
        part = result[rows, columns]
        down, right = np.mgrid[: part.shape[0], : part.shape[1]].astype(np.float32)
        down, right = (
            (grid + first - at) / unit
            for grid, first, at in ((down, rows.start, y), (right, columns.start, x))
        )
        absorbed, gloss = KINDS[name](right, down, rng)
        fade = np.clip(depth[rows, columns] / (_FADE * unit) - 1, 0, 1)[..., None]
        drawn = part * np.exp(-absorbed * fade)
        drawn = np.rint(np.clip(drawn + gloss * fade * (255 - drawn), 0, 255)).astype(np.uint8)
        altered = cv2.absdiff(drawn, part).max(-1) >= _VISIBLE
        part[altered] = drawn[altered]
        mask[rows, columns][altered] = 255
        room[rows, columns] = np.minimum(room[rows, columns], _depth(~altered) / unit)
    return result, mask


def _depth(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How many pixels each is from what isn't inside; the picture's edge doesn't count."""
    return np.asarray(cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3), np.float32)


def _bump(
    right: _Plane, down: _Plane, rng: np.random.Generator, size: float, longest: float
) -> _Plane:
    """How far pixels are from the middle of an ellipse of half-width ``size``: 1 on its rim."""
    turn, stretch = rng.uniform(0, np.pi), np.sqrt(rng.uniform(1, longest))
    along, across = (
        right * np.cos(turn) + down * np.sin(turn),
        down * np.cos(turn) - right * np.sin(turn),
    )
    return np.asarray(np.hypot(along / stretch, across * stretch) / size)


def _pimple(right: _Plane, down: _Plane, rng: np.random.Generator) -> tuple[_Plane, _Plane]:
    """A soft reddish bump, one in three with a lighter middle."""
    away = _bump(right, down, rng, rng.uniform(0.018, 0.05), 1.4)
    weight = np.exp(-0.5 * away**2) * rng.uniform(0.25, 1)
    absorbed = weight[..., None] * _BLOOD
    gloss = np.exp(-0.5 * (away / 0.4) ** 2) * (
        rng.uniform(0.1, 0.4) if rng.random() < 1 / 3 else 0
    )
    return absorbed, gloss[..., None] * np.array([1, 0.95, 0.8], np.float32)


def _mole(right: _Plane, down: _Plane, rng: np.random.Generator) -> tuple[_Plane, _Plane]:
    """A dark brown spot with a rather sharp edge."""
    size = rng.uniform(0.012, 0.05)
    away = _bump(right, down, rng, size, 1.3)
    angle = np.arctan2(down, right)
    away *= (
        1
        + 0.08 * np.sin(2 * angle + rng.uniform(0, 7))
        + 0.06 * np.sin(3 * angle + rng.uniform(0, 7))
    )
    weight = rng.uniform(0.15, 0.8) / (1 + np.exp((away - 1) * size / 0.004))
    return weight[..., None] * _MELANIN, np.zeros((1, 1, 1), np.float32)


def _scratch(right: _Plane, down: _Plane, rng: np.random.Generator) -> tuple[_Plane, _Plane]:
    """A thin bent line that thins out towards its ends: red, crusted or, more seldom, a light scar."""
    length, turn, bend = rng.uniform(0.12, 0.55), rng.uniform(0, np.pi), rng.uniform(-0.6, 0.6)
    along, across = (
        right * np.cos(turn) + down * np.sin(turn),
        down * np.cos(turn) - right * np.sin(turn),
    )
    at = along / (length / 2)
    across = (
        across
        - bend * length / 4 * (at**2 - 1 / 3)
        - 0.008 * np.sin(rng.uniform(2, 6) * at + rng.uniform(0, 7))
    )
    weight = np.exp(-0.5 * (across / rng.uniform(0.006, 0.014)) ** 2) * np.clip(
        (1 - np.abs(at)) / 0.3, 0, 1
    )
    weight *= 1 - 0.25 * (1 + np.sin(rng.uniform(3, 9) * at + rng.uniform(0, 7)))
    colour = (_BLOOD, _CRUST, _SCAR)[rng.choice(3, p=(0.45, 0.35, 0.2))]
    return (weight * rng.uniform(0.35, 1.1))[..., None] * colour, np.zeros((1, 1, 1), np.float32)


def _shine(right: _Plane, down: _Plane, rng: np.random.Generator) -> tuple[_Plane, _Plane]:
    """A bright gleam without colour."""
    away = _bump(right, down, rng, rng.uniform(0.05, 0.12), 2.5)
    gloss = np.exp(-0.5 * away**2) * rng.uniform(0.3, 0.85)
    return np.zeros((1, 1, 3), np.float32), gloss[..., None] * np.array([1, 0.98, 0.95], np.float32)


#: Kind of blemish -> how it is drawn: of how far right and down each pixel is, in interocular distances, and of chance, how much light of
#: each colour it absorbs, as an exponent, and what share of white lies on it.
KINDS: dict[str, Callable[[_Plane, _Plane, np.random.Generator], tuple[_Plane, _Plane]]] = {
    "pimple": _pimple,
    "mole": _mole,
    "scratch": _scratch,
    "shine": _shine,
}
