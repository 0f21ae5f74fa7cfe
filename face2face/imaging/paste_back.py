"""A face set into another picture, in place of the face that is there."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Extent, Image, Landmarks
from face2face.imaging.masks import blend, bounding_slices, face_mask
from face2face.landmarks import Similarity

#: How much stronger or weaker than its own a face's contrast may become to match the other picture's.
_CONTRAST = (0.5, 2.0)


def paste_back(face: Image, landmarks: Landmarks, picture: Image, place: Landmarks) -> Image:
    """A copy of a picture with a face set into it, its colours matched and its edge blended.

    Colours are matched by mean and deviation in CIELAB (Reinhard et al., *Color transfer between images*, IEEE CGA 2001).

    Args:
        face: ``(size, size, 3)`` uint8.
        landmarks: ``(68, 2)`` of it, in its pixels.
        picture: ``(h, w, 3)`` uint8.
        place: ``(68, 2)`` landmarks of the face that is there, in the picture's pixels.
    """
    height, width = picture.shape[:2]
    matrix = Similarity.between(landmarks, place).matrix
    mask = cv2.warpAffine(
        face_mask(landmarks, face.shape[0]), matrix, (width, height), flags=cv2.INTER_LINEAR
    )
    if not mask.any():
        return picture.copy()
    within = bounding_slices(mask)
    laid = cv2.warpAffine(
        face,
        _from(matrix, within),
        _shape(within),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    result = picture.copy()
    result[within] = blend(
        picture[within], _matched(laid, picture[within], mask[within]), mask[within]
    )
    return result


def _from(matrix: NDArray[np.float64], within: Extent) -> NDArray[np.float64]:
    """The same map onto a part of the picture."""
    moved = matrix.copy()
    moved[:, 2] -= (within[1].start, within[0].start)
    return moved


def _shape(within: Extent) -> tuple[int, int]:
    return within[1].stop - within[1].start, within[0].stop - within[0].start


def _matched(face: Image, picture: Image, mask: Image) -> Image:
    """The face with the colours that the picture has within the mask."""
    one, other = (cv2.cvtColor(each, cv2.COLOR_RGB2LAB) for each in (face, picture))
    inside = np.ascontiguousarray(mask[..., 0])
    (mean, deviation), (wanted, spread) = (
        cv2.meanStdDev(each, mask=inside) for each in (one, other)
    )
    gain = np.clip(spread / np.maximum(deviation, 1e-3), *_CONTRAST)
    matched = (one - mean.ravel()) * gain.ravel() + wanted.ravel()
    return np.asarray(
        cv2.cvtColor(np.clip(np.rint(matched), 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB),
        np.uint8,
    )
