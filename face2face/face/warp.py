"""A photo warped so that its landmarks lie elsewhere: a thin-plate spline (Bookstein 1989) held at the border."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.face.landmarks import FACING
from face2face.image import Extent, Image, Landmarks

#: Into so many squares, at most, the longer side of what is wanted is divided; in their middles the spline is evaluated, linear between.
_SQUARES = 24
#: Anchors a side of the picture, which keep the background where it is.
_ANCHORS = 4
#: As far down, in shares of the size, its sides may be held beyond them.
_UPPER = 0.6
#: Where the photo has facing points apart and they are wanted together, this share of the gap is kept: a spline that takes two points to
#: one folds over. What is left to close is the generator's work.
_LEAST_GAP = 0.4
#: Photos smaller than this are enlarged before they are read.
_READ_AT = 512
#: What is finer than so many pixels is weakened by about this share where photos are enlarged, and where they aren't.
_FINE, _WEAKENED_LARGE, _WEAKENED = 0.8, 0.2, 0.4
#: What keeps the logarithm of no distance finite.
_TINY = np.finfo(np.float32).tiny


@dataclass(frozen=True, eq=False)
class Hold:
    """How a spline is held by landmarks.

    Attributes:
        points: Indices of those that hold it.
        stiffness: How much it may miss them rather than bend, in the unit of its bending energy at 256 pixels: 1 evens out what
            they tremble, some hundreds let a head move without dragging the shoulders along.
        beyond: How far beyond its sides and its top the picture is held, in shares of its size; at its foot it is held at the edge.
    """

    points: tuple[int, ...]
    stiffness: float
    beyond: float


#: All landmarks, exactly: for a face. And those of its upper half, or its lower one, which takes half the time.
FIRMLY = Hold(tuple(range(68)), 1.0, 0.0)
ABOVE = Hold((*range(5), *range(12, 48)), 1.0, 0.0)
BELOW = Hold((*range(17), *range(27, 36), 40, 41, 46, 47, *range(48, 68)), 1.0, 0.0)
#: Those that bone moves, and loosely: for what surrounds the face. Brows, chin, lips and lids would make hair and collar nod with every
#: word; held at the edge, hair that is near it would hardly follow the head.
LOOSELY = Hold((0, 1, 2, 3, 13, 14, 15, 16, *range(27, 36)), 800.0, 0.3)


def sharpened(photo: Image) -> Image:
    """A ``(h, w, channels)`` uint8 photo made ready for :func:`warp`: what that weakens is strengthened."""
    softer = cv2.GaussianBlur(photo, (0, 0), _FINE)
    share = _WEAKENED_LARGE if photo.shape[0] < _READ_AT else _WEAKENED
    return np.asarray(cv2.addWeighted(photo, 1 + share, softer, -share, 0), np.uint8)


def enlarged(photo: Image) -> Image:
    """A ``(size, size, channels)`` uint8 photo, larger by a whole number if it is small, for :func:`warp` to read linearly.

    Otherwise linear interpolation would cost a third of its sharpness; cubic takes three times as long.
    """
    times = max(1, _READ_AT // photo.shape[0])
    return photo if times == 1 else np.asarray(cv2.resize(photo, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8)


def warp(
    photo: Image, source: Landmarks, destination: Landmarks, size: int, hold: Hold = FIRMLY, within: Extent | None = None
) -> NDArray[np.uint8]:
    """The photo with what lies at ``source`` moved to ``destination``.

    Args:
        photo: ``(n, n, channels)`` uint8, :func:`sharpened` and then :func:`enlarged`.
        source: ``(68, 2)`` landmarks of the photo, in pixels of ``size``.
        destination: ``(68, 2)`` where they are wanted.
        size: Width and height of the whole result, which n is a multiple of.
        hold: Which of them are held, and how firmly.
        within: The part of the result that is wanted; None for all of it.

    Returns:
        ``(rows, columns, channels)`` uint8; what comes from beyond the edge repeats it.
    """
    rows, columns = within or (slice(0, size), slice(0, size))
    points, anchors, stiffness = _held(hold, size)
    wanted = np.concatenate([_unfolded(source, destination)[points], anchors])
    unit = size / 256
    # The spline maps the wanted picture onto the given one, so that every wanted pixel knows where it comes from.
    spline = _Spline(wanted / unit, np.concatenate([source[points], anchors]), stiffness)
    lengths = [part.stop - part.start for part in (rows, columns)]
    side = -(-max(lengths) // _SQUARES)
    # One more before and behind: up to the edge it shall lie between two of them.
    y, x = (
        part.start + side * (np.arange(-1, -(-length // side) + 1) + 0.5) - 0.5
        for part, length in zip((rows, columns), lengths, strict=True)
    )
    # Pixel centres are at whole numbers before and after.
    coarse = photo.shape[0] / size * (spline.on_grid(x / unit, y / unit) + 0.5) - 0.5
    given = cv2.resize(coarse, None, fx=side, fy=side, interpolation=cv2.INTER_LINEAR)
    inside = given[side : side + lengths[0], side : side + lengths[1]]
    return np.asarray(cv2.remap(photo, inside, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


class _Spline:
    """A thin-plate spline through, or near, some values.

    It is written out here because a library that has it takes longer to be imported than the rest of the live program, and several times
    as long to be evaluated.

    Args:
        places: ``(n, 2)``, not all on one line.
        values: ``(n, 2)``, what it shall be there.
        stiffness: ``(n,)``, how much it may miss each rather than bend.
    """

    def __init__(self, places: NDArray[np.floating], values: NDArray[np.floating], stiffness: NDArray[np.floating]) -> None:
        count = len(places)
        self._middle = places.sum(0) / count
        self._places = places - self._middle
        x, y = self._places.T
        system, wanted = np.zeros((count + 3, count + 3)), np.zeros((count + 3, 2))
        system[:count, :count] = _bending(x[:, None] - x, y[:, None] - y)
        system.flat[: count * (count + 4) : count + 4] = 2 * stiffness  # its diagonal, but for the last three
        system[:count, count] = system[count, :count] = 1
        system[:count, count + 1 :] = self._places
        system[count + 1 :, :count] = self._places.T
        wanted[:count] = values
        self._weights = np.linalg.solve(system, wanted)

    def on_grid(self, x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.float32]:
        """Its values at all of ``(columns,)`` x and ``(rows,)`` y: ``(rows, columns, 2)``."""
        x, y = ((each - middle).astype(np.float32)[:, None] for each, middle in zip((x, y), self._middle, strict=True))
        places, weights = self._places.astype(np.float32), self._weights.astype(np.float32)
        bending = _bending(x - places[:, 0], (y - places[:, 1])[:, None])
        level, along, down = weights[-3:]
        return np.asarray(bending @ weights[:-3] + (level + along * x) + (down * y)[:, None])


def _bending(across: NDArray[np.floating], down: NDArray[np.floating]) -> NDArray[np.floating]:
    """Twice the kernel, r squared times the logarithm of r, at distances across and down; which are not changed."""
    squared = across * across + (down * down + _TINY)
    # OpenCV's logarithm takes a third of NumPy's time.
    bending = cv2.log(squared)
    bending *= squared
    return np.asarray(bending)


def _unfolded(source: Landmarks, destination: Landmarks) -> Landmarks:
    """The destination with facing points held apart."""
    upper, lower = FACING.T
    gap, least = destination[lower] - destination[upper], _LEAST_GAP * (source[lower] - source[upper])
    folds = (gap * gap).sum(1) < (least * least).sum(1)
    if not folds.any():
        return destination
    apart = destination.copy()
    missing = np.where(folds[:, None], least - gap, 0) / 2
    apart[upper] -= missing
    apart[lower] += missing
    return apart


@lru_cache(maxsize=16)
def _held(hold: Hold, size: int) -> tuple[NDArray[np.integer], NDArray[np.floating], NDArray[np.floating]]:
    """Which landmarks are held, where the border is, see :func:`_border`, and how much each of both may be missed."""
    anchors = _border(size, hold.beyond)
    return np.array(hold.points), anchors, np.repeat((hold.stiffness, 0.0), (len(hold.points), len(anchors)))


def _border(size: int, beyond: float) -> NDArray[np.floating]:
    """Where the picture is held: ``(n, 2)`` pixels on its edge, the upper ones beyond it."""
    ticks = np.linspace(-0.5, 0.5, _ANCHORS + 1)[:-1]
    low, high = np.full_like(ticks, -0.5), np.full_like(ticks, 0.5)
    sides = [(ticks, low), (high, ticks), (-ticks, high), (low, -ticks)]
    border = np.concatenate([np.stack(side, -1) for side in sides])
    outwards = np.where(np.abs(border) == 0.5, np.sign(border), 0)
    return (size - 1) * (0.5 + border + beyond * np.where(border[:, 1:] < _UPPER - 0.5, outwards, 0))
