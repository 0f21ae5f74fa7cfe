"""Region: a rotated square of a picture that a network is shown."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks


@dataclass(frozen=True)
class Region:
    """A rotated square of a picture that a network is shown.

    Attributes:
        x: Its centre, in pixels.
        y: Its centre, in pixels.
        side: Width and height in pixels, above 0.
        angle: Radians, clockwise on a screen.

    >>> (Region(50.0, 50.0, 20.0, 0.0).to_picture(10, False).round(1) + 0.0).tolist()
    [[2.0, 0.0, 41.0], [0.0, 2.0, 41.0]]
    """

    x: float
    y: float
    side: float
    angle: float

    def to_picture(self, size: int, mirrored: bool) -> NDArray[np.float64]:
        """Return the affine map from its cut to the picture, ``(2, 3)``.

        Args:
            size: Width of the cut, in pixels. Pixel centres are whole numbers.
            mirrored: Whether the cut is mirrored left to right.
        """
        scale = self.side / size
        c, s = scale * np.cos(self.angle), scale * np.sin(self.angle)
        turn = np.array([[c, -s], [s, c]])
        if mirrored:
            turn[:, 0] *= -1
        middle = np.full(2, (size - 1) / 2)
        return np.column_stack([turn, np.array([self.x, self.y]) - turn @ middle])

    def scaled(self, factor: float) -> Region:
        """Return the region in a picture that is this many times as large; 1 changes nothing.

        >>> Region(49.5, 49.5, 20.0, 0.0).scaled(2.0)
        Region(x=99.5, y=99.5, side=40.0, angle=0.0)
        """
        if factor == 1:
            return self
        x, y = ((each + 0.5) * factor - 0.5 for each in (self.x, self.y))
        return Region(x, y, factor * self.side, self.angle)

    def to_cut(self, points: NDArray[np.floating], size: int) -> Landmarks:
        """Return points of the picture, ``(n, 2)``, in pixels of its cut, float32.

        Args:
            points: x and y in pixels of the picture.
            size: Width of the cut, in pixels.

        >>> Region(50.0, 50.0, 20.0, 0.0).to_cut(np.array([[41.0, 51.0]]), 10).tolist()
        [[0.0, 5.0]]
        """
        matrix = self.to_picture(size, False)
        return ((points - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T).astype(np.float32)

    def cut(self, photo: Image, size: int, mirrored: bool = False) -> NDArray[np.float32]:
        """Return the region of a picture, ``(1, size, size, 3)`` float32 in [0, 1]."""
        picture = cv2.warpAffine(
            photo,
            self.to_picture(size, mirrored),
            (size, size),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        )
        if picture.ndim == 2:
            picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
        return picture[None].astype(np.float32) / 255


def cut_smooth(photo: Image, to_picture: NDArray[np.floating], size: int) -> Image:
    """Return a square part of a picture, reduced without aliasing.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        to_picture: ``(2, 3)``, the affine map from the part to the picture, such as
            :meth:`Region.to_picture`. Pixel centres are whole numbers.
        size: Width and height of the part, in pixels.

    Returns:
        ``(size, size, 3)`` uint8 RGB. Pixels outside the picture repeat its edge.

    >>> photo = np.arange(16, dtype=np.uint8).reshape(4, 4)[..., None].repeat(3, -1)
    >>> cut_smooth(photo, np.array([[2.0, 0.0, 0.5], [0.0, 2.0, 0.5]]), 2)[..., 0].tolist()
    [[3, 5], [11, 13]]
    """
    linear = np.asarray(to_picture)[:, :2]
    factor = max(1, int(np.ceil(np.sqrt(abs(np.linalg.det(linear))) - 1e-6)))
    # The first of the finer pixels lies half a pixel, less half a finer one, before the first.
    shift = np.asarray(to_picture)[:, 2] + linear @ np.full(2, (1 / factor - 1) / 2)
    fine = cv2.warpAffine(
        photo,
        np.column_stack([linear / factor, shift]),
        (size * factor, size * factor),
        flags=(cv2.INTER_LINEAR if factor > 1 else cv2.INTER_CUBIC) | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if factor == 1:
        return np.asarray(fine, np.uint8)
    return np.asarray(cv2.resize(fine, (size, size), interpolation=cv2.INTER_AREA), np.uint8)


def reduce_to(photo: Image, side: int) -> Image:
    """Return a photo reduced to a longer side; the photo itself where it isn't larger.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        side: In pixels.

    >>> reduce_to(np.zeros((300, 100, 3), np.uint8), 30).shape
    (30, 10, 3)
    """
    height, width = photo.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return photo
    size = (max(1, round(scale * width)), max(1, round(scale * height)))
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
