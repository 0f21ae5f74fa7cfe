"""Move the irises of a picture, under its lids."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks
from face2face.landmarks import gaze

#: Points of each eye from left to right in the picture: the corners, the upper and the lower lid.
_EYES = (((36, 39), (37, 38), (41, 40)), ((42, 45), (43, 44), (47, 46)))
#: Radius of what moves with an iris, in widths of the eye: the iris (11.7 of 30 mm, halved) and a
#: rim, as landmarks of the corners lie inside the eye.
_IRIS_RADIUS = 0.24
#: Width beyond the iris over which a vertical move fades, in widths of the eye.
_FADE = 0.12
#: Least distance of an iris's edge from a corner of the eye, in widths of the eye.
_CORNER_MARGIN = 0.02
#: How far the lids' landmarks may lie inside the eye, in widths of the eye: what is between them,
#: and this far beyond them, moves in full.
_LID_REACH = 0.06
#: Width of the soft edge beyond that, in widths of the eye.
_SOFT_EDGE = 0.08
#: Opening of an eye from which its iris moves in full, in widths of the eye: what nearly shut lids
#: show of an iris is too little to move.
_OPEN = 0.15
#: Moves smaller than this aren't visible, in widths of the eye.
_MIN_MOVE = 0.004
#: Least width of an eye that has an iris to move, in pixels.
_MIN_WIDTH = 4.0


@dataclass(frozen=True)
class _Axes:
    """The axes of an eye: across from its middle to its right corner, and down.

    Attributes:
        middle: ``(2,)``, the middle between the corners, in pixels.
        across: ``(2,)``, the vector from the left corner to the right one, in pixels.
    """

    middle: NDArray[np.float64]
    across: NDArray[np.float64]

    @property
    def width(self) -> float:
        """Distance of the corners, in pixels."""
        return float(np.hypot(*self.across))

    def to_eye(
        self, x: NDArray[np.floating], y: NDArray[np.floating]
    ) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Return places in the picture along the axes, in widths of the eye."""
        (ax, ay), squared = self.across, max(self.width**2, 1e-9)
        x, y = x - self.middle[0], y - self.middle[1]
        return (x * ax + y * ay) / squared, (y * ax - x * ay) / squared

    def to_picture(
        self, u: NDArray[np.floating], v: NDArray[np.floating]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return places along the axes in pixels, as OpenCV's remap takes them."""
        ax, ay = self.across
        x, y = self.middle[0] + u * ax - v * ay, self.middle[1] + u * ay + v * ax
        return x.astype(np.float32), y.astype(np.float32)


@dataclass(frozen=True)
class _Eye:
    """One eye: its axes and its lids.

    Attributes:
        axes: In which the lids are given.
        upper: ``(4, 2)``, the upper lid from corner to corner, in widths of the eye.
        lower: ``(4, 2)``, the lower lid.
    """

    axes: _Axes
    upper: NDArray[np.float64]
    lower: NDArray[np.float64]

    @classmethod
    def of(cls, landmarks: Landmarks, number: int) -> _Eye:
        """Return the right (0) or the left (1) eye of ``(70, 2)`` landmarks."""
        corners, upper, lower = (landmarks[list(each)].astype(np.float64) for each in _EYES[number])
        left, right = corners
        axes = _Axes((left + right) / 2, right - left)
        lids = (np.vstack([left, lid, right]) for lid in (upper, lower))
        return cls(axes, *(np.stack(axes.to_eye(*lid.T), axis=-1) for lid in lids))

    @property
    def opening(self) -> float:
        """Mean gap between the lids, in widths of the eye; 0 where they are shut."""
        return max(float((self.lower - self.upper)[1:3, 1].mean()), 0.0)

    def lids(self, u: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Return the upper and the lower end of what moves in full, at places across."""
        upper, lower = (np.interp(u, *lid.T) for lid in (self.upper, self.lower))
        reach = np.minimum(_LID_REACH, (lower - upper) / 2)
        return upper - reach, lower + reach

    def between_lids(
        self, v: NDArray[np.floating], u: NDArray[np.floating], across: NDArray[np.floating]
    ) -> NDArray[np.floating]:
        """Return the height at places ``across`` that lies relative to the lids as v does at u."""
        upper, lower = (np.interp(u, *lid.T) for lid in (self.upper, self.lower))
        new_upper, new_lower = (np.interp(across, *lid.T) for lid in (self.upper, self.lower))
        share = (np.clip(v, upper, lower) - upper) / np.maximum(lower - upper, 1e-6)
        outside = np.minimum(v - upper, 0) + np.maximum(v - lower, 0)
        return np.asarray(new_upper + share * (new_lower - new_upper) + outside)


def move_irises(photo: Image, landmarks: Landmarks, seen: Landmarks) -> Image:
    """Return a picture whose irises moved to where the landmarks have them.

    Between the corners the picture is stretched on one side of the iris and compressed on the
    other, so the iris keeps its width and whites stay white. Beyond the lids the move fades out.
    The nearer an eye is to being shut, before the warp or after it, the less its iris moves.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB, a warped face.
        landmarks: ``(70, 2)`` in its pixels: lids and corners as they are, irises as wanted.
        seen: ``(70, 2)``, those of the face before it was warped, in any pixels: where its eyes
            look, and how open they are.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> face = 50 * AVERAGE_FACE + np.float32(128)
    >>> photo = np.full((256, 256, 3), 90, np.uint8)
    >>> bool((move_irises(photo, face, face + np.float32(9)) == photo).all())
    True
    """
    moved = photo.copy()
    for number, (source, wanted) in enumerate(zip(gaze(seen), gaze(landmarks), strict=True)):
        if np.abs(wanted - source).max() < _MIN_MOVE:
            continue
        eye = _Eye.of(landmarks, number)
        opening = min(eye.opening, _Eye.of(seen, number).opening)
        move = min(opening / _OPEN, 1.0) * (wanted - source)
        if eye.axes.width >= _MIN_WIDTH and np.abs(move).max() >= _MIN_MOVE:
            _move_iris(moved, eye, source, source + move)
    return moved


def _move_iris(
    photo: Image, eye: _Eye, source: NDArray[np.floating], wanted: NDArray[np.floating]
) -> None:
    """Move one iris in place, from one gaze to another, ``(2,)`` each."""
    outline = np.stack(eye.axes.to_picture(*np.vstack([eye.upper, eye.lower]).T), axis=-1)
    height, width = photo.shape[:2]
    reach = (_LID_REACH + _SOFT_EDGE) * eye.axes.width
    x0, y0 = np.maximum(np.floor(outline.min(0) - reach), 0).astype(int)
    x1, y1 = np.minimum(np.ceil(outline.max(0) + reach) + 1, (width, height)).astype(int)
    if x0 >= x1 or y0 >= y1:
        return
    y, x = np.mgrid[y0:y1, x0:x1].astype(np.float64)
    u, v = eye.axes.to_eye(x, y)
    read = cv2.remap(
        photo,
        *eye.axes.to_picture(*_read_from(eye, u, v, source, wanted)),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    upper, lower = eye.lids(u)
    inside = np.clip(1 - np.maximum(upper - v, v - lower) / _SOFT_EDGE, 0, 1)
    share = (inside * (np.abs(u) < 0.5))[..., None]
    part = photo[y0:y1, x0:x1]
    part[...] = np.rint(part + share * (read.astype(np.float64) - part))


def _read_from(
    eye: _Eye,
    u: NDArray[np.floating],
    v: NDArray[np.floating],
    source: NDArray[np.floating],
    wanted: NDArray[np.floating],
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return where each place of the eye is read from, in the eye's own axes.

    Across, it is linear in three pieces: left of the iris, the iris, right of it. Down, the iris
    moves as a whole, and what is read stays between the lids. The rest keeps its place relative to
    the lids, so that lashes don't spread over the white of a wider part of the eye.
    """
    farthest = 0.5 - _IRIS_RADIUS - _CORNER_MARGIN
    start, end = np.clip((source[0], wanted[0]), -farthest, farthest)
    across = np.interp(
        u,
        (-0.5, end - _IRIS_RADIUS, end + _IRIS_RADIUS, 0.5),
        (-0.5, start - _IRIS_RADIUS, start + _IRIS_RADIUS, 0.5),
    )
    share = np.clip(1 - (np.abs(u - end) - _IRIS_RADIUS) / _FADE, 0, 1)
    down = share * (v - wanted[1] + source[1]) + (1 - share) * eye.between_lids(v, u, across)
    upper, lower = eye.lids(across)
    middle = (upper + lower) / 2
    down = np.clip(down, np.minimum(upper, middle), np.maximum(lower, middle))
    return across, down
