"""A photo warped so that its landmarks lie elsewhere: a thin-plate spline (Bookstein 1989) held at the border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Extent, Image, Landmarks
from face2face.landmarks import FACING

#: Into so many squares, at most, the longer side of what is wanted is divided; in their middles the spline is evaluated, linear between.
_SQUARES = 24
#: Anchors a side of the picture, which keep the background where it is.
_ANCHORS = 4
#: As far down, in shares of the size, its sides may be held beyond them.
_UPPER = 0.6
#: Where facing points are wanted nearer together than this share of how far the photo has them apart, they are read from nearer together
#: too: a spline that takes two points to one folds over. What is left to close is the generator's work.
_LEAST_GAP = 0.4
#: Photos smaller than this are enlarged before they are read.
_READ_AT = 512
#: What is finer than so many pixels is weakened by about this share where photos are enlarged, and where they aren't.
_FINE, _WEAKENED_LARGE, _WEAKENED = 0.8, 0.2, 0.4
#: What keeps the logarithm of no distance finite.
_TINY = np.finfo(np.float32).tiny


@dataclass(frozen=True, eq=False)
class WarpConstraints:
    """How a spline is held by landmarks; each is one of a kind.

    Attributes:
        points: Indices of those that hold it.
        stiffness: How much it may miss them rather than bend, in the unit of its bending energy at 256 pixels: 1 evens out what
            they tremble, some hundreds let a head move without dragging the shoulders along.
        beyond: How far beyond its sides and its top the picture is held, in shares of its size; at its foot it is held at the edge.
    """

    points: tuple[int, ...]
    stiffness: float
    beyond: float


#: All landmarks, exactly: for a face.
FACE_CONSTRAINTS = WarpConstraints(tuple(range(68)), 1.0, 0.0)
#: Those that bone moves, and loosely: for what surrounds the face. Brows, chin, lips and lids would make hair and collar nod with every
#: word; held at the edge, hair that is near it would hardly follow the head.
HEAD_CONSTRAINTS = WarpConstraints((0, 1, 2, 3, 13, 14, 15, 16, *range(27, 36)), 800.0, 0.3)


def presharpen(photo: Image) -> Image:
    """A ``(h, w, channels)`` uint8 photo made ready for :func:`warp`: what that weakens is strengthened."""
    softer = cv2.GaussianBlur(photo, (0, 0), _FINE)
    share = _WEAKENED_LARGE if photo.shape[0] < _READ_AT else _WEAKENED
    return np.asarray(cv2.addWeighted(photo, 1 + share, softer, -share, 0), np.uint8)


def upsample(photo: Image) -> Image:
    """A ``(size, size, channels)`` uint8 photo, larger by a whole number if it is small, for :func:`warp` to read linearly.

    Otherwise linear interpolation would cost a third of its sharpness; cubic takes three times as long.
    """
    times = max(1, _READ_AT // photo.shape[0])
    return (
        photo
        if times == 1
        else np.asarray(
            cv2.resize(photo, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8
        )
    )


def warp(photo: Image, source: Landmarks, destination: Landmarks, size: int) -> NDArray[np.uint8]:
    """The photo with what lies at ``source`` moved to ``destination``: ``(size, size, channels)`` uint8; see :func:`warps`."""
    everywhere = (slice(0, size), slice(0, size))
    (warped,) = warp_many([photo], source[None], destination, size, FACE_CONSTRAINTS, [everywhere])
    return warped


def warp_many(
    photos: Sequence[Image],
    sources: NDArray[np.floating],
    destination: Landmarks,
    size: int,
    hold: WarpConstraints,
    parts: Sequence[Extent],
) -> list[NDArray[np.uint8]]:
    """Photos with what lies at their ``sources`` moved to ``destination``: what that alone implies is worked out once for all.

    Args:
        photos: At least one of ``(n, n, channels)`` uint8, :func:`sharpened` and then :func:`enlarged`.
        sources: ``(photos, 68, 2)``, their landmarks in pixels of ``size``.
        destination: ``(68, 2)`` where they are wanted.
        size: Width and height of the whole results, which n is a multiple of.
        hold: Which of them are held, and how firmly.
        parts: The part of each result that is wanted, all of the same columns.

    Returns:
        These parts, ``(rows, columns, channels)`` uint8; what comes from beyond the edge repeats it.
    """
    first, columns = min(rows.start for rows, _ in parts), parts[0][1]
    lengths = max(rows.stop for rows, _ in parts) - first, columns.stop - columns.start
    points, anchors, stiffness = _held(hold, size)
    unit = size / 256
    # The splines map the wanted picture onto the given ones, so that every wanted pixel knows where it comes from.
    wanted = np.concatenate([destination[points], anchors]) / unit
    given = np.stack(
        [
            np.concatenate([source[points], anchors])
            for source in _avoid_folds(sources, destination)
        ],
        1,
    )
    splines = _Splines(wanted, given.reshape(len(wanted), -1), stiffness)
    side = -(-max(lengths) // _SQUARES)
    # One more before and behind: up to the edge it shall lie between two of them.
    y, x = (
        start + side * (np.arange(-1, -(-length // side) + 1) + 0.5) - 0.5
        for start, length in zip((first, columns.start), lengths, strict=True)
    )
    # Pixel centres are at whole numbers before and after.
    coarse = photos[0].shape[0] / size * (splines.on_grid(x / unit, y / unit) + 0.5) - 0.5
    return [
        _read(
            photo,
            coarse[..., 2 * number : 2 * number + 2],
            side,
            rows.start - first,
            rows.stop - first,
            lengths[1],
        )
        for number, (photo, (rows, _)) in enumerate(zip(photos, parts, strict=True))
    ]


def _read(
    photo: Image, coarse: NDArray[np.float32], side: int, start: int, stop: int, width: int
) -> NDArray[np.uint8]:
    """A photo read where a coarse map says, from its row ``start`` to ``stop``."""
    above = start // side
    given = cv2.resize(
        coarse[above : -(-stop // side) + 2], None, fx=side, fy=side, interpolation=cv2.INTER_LINEAR
    )
    top = side * (1 - above)
    inside = given[top + start : top + stop, side : side + width]
    return np.asarray(
        cv2.remap(photo, inside, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


class _Splines:
    """Thin-plate splines through, or near, some values.

    It is written out here because a library that has it takes longer to be imported than the rest of the live program, and several times
    as long to be evaluated.

    Args:
        places: ``(n, 2)``, not all on one line.
        values: ``(n, k)``, what each of k splines shall be there.
        stiffness: ``(n,)``, how much they may miss each rather than bend.
    """

    def __init__(
        self,
        places: NDArray[np.floating],
        values: NDArray[np.floating],
        stiffness: NDArray[np.floating],
    ) -> None:
        count = len(places)
        self._middle = places.sum(0) / count
        self._places = places - self._middle
        x, y = self._places.T
        system, wanted = np.zeros((count + 3, count + 3)), np.zeros((count + 3, values.shape[1]))
        system[:count, :count] = _tps_kernel(x[:, None] - x, y[:, None] - y)
        system.flat[: count * (count + 4) : count + 4] = (
            2 * stiffness
        )  # its diagonal, but for the last three
        system[:count, count] = system[count, :count] = 1
        system[:count, count + 1 :] = self._places
        system[count + 1 :, :count] = self._places.T
        wanted[:count] = values
        self._weights = np.linalg.solve(system, wanted)

    def on_grid(self, x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.float32]:
        """Their values at all of ``(columns,)`` x and ``(rows,)`` y: ``(rows, columns, k)``."""
        x, y = (
            (each - middle).astype(np.float32)[:, None]
            for each, middle in zip((x, y), self._middle, strict=True)
        )
        places, weights = self._places.astype(np.float32), self._weights.astype(np.float32)
        bending = _tps_kernel(x - places[:, 0], (y - places[:, 1])[:, None])
        level, along, down = weights[-3:]
        return np.asarray(bending @ weights[:-3] + (level + along * x) + (down * y)[:, None])


def _tps_kernel(across: NDArray[np.floating], down: NDArray[np.floating]) -> NDArray[np.floating]:
    """Twice the kernel, r squared times the logarithm of r, at distances across and down; which are not changed."""
    squared = across * across + (down * down + _TINY)
    # OpenCV's logarithm takes a third of NumPy's time.
    bending = cv2.log(squared)
    bending *= squared
    return np.asarray(bending)


def _avoid_folds(sources: NDArray[np.floating], destination: Landmarks) -> NDArray[np.floating]:
    """Where photos are read at the wanted landmarks: at their own, but nearer together where facing points would fold them over.

    Args:
        sources: ``(k, 68, 2)``, the photos' landmarks.
        destination: ``(68, 2)``, the wanted ones.
    """
    upper, lower = FACING.T
    gaps, wanted = sources[:, lower] - sources[:, upper], destination[lower] - destination[upper]
    kept = (wanted * gaps).sum(2) / np.maximum(_LEAST_GAP * (gaps * gaps).sum(2), 1e-6)
    nearer = gaps * (np.maximum(1 - kept, 0) / 2)[..., None]
    read = sources.copy()
    read[:, upper] += nearer
    read[:, lower] -= nearer
    return read


@lru_cache(maxsize=16)
def _held(
    hold: WarpConstraints, size: int
) -> tuple[NDArray[np.integer], NDArray[np.floating], NDArray[np.floating]]:
    """Which landmarks are held, where the border is, see :func:`_border`, and how much each of both may be missed."""
    anchors = _border(size, hold.beyond)
    return (
        np.array(hold.points),
        anchors,
        np.repeat((hold.stiffness, 0.0), (len(hold.points), len(anchors))),
    )


def _border(size: int, beyond: float) -> NDArray[np.floating]:
    """Where the picture is held: ``(n, 2)`` pixels on its edge, the upper ones beyond it."""
    ticks = np.linspace(-0.5, 0.5, _ANCHORS + 1)[:-1]
    low, high = np.full_like(ticks, -0.5), np.full_like(ticks, 0.5)
    sides = [(ticks, low), (high, ticks), (-ticks, high), (low, -ticks)]
    border = np.concatenate([np.stack(side, -1) for side in sides])
    outwards = np.where(np.abs(border) == 0.5, np.sign(border), 0)
    return (size - 1) * (
        0.5 + border + beyond * np.where(border[:, 1:] < _UPPER - 0.5, outwards, 0)
    )
