"""The words everyone uses: images, boxes and scenes.

An *image* is an ``(height, width, 3)`` uint8 array in RGB order; BGR exists only inside :mod:`face2face.media`.
*Landmarks* are a ``(68, 2)`` float32 array in pixels, x then y, in the iBUG 300-W order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Landmarks = NDArray[np.float32]
#: A part of a picture: its rows and its columns, both with a start and a stop.
Extent = tuple[slice, slice]

LANDMARK_COUNT = 68
#: How many :func:`bars` a panel has; each shows three numbers.
_BARS = 64


@dataclass(frozen=True)
class Box:
    """A square region of a picture, in pixels. It may reach over the picture's edge.

    Attributes:
        x: Left edge.
        y: Upper edge.
        side: Width and height, at least 1.
    """

    x: int
    y: int
    side: int

    def __post_init__(self) -> None:
        if self.side < 1:
            raise ValueError(f"a box is at least one pixel wide, got {self.side}")

    def cut(self, image: Image) -> Image:
        """The box's content of a picture or a label map, ``(side, side, ...)`` uint8; beyond it its edge pixels are repeated."""
        (top, bottom), (left, right) = (
            (
                min(max(0, -start), self.side - 1),
                min(max(0, start + self.side - size), self.side - 1),
            )
            for start, size in ((self.y, image.shape[0]), (self.x, image.shape[1]))
        )
        inside = image[self._within(self.y, image.shape[0]), self._within(self.x, image.shape[1])]
        return np.pad(inside, ((top, bottom), (left, right), *[(0, 0)] * (image.ndim - 2)), "edge")

    def _within(self, start: int, size: int) -> slice:
        """The part of an edge from ``start`` on that lies in a picture, or the picture's nearest pixel."""
        first = min(max(start, 0), size - 1)
        return slice(first, max(min(start + self.side, size), first + 1))

    def to_panel(self, points: NDArray[Any], size: int) -> Landmarks:
        """Points of the picture, ``(n, 2)``, in the box scaled to ``size`` pixels: ``(n, 2)`` float32.

        Uses the pixel-area convention of :func:`cv2.resize`: the centre of the first pixel is (0, 0).
        """
        scaled = (np.asarray(points, np.float64) - (self.x, self.y) + 0.5) * (
            size / self.side
        ) - 0.5
        return scaled.astype(np.float32)


def centre_box(height: int, width: int) -> Box:
    """The largest centred square of a ``height`` by ``width`` picture."""
    side = min(height, width)
    return Box((width - side) // 2, (height - side) // 2, side)


@dataclass(frozen=True)
class Scene:
    """One picture with what is known of it.

    Attributes:
        photo: The picture, RGB uint8.
        landmarks: ``(68, 2)`` float32 in the photo's pixels, or None where no face was found.
        seconds: When it was taken, from the start of its video; None where time has no meaning.
        labels: ``(h, w)`` uint8, the class of each of the photo's pixels, or None where they aren't known.
        mask: ``(h, w)`` uint8, 255 where the photo is to be painted anew; None for nowhere.
        colours: Class number -> the colour in which it is to be painted, RGB; None for those that the photo has.
        identity: ``(128,)`` float32, whose face it is: see :class:`face2face.face.identity.Identity`; None where that isn't known.
    """

    photo: Image
    landmarks: Landmarks | None = None
    seconds: float | None = None
    labels: NDArray[np.uint8] | None = None
    mask: NDArray[np.uint8] | None = None
    colours: dict[int, NDArray[np.floating]] | None = None
    identity: NDArray[np.float32] | None = None


def side_by_side(panels: Iterable[Image]) -> Image:
    """Pictures of one height in a row: ``(height, sum of widths, 3)`` uint8."""
    return np.concatenate(list(panels), axis=1)


def vector_panel(numbers: NDArray[np.floating], size: int) -> Image:
    """Numbers as a panel, so that a strip holds all that a network is shown: bars across it, the same in a mirror.

    Args:
        numbers: ``(n,)`` in [-1, 1], at most 192; beyond that range they are held to it, and rounded to 1/127.
        size: Width and height of the panel, which 64 divides.

    Returns:
        ``(size, size, 3)`` uint8: 64 bars from top to bottom, three numbers in each one's red, green and blue; grey where there are none.
    """
    levels = np.full(3 * _BARS, 127.5)
    levels[: len(numbers)] = 127.5 + 127.5 * np.clip(numbers, -1, 1)
    column = np.rint(levels).astype(np.uint8).reshape(_BARS, 1, 3).repeat(size // _BARS, axis=0)
    return np.asarray(np.broadcast_to(column, (size, size, 3)).copy())


def vector_rows(size: int) -> slice:
    """The rows of a panel that go through the middles of its :func:`bars`."""
    return slice(size // _BARS // 2, size, size // _BARS)
