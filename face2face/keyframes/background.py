"""The backdrop: what stood still while the target was filmed, and is therefore not moved with the head."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image
from face2face.imaging.masks import blend

#: Grey levels by which a pixel may leave its median and still be still; between the two it is so in part.
_STILL, _MOVING = 4.0, 9.0
#: The share of the time in which it must be so: more than half, and the median is what stands behind, whoever passes before it.
_MOST = 0.6
#: Grey levels from the backdrop at which a photo's pixel begins to be, and surely is, something that stands before it.
_ALIKE, _BEFORE = 8.0, 18.0
#: Pixels at which that is seen, at most: it is soft.
_LOOKED_AT = 256


@dataclass(frozen=True)
class BackgroundModel:
    """What stood still before a camera that stood still.

    Attributes:
        photo: ``(size, size, 3)`` uint8, each pixel's median over time.
        still: ``(size, size, 1)`` uint8, 255 where nothing ever moved; all 0 if the camera did.
    """

    photo: Image
    static_mask: NDArray[np.uint8]

    @classmethod
    def of(cls, photos: NDArray[np.uint8]) -> BackgroundModel:
        """The backdrop of ``(n, size, size, 3)`` photos of one scene, n at least 1."""
        median = np.rint(np.median(photos, axis=0)).astype(np.uint8)
        away = np.quantile(
            [np.abs(photo.astype(np.float32) - median).mean(-1) for photo in photos], _MOST, axis=0
        )
        unit = max(1, median.shape[0] // 256)
        away = _spread(cv2.GaussianBlur(away.astype(np.float32), (0, 0), 2 * unit), 4 * unit)
        still = np.clip((_MOVING - away) / (_MOVING - _STILL), 0, 1)
        return cls(median, _to_bytes(cv2.GaussianBlur(still, (0, 0), 3 * unit)))

    def foreground(self, photo: Image) -> NDArray[np.uint8]:
        """What stands before the backdrop in a photo of the scene: ``(size, size, 1)`` uint8, 255 where something surely does."""
        side = min(_LOOKED_AT, photo.shape[0])
        red, green, blue = cv2.split(cv2.absdiff(photo, self.photo))
        away = cv2.resize(
            cv2.max(cv2.max(red, green), blue), (side, side), interpolation=cv2.INTER_AREA
        )
        away = cv2.GaussianBlur(away.astype(np.float32), (0, 0), 1.5)
        before = _spread(np.clip((away - _ALIKE) / (_BEFORE - _ALIKE), 0, 1), 3)
        return cv2.resize(_to_bytes(cv2.GaussianBlur(before, (0, 0), 2)), photo.shape[1::-1])[
            ..., None
        ]

    def composite(self, moved: NDArray[np.uint8]) -> Image:
        """A moved photo with the backdrop back in its place: ``(size, size, 3)`` uint8.

        Args:
            moved: ``(size, size, 4)`` uint8, a photo of the scene and its :meth:`foreground`, warped together.
        """
        photo = np.asarray(cv2.cvtColor(moved, cv2.COLOR_RGBA2RGB), np.uint8)
        still = cv2.multiply(
            self.static_mask, cv2.bitwise_not(cv2.extractChannel(moved, 3)), scale=1 / 255
        )
        return blend(photo, self.photo, cv2.merge([still] * 3))


def _spread(map_: NDArray[np.floating], pixels: int) -> NDArray[np.floating]:
    side = 2 * pixels + 1
    return cv2.dilate(map_, np.ones((side, side), np.uint8))


def _to_bytes(share: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.rint(255 * share).astype(np.uint8)[..., None]
