"""Paste a face over the face in another picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Extent, Image, Landmarks
from face2face.imaging.masks import blend, bounding_slices, face_mask
from face2face.landmarks import Similarity

#: Least and largest factor by which a face's contrast is scaled to match the other picture's.
_CONTRAST_RANGE = (0.5, 2.0)


def paste_back(face: Image, landmarks: Landmarks, picture: Image, place: Landmarks) -> Image:
    """Return a copy of a picture with a face pasted over the face in it.

    The pasted face takes the mean and the deviation of the picture's colours in CIELAB (Reinhard et
    al., *Color transfer between images*, IEEE CGA 2001). Its edge is blended.

    Args:
        face: ``(size, size, 3)`` uint8 RGB.
        landmarks: ``(70, 2)``, the landmarks of ``face``, in its own pixels.
        picture: ``(h, w, 3)`` uint8 RGB.
        place: ``(70, 2)``, the landmarks of the face to cover, in pixels of ``picture``.

    Returns:
        ``(h, w, 3)`` uint8 RGB.

    >>> landmarks = np.random.default_rng(0).uniform(64, 192, (70, 2)).astype(np.float32)
    >>> face, picture = np.zeros((256, 256, 3), np.uint8), np.zeros((300, 400, 3), np.uint8)
    >>> paste_back(face, landmarks, picture, landmarks + np.float32(30)).shape
    (300, 400, 3)
    """
    height, width = picture.shape[:2]
    matrix = Similarity.between(landmarks, place).matrix
    mask = cv2.warpAffine(
        face_mask(landmarks, face.shape[0]), matrix, (width, height), flags=cv2.INTER_LINEAR
    )
    if not mask.any():
        return picture.copy()
    region = bounding_slices(mask)
    rows, columns = region
    warped = cv2.warpAffine(
        face,
        _into_region(matrix, region),
        (columns.stop - columns.start, rows.stop - rows.start),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    result = picture.copy()
    matched = _match_colours(warped, picture[region], mask[region])
    result[region] = blend(picture[region], matched, mask[region])
    return result


def _into_region(matrix: NDArray[np.float64], region: Extent) -> NDArray[np.float64]:
    """Return a ``(2, 3)`` transform to a picture's pixels, changed to pixels of its region."""
    shifted = matrix.copy()
    shifted[:, 2] -= (region[1].start, region[0].start)
    return shifted


def _match_colours(face: Image, picture: Image, mask: Image) -> Image:
    """Return a face with the mean and deviation of a picture's colours inside a mask."""
    face_lab, picture_lab = (cv2.cvtColor(each, cv2.COLOR_RGB2LAB) for each in (face, picture))
    inside = np.ascontiguousarray(mask[..., 0])
    (face_mean, face_deviation), (mean, deviation) = (
        cv2.meanStdDev(each, mask=inside) for each in (face_lab, picture_lab)
    )
    gain = np.clip(deviation / np.maximum(face_deviation, 1e-3), *_CONTRAST_RANGE)
    matched = (face_lab - face_mean.ravel()) * gain.ravel() + mean.ravel()
    return np.asarray(
        cv2.cvtColor(np.clip(np.rint(matched), 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB),
        np.uint8,
    )
