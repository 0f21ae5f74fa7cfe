"""Prepare a photo for a warp, so that it is as sharp after it as before."""

from __future__ import annotations

import cv2
import numpy as np

from face2face.image import Image

#: Photos are upsampled by the greatest whole factor that keeps their width within this, in pixels.
_MIN_SAMPLING_SIZE = 512
#: Standard deviation of the blur that presharpening undoes, in pixels of the photo.
_SHARPEN_SIGMA = 0.8
#: Share of the fine detail that reading an upsampled photo loses.
_LOSS_UPSAMPLED = 0.2
#: Share of the fine detail that reading a photo at its own size loses.
_LOSS_PLAIN = 0.4


def presharpen(photo: Image) -> Image:
    """Return a photo sharpened by as much as a warp will blur it.

    Args:
        photo: ``(h, w, channels)`` uint8.

    Returns:
        ``(h, w, channels)`` uint8.

    >>> int(presharpen(np.full((4, 4, 3), 100, np.uint8)).max())
    100
    """
    blurred = cv2.GaussianBlur(photo, (0, 0), _SHARPEN_SIGMA)
    loss = _LOSS_UPSAMPLED if photo.shape[0] < _MIN_SAMPLING_SIZE else _LOSS_PLAIN
    return np.asarray(cv2.addWeighted(photo, 1 + loss, blurred, -loss, 0), np.uint8)


def upsample(photo: Image, margin: int = 0) -> Image:
    """Return a small photo enlarged by a whole factor, so that it is sharp when read linearly.

    Linear reading at the photo's own size loses a third of its sharpness; cubic reading takes three
    times as long.

    Args:
        photo: ``(size, size, channels)`` uint8.
        margin: Pixels on each side that don't count in the size.

    Returns:
        ``(k * size, k * size, channels)`` uint8, where k is :func:`upsampling_factor`. A photo
        wider than 256 pixels is returned itself.

    >>> upsample(np.zeros((256, 256, 3), np.uint8)).shape
    (512, 512, 3)
    """
    factor = upsampling_factor(photo.shape[0] - 2 * margin)
    if factor == 1:
        return photo
    return np.asarray(
        cv2.resize(photo, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8
    )


def upsampling_factor(size: int) -> int:
    """Return the greatest whole factor that keeps a photo's width within 512 pixels.

    >>> upsampling_factor(200), upsampling_factor(1024)
    (2, 1)
    """
    return max(1, _MIN_SAMPLING_SIZE // size)
