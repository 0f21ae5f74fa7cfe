"""Fit pixels of another picture into a hole: their colours, their light, and the hole's rim."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image
from face2face.imaging.fill import pull_push_fill
from face2face.imaging.grain import match_grain

#: Smallest and largest factors of the deviation of lightness and of both chroma channels. A grey
#: photo needs 0.
_LIGHT_RANGE, _CHROMA_RANGE = (0.6, 1.5), (0.0, 1.5)
#: Deviation, of 255 levels, below which a channel of the picture is taken for flat.
_MIN_DEVIATION = 1.0
#: Share of the differences at each end that counts as outliers, such as hair in front of skin.
_OUTLIERS = 0.1
#: Standard deviation of the blur that separates grain from shading, in pixels.
_GRAIN_SIGMA = 1.5
#: Inner and outer edge of the ring whose grain is measured, as distances from the hole in pixels:
#: nearer to it, the blur contains what the hole held.
_RING = (6, 15)
#: Greatest level of the added grain, in median levels of the ring: more is an edge, not grain.
_MAX_GRAIN = 2.5


def match_colours(picture: Image, photo: Image, shared: NDArray[np.bool_]) -> Image:
    """Return a picture with the mean and deviation of a photo's colours in CIELAB.

    The method is that of Reinhard et al., *Color transfer between images*, IEEE CGA 2001.

    Args:
        picture: ``(h, w, 3)`` uint8 RGB.
        photo: ``(h, w, 3)`` uint8 RGB.
        shared: ``(h, w)`` bool, True in at least one pixel, where both show similar things.

    Returns:
        ``(h, w, 3)`` uint8 RGB.

    >>> red, grey = np.zeros((2, 1, 2, 3), np.uint8)
    >>> red[..., 0], grey[:] = (90, 200), np.array([[[60], [120]]])
    >>> np.ptp(match_colours(red, grey, np.ones((1, 2), bool)), axis=2).max() <= 2
    np.True_
    """
    lab, wanted = (
        cv2.cvtColor(each, cv2.COLOR_RGB2LAB).astype(np.float32) for each in (picture, photo)
    )
    own, other = lab[shared], wanted[shared]
    low, high = np.transpose((_LIGHT_RANGE, _CHROMA_RANGE, _CHROMA_RANGE))
    gain = np.clip(other.std(0) / np.maximum(own.std(0), _MIN_DEVIATION), low, high)
    matched = (lab - own.mean(0)) * gain.astype(np.float32) + other.mean(0)
    levels = np.clip(np.rint(matched), 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(levels, cv2.COLOR_LAB2RGB), np.uint8)


def match_light_at_rim(
    picture: Image, photo: Image, shared: NDArray[np.bool_], rim: NDArray[np.bool_], sigma: float
) -> NDArray[np.float32]:
    """Return a picture in the light of a photo, given a rim where both are known.

    The blurred difference of both is known on the rim, and interpolated smoothly elsewhere, as in
    Farbman et al., *Coordinates for instant image cloning*, SIGGRAPH 2009.

    Args:
        picture: ``(h, w, 3)`` uint8 RGB.
        photo: ``(h, w, 3)`` uint8 RGB.
        shared: ``(h, w)`` bool, where both show similar things.
        rim: ``(h, w)`` bool, pixels of these next to the hole, at least one.
        sigma: Standard deviation of the blur, in pixels.

    Returns:
        ``(h, w, 3)`` float32 RGB; values may leave 0 to 255.

    >>> picture, photo = np.full((2, 8, 8, 3), 90, np.uint8)
    >>> photo += 20
    >>> known = np.ones((8, 8), bool)
    >>> match_light_at_rim(picture, photo, known, known, 2.0)[4, 4].round().tolist()
    [110.0, 110.0, 110.0]
    """
    difference = photo.astype(np.float32) - picture
    low, high = np.quantile(difference[rim], (_OUTLIERS, 1 - _OUTLIERS), axis=0)
    weight = shared.astype(np.float32)
    blurred, total = (
        cv2.GaussianBlur(each, (0, 0), sigma)
        for each in (np.clip(difference, low, high).astype(np.float32) * weight[..., None], weight)
    )
    return picture + pull_push_fill(blurred / np.maximum(total, 1e-3)[..., None], rim)


def join_rim(
    picture: NDArray[np.floating], photo: Image, hole: NDArray[np.bool_], width: float
) -> NDArray[np.float32]:
    """Return a picture whose step at the rim of a hole is gone, and fades to none inside.

    Args:
        picture: ``(h, w, 3)`` RGB, the contents of the hole; elsewhere similar to the photo.
        photo: ``(h, w, 3)`` uint8 RGB.
        hole: ``(h, w)`` bool.
        width: Distance from the rim at which the picture stays as it is, in pixels.

    Returns:
        ``(h, w, 3)`` float32 RGB.
    """
    rim = (cv2.dilate(hole.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~hole
    if not rim.any():
        return np.asarray(picture, np.float32)
    step = pull_push_fill(photo - np.asarray(picture, np.float32), rim)
    return np.asarray(picture + fade(~hole, width) * step, np.float32)


def add_grain(
    picture: NDArray[np.floating], photo: Image, hole: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return a picture with grain in its hole, as fine and about as strong as the photo's around.

    Args:
        picture: ``(h, w, 3)`` RGB, 0 to 255, the contents of the hole.
        photo: ``(h, w, 3)`` uint8 RGB.
        hole: ``(h, w)`` bool.

    Returns:
        ``(h, w, 3)`` float32 RGB, equal to the picture beyond the hole.
    """
    known = (~hole).astype(np.uint8)
    distance = cv2.distanceTransform(known, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ring = (distance >= _RING[0]) & (distance <= _RING[1])
    picture = np.asarray(picture, np.float32)
    if not (hole.any() and ring.any()):
        return picture
    detail = photo.astype(np.float32) - cv2.GaussianBlur(photo, (0, 0), _GRAIN_SIGMA)
    limit = _MAX_GRAIN * float(np.median(np.abs(detail[ring]).mean(-1)))
    return picture + np.clip(match_grain(photo, picture, ~hole, hole), -limit, limit)


def fade(inside: NDArray[np.bool_], width: float) -> NDArray[np.float32]:
    """Return weights that fall from 1 in an area to 0 at a distance from it, ``(h, w, 1)``.

    >>> fade(np.array([[True, False, False, False]]), 2.0).ravel().tolist()
    [1.0, 0.5, 0.0, 0.0]
    """
    if not inside.any():
        return np.zeros((*inside.shape, 1), np.float32)
    distance = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(np.clip(1 - distance / width, 0, 1)[..., None], np.float32)
