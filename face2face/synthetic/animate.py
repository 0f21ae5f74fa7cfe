"""A photo made to move: warped after moved landmarks, with lids and the mouth's inside painted where a warp can't."""

from __future__ import annotations

import cv2
import numpy as np

from face2face.image import Image, Landmarks
from face2face.imaging.masks import polygon_mask
from face2face.imaging.warp import presharpen, upsample, warp
from face2face.landmarks import PARTS, interocular

#: Colours of an open mouth's depth and of lashes, RGB.
_CAVITY = (58, 22, 24)
_LASHES = (52, 36, 30)
_LOWER_INNER_LIP = [65, 66, 67]
_UPPER_INNER_LIP = [63, 62, 61]
_EYES = ("right_eye", "left_eye")


def animate(photo: Image, landmarks: Landmarks, moved: Landmarks) -> Image:
    """The photo with its landmarks moved.

    A plain warp would squeeze the eyeballs and stretch the teeth. So lids are drawn down over eyes that stay as they are, and
    teeth stay with the upper lip at their own height, with the dark below them.

    Args:
        photo: ``(size, size, 3)`` uint8.
        landmarks: ``(68, 2)`` of the photo.
        moved: ``(68, 2)`` where they should be.

    Returns:
        ``(size, size, 3)`` uint8.
    """
    photo, size = presharpen(photo), photo.shape[0]
    ready = upsample(photo)
    grown = interocular(moved) / interocular(landmarks)
    awake = moved.copy()
    closing = [_gap(moved, _lids(eye)) < 0.9 * grown * _gap(landmarks, _lids(eye)) for eye in _EYES]
    for eye, shuts in zip(_EYES, closing, strict=True):
        if shuts:
            upper, lower = _lids(eye)
            awake[upper] = moved[lower] - grown * (landmarks[lower] - landmarks[upper])
    picture = warp(ready, landmarks, awake, size)
    if any(closing):
        skin = warp(upsample(_without_eyes(photo, landmarks)), landmarks, awake, size)
        for eye, shuts in zip(_EYES, closing, strict=True):
            if shuts:
                picture = _close(picture, skin, awake, moved, eye)
    if (
        _gap(moved, (_UPPER_INNER_LIP, _LOWER_INNER_LIP))
        > grown * _gap(landmarks, (_UPPER_INNER_LIP, _LOWER_INNER_LIP)) + 1
    ):
        picture = _open_mouth(picture, ready, landmarks, awake, grown)
    return picture


def _lids(eye: str) -> tuple[list[int], list[int]]:
    """The points of an eye's upper lid, and those of the lower lid that face them."""
    first = PARTS[eye].start
    return [first + 1, first + 2], [first + 5, first + 4]


def _gap(landmarks: Landmarks, facing: tuple[list[int], list[int]]) -> float:
    upper, lower = facing
    return float(np.linalg.norm(landmarks[lower] - landmarks[upper], axis=1).mean())


def _without_eyes(photo: Image, landmarks: Landmarks) -> Image:
    """The photo with skin in the eyes' place."""
    size, unit = photo.shape[0], interocular(landmarks)
    right, left = (polygon_mask(landmarks[PARTS[eye]], size) for eye in _EYES)
    reach = max(3, round(0.16 * unit) | 1)
    grown = cv2.dilate(
        (right + left > 0).astype(np.uint8),
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)),
    )
    return cv2.inpaint(photo, grown, 0.1 * unit, cv2.INPAINT_TELEA)


def _close(picture: Image, skin: Image, awake: Landmarks, moved: Landmarks, eye: str) -> Image:
    """Draws a lid down from where the upper lid is to where it should be."""
    size, unit = picture.shape[0], interocular(moved)
    upper, lower = _lids(eye)
    outer, inner = PARTS[eye].start, PARTS[eye].start + 3
    lift = 0.06 * (awake[upper].mean(0) - awake[lower].mean(0)) * unit / _gap(awake, (upper, lower))
    lid = np.concatenate([awake[[outer]], awake[upper] + lift, awake[[inner]], moved[upper[::-1]]])
    cover = polygon_mask(lid, size, 0.012 * unit)
    closed = cover * skin + (1 - cover) * picture
    line = np.zeros((size, size), np.float32)
    edge = np.round(moved[[outer, *upper, inner]] * 16).astype(np.int32)
    cv2.polylines(line, [edge], False, 1.0, max(1, round(0.03 * unit)), cv2.LINE_AA, 4)
    lashes = 0.75 * cv2.GaussianBlur(line, (0, 0), max(0.4, 0.008 * unit))[..., None]
    return np.rint(lashes * np.array(_LASHES) + (1 - lashes) * closed).astype(np.uint8)


def _open_mouth(
    picture: Image, ready: Image, landmarks: Landmarks, moved: Landmarks, grown: float
) -> Image:
    """Paints what lies between the lips."""
    size, unit = picture.shape[0], interocular(moved)
    # The same head with the lips as far apart as the photo has them: there the teeth have their own height.
    shut = moved.copy()
    shut[_LOWER_INNER_LIP] = moved[_UPPER_INNER_LIP] + grown * (
        landmarks[_LOWER_INNER_LIP] - landmarks[_UPPER_INNER_LIP]
    )
    teeth = polygon_mask(shut[PARTS["inner_mouth"]], size, 0.02 * unit)
    inside = teeth * warp(ready, landmarks, shut, size) + (1 - teeth) * np.array(_CAVITY)
    mouth = polygon_mask(moved[PARTS["inner_mouth"]], size, 0.02 * unit)
    return np.rint(mouth * inside + (1 - mouth) * picture).astype(np.uint8)
