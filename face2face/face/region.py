"""Region: a rotated square of a picture that a network is shown."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image


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
