"""The types that all rooms share: images, landmarks, boxes and scenes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: A picture, ``(height, width, 3)`` uint8 RGB. BGR exists only inside :mod:`face2face.media`.
Image = NDArray[np.uint8]
#: The landmarks of a face, ``(70, 2)`` float32 in pixels, x then y: the 68 of iBUG 300-W in their
#: order, then the centres of the right and the left iris.
Landmarks = NDArray[np.float32]
#: A region of a picture: rows and columns, both with a start and a stop.
Extent = tuple[slice, slice]

#: Number of landmarks of a face.
LANDMARK_COUNT = 70
#: Number of bars in a :func:`vector_panel`. Each holds three numbers, and all sizes are multiples.
_BARS = 64
#: Largest number of pixels of a band: floating-point copies of a large photo take gigabytes.
_BAND_PIXELS = 1 << 20


@dataclass(frozen=True)
class Box:
    """A square region of a picture, in pixels. It may extend beyond the picture's edge.

    Attributes:
        x: Left edge.
        y: Upper edge.
        side: Width and height, at least 1.

    >>> Box(1, 0, 2).cut(np.zeros((4, 4, 3), np.uint8)).shape
    (2, 2, 3)
    """

    x: int
    y: int
    side: int

    def __post_init__(self) -> None:
        if self.side < 1:
            raise ValueError(f"side is {self.side}, but a box is at least one pixel wide")

    def cut(self, image: Image) -> Image:
        """Return the part of a picture inside the box.

        Args:
            image: ``(h, w, ...)`` uint8, such as a picture or a label map.

        Returns:
            ``(side, side, ...)`` uint8. Pixels outside the picture repeat its edge.
        """
        (top, bottom), (left, right) = (
            (
                min(max(0, -start), self.side - 1),
                min(max(0, start + self.side - size), self.side - 1),
            )
            for start, size in ((self.y, image.shape[0]), (self.x, image.shape[1]))
        )
        inside = image[self._within(self.y, image.shape[0]), self._within(self.x, image.shape[1])]
        return np.pad(inside, ((top, bottom), (left, right), *[(0, 0)] * (image.ndim - 2)), "edge")

    def inside(self, height: int, width: int) -> Box:
        """Return the box moved into a picture, and shrunk to the picture's shorter side.

        >>> Box(-3, 7, 6).inside(10, 20)
        Box(x=0, y=4, side=6)
        """
        side = min(self.side, height, width)
        x, y = (
            min(max(start + (self.side - side) // 2, 0), size - side)
            for start, size in ((self.x, width), (self.y, height))
        )
        return Box(x, y, side)

    def extent(self, shape: tuple[int, ...]) -> Extent:
        """Return the rows and columns of a picture inside the box; empty ones if it misses it.

        Args:
            shape: Height and width of the picture, in pixels; more axes may follow.

        >>> Box(-3, 7, 6).extent((10, 20, 3))
        (slice(7, 10, None), slice(0, 3, None))
        """
        rows, columns = (
            slice(min(max(start, 0), size), min(max(start + self.side, 0), size))
            for start, size in ((self.y, shape[0]), (self.x, shape[1]))
        )
        return rows, columns

    def _within(self, start: int, size: int) -> slice:
        """Return the part of the box's edge inside a picture, or the picture's nearest pixel."""
        first = min(max(start, 0), size - 1)
        return slice(first, max(min(start + self.side, size), first + 1))

    def to_panel(self, points: NDArray[Any], size: int) -> Landmarks:
        """Return points of the picture as points of the box scaled to a panel.

        The centre of the first pixel is (0, 0), as for :func:`cv2.resize`.

        Args:
            points: ``(n, 2)``, x and y in pixels of the picture.
            size: Width and height of the panel, in pixels.

        Returns:
            ``(n, 2)`` float32 in pixels of the panel.
        """
        scale = size / self.side
        scaled = (np.asarray(points, np.float64) - (self.x, self.y) + 0.5) * scale - 0.5
        return scaled.astype(np.float32)


def row_bands(shape: tuple[int, ...]) -> Iterator[slice]:
    """Yield slices of rows that together cover a picture, to work on one after the other.

    Args:
        shape: Height and width of the picture, in pixels; more axes may follow.

    >>> list(row_bands((300, 4096, 3)))
    [slice(0, 256, None), slice(256, 300, None)]
    """
    step = max(1, _BAND_PIXELS // shape[1])
    for top in range(0, shape[0], step):
        yield slice(top, min(top + step, shape[0]))


def centre_box(height: int, width: int) -> Box:
    """Return the largest centred square of a ``height`` by ``width`` picture.

    >>> centre_box(4, 10)
    Box(x=3, y=0, side=4)
    """
    side = min(height, width)
    return Box((width - side) // 2, (height - side) // 2, side)


@dataclass(frozen=True)
class Scene:
    """A picture with its annotations.

    Attributes:
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)`` float32 in the photo's pixels; None where no face was found.
        seconds: Time from the start of its video; None for a photo of no video.
        labels: ``(h, w)`` uint8, the class of each pixel; None where it isn't known.
        photo_labels: ``(h, w)`` uint8, the photo's own classes where ``labels`` are those to paint;
            None where they are the same.
        wanted_landmarks: ``(70, 2)`` float32 in the photo's pixels, to which ``landmarks`` should
            move; None where nothing should move.
        mask: ``(h, w)`` uint8, 255 for pixels that a generator should paint; None for nowhere.
        colours: Class number -> RGB colour in which to paint the class. Other classes keep the
            photo's colours.
        identity: ``(128,)`` float32, the face's :class:`~face2face.face.identity.Identity`; None
            where it isn't known.

    >>> Scene(np.zeros((4, 4, 3), np.uint8), seconds=0.5).seconds
    0.5
    """

    photo: Image
    landmarks: Landmarks | None = None
    seconds: float | None = None
    labels: NDArray[np.uint8] | None = None
    mask: NDArray[np.uint8] | None = None
    colours: dict[int, NDArray[np.floating]] | None = None
    identity: NDArray[np.float32] | None = None
    photo_labels: NDArray[np.uint8] | None = None
    wanted_landmarks: Landmarks | None = None


def side_by_side(panels: Iterable[Image]) -> Image:
    """Return pictures of one height in a row, ``(height, sum of widths, 3)`` uint8.

    >>> side_by_side([np.zeros((4, 4, 3), np.uint8)] * 2).shape
    (4, 8, 3)
    """
    return np.concatenate(list(panels), axis=1)


def vector_panel(numbers: NDArray[np.floating], size: int) -> Image:
    """Return numbers as a panel of horizontal bars, which a network reads from any column.

    A panel makes the numbers part of a strip. It is the same in a mirror.

    Args:
        numbers: ``(n,)`` with n at most 192; clipped to [-1, 1] and rounded to 1/127.
        size: Width and height of the panel in pixels, a multiple of 64.

    Returns:
        ``(size, size, 3)`` uint8: 64 bars, with a number in each one's red, green and blue. Unused
        bars are grey.

    >>> vector_panel(np.array([-1.0, 1.0]), 64)[0, 0].tolist()
    [0, 255, 128]
    """
    levels = np.full(3 * _BARS, 127.5)
    levels[: len(numbers)] = 127.5 + 127.5 * np.clip(numbers, -1, 1)
    column = np.rint(levels).astype(np.uint8).reshape(_BARS, 1, 3).repeat(size // _BARS, axis=0)
    return np.asarray(np.broadcast_to(column, (size, size, 3)).copy())


def vector_rows(size: int) -> slice:
    """Return the rows through the middles of the bars of a :func:`vector_panel`.

    >>> vector_rows(256)
    slice(2, 256, 4)
    """
    return slice(size // _BARS // 2, size, size // _BARS)
