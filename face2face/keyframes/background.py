"""The background model: the static background behind the target, which stays in its place."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image
from face2face.imaging.masks import blend

#: A pixel this near to its median is static, in grey levels.
_STATIC_LEVELS = 4.0
#: A pixel this far from its median moves, in grey levels; between both it is static in part.
_MOVING_LEVELS = 9.0
#: Share of the frames in which a pixel must be static. It is more than half, so that the median is
#: the background even if something passes in front of it.
_STATIC_SHARE = 0.6
#: A photo's pixel begins to be foreground this far from the background, in grey levels.
_ALIKE_LEVELS = 8.0
#: It is certainly foreground this far from the background, in grey levels.
_FOREGROUND_LEVELS = 18.0
#: Greatest width, in pixels, at which foreground is computed: its mask is soft anyway.
_FOREGROUND_SIDE = 256


@dataclass(frozen=True)
class BackgroundModel:
    """The static background of photos from one camera.

    Attributes:
        photo: ``(size, size, 3)`` uint8 RGB, each pixel's median over time.
        static_mask: ``(size, size, 1)`` uint8, 255 where nothing moved; all 0 if the camera moved.

    >>> frames = np.full((5, 32, 32, 3), 90, np.uint8)
    >>> model = BackgroundModel.of(frames)
    >>> int(model.photo[0, 0, 0]), int(model.static_mask.min())
    (90, 255)
    """

    photo: Image
    static_mask: NDArray[np.uint8]

    @classmethod
    def of(cls, photos: NDArray[np.uint8]) -> BackgroundModel:
        """Return the background of photos of one scene.

        Args:
            photos: ``(n, size, size, 3)`` uint8 RGB, n at least 1.
        """
        median = np.rint(np.median(photos, axis=0)).astype(np.uint8)
        difference = np.quantile(
            [np.abs(photo.astype(np.float32) - median).mean(-1) for photo in photos],
            _STATIC_SHARE,
            axis=0,
        )
        unit = max(1, median.shape[0] // 256)
        difference = cv2.GaussianBlur(difference.astype(np.float32), (0, 0), 2 * unit)
        difference = _dilate(difference, 4 * unit)
        static = np.clip((_MOVING_LEVELS - difference) / (_MOVING_LEVELS - _STATIC_LEVELS), 0, 1)
        return cls(median, _to_mask(cv2.GaussianBlur(static, (0, 0), 3 * unit)))

    def foreground(self, photo: Image) -> NDArray[np.uint8]:
        """Return a mask of everything in front of the background.

        Args:
            photo: ``(size, size, 3)`` uint8 RGB, of the same scene.

        Returns:
            ``(size, size, 1)`` uint8: 255 certainly foreground, 0 background.
        """
        side = min(_FOREGROUND_SIDE, photo.shape[0])
        red, green, blue = cv2.split(cv2.absdiff(photo, self.photo))
        difference = cv2.resize(
            cv2.max(cv2.max(red, green), blue), (side, side), interpolation=cv2.INTER_AREA
        )
        difference = cv2.GaussianBlur(difference.astype(np.float32), (0, 0), 1.5)
        share = (difference - _ALIKE_LEVELS) / (_FOREGROUND_LEVELS - _ALIKE_LEVELS)
        soft = cv2.GaussianBlur(_dilate(np.clip(share, 0, 1), 3), (0, 0), 2)
        return cv2.resize(_to_mask(soft), photo.shape[1::-1])[..., None]

    def composite(self, moved: NDArray[np.uint8]) -> Image:
        """Return a warped photo with the static background back in its place.

        Args:
            moved: ``(size, size, 4)`` uint8: a photo's RGB and its :meth:`foreground`, both
                warped.

        Returns:
            ``(size, size, 3)`` uint8 RGB.
        """
        photo = np.asarray(cv2.cvtColor(moved, cv2.COLOR_RGBA2RGB), np.uint8)
        static = cv2.multiply(
            self.static_mask, cv2.bitwise_not(cv2.extractChannel(moved, 3)), scale=1 / 255
        )
        return blend(photo, self.photo, cv2.merge([static] * 3))


def _dilate(values: NDArray[np.floating], pixels: int) -> NDArray[np.floating]:
    """Return the greatest value within a square that reaches ``pixels`` to each side."""
    side = 2 * pixels + 1
    return cv2.dilate(values, np.ones((side, side), np.uint8))


def _to_mask(share: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return shares from 0 to 1 as an ``(h, w, 1)`` uint8 mask."""
    return np.rint(255 * share).astype(np.uint8)[..., None]
