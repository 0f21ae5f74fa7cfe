"""A photo animated by moved landmarks.

A warp moves the photo. What it can't show is painted: shut lids and lips, and the open mouth.
"""

from __future__ import annotations

import cv2
import numpy as np

from face2face.image import Image, Landmarks
from face2face.imaging.masks import polygon_mask
from face2face.imaging.shut_lips import shut_lips
from face2face.imaging.upsample import presharpen, upsample
from face2face.imaging.warp import warp
from face2face.landmarks import PARTS, interocular

#: Colour of the mouth's inside below the teeth, RGB.
_MOUTH_COLOUR = (58, 22, 24)
#: Colour of the lashes, RGB.
_LASH_COLOUR = (52, 36, 30)
#: Opacity of the lashes, 0 to 1.
_LASH_OPACITY = 0.75
#: Points of the upper inner lip, and facing them those of the lower one.
_UPPER_INNER_LIP, _LOWER_INNER_LIP = [63, 62, 61], [65, 66, 67]
_EYES = ("right_eye", "left_eye")
#: An eye closes when its gap falls below this share of the photo's.
_CLOSING_SHARE = 0.9
#: A mouth opens when its gap exceeds the photo's by more than this, in pixels.
_OPENING_PIXELS = 1
# Lengths from here on are in interocular distances.
#: Diameter of the dilation that covers an eye with its lashes.
_EYE_COVER = 0.16
#: Radius from which the skin over an eye is inpainted.
_INPAINT_RADIUS = 0.1
#: A lid is painted from this far above the open lid, to cover its edge.
_LID_LIFT = 0.06
#: Width of the soft edge of a painted lid.
_LID_EDGE = 0.012
#: Width of the lashes' line.
_LASH_WIDTH = 0.03
#: Standard deviation of the lashes' blur.
_LASH_BLUR = 0.008
#: Width of the soft edge of the painted mouth.
_MOUTH_EDGE = 0.02


def animate(photo: Image, landmarks: Landmarks, moved: Landmarks) -> Image:
    """Return a photo of a face with its landmarks moved.

    A warp alone would squeeze the eyeballs and stretch the teeth. Instead, lids are painted over
    eyes that keep their shape. Teeth keep their height below the upper lip, with darkness under
    them; lips that close are pulled together over them.

    Args:
        photo: ``(size, size, 3)`` uint8 RGB.
        landmarks: ``(70, 2)``, in the photo's pixels.
        moved: ``(70, 2)``, the places to which they move.

    Returns:
        ``(size, size, 3)`` uint8 RGB.

    >>> from face2face.face.expression import AVERAGE_FACE, Expression
    >>> photo = np.full((128, 128, 3), (205, 160, 135), np.uint8)
    >>> face = 25 * AVERAGE_FACE + np.float32((64, 50))
    >>> speaking = animate(photo, face, Expression(open=0.3).applied_to(face))
    >>> speaking.shape, int(speaking[82, 64, 0]) < 205  # the mouth is dark
    ((128, 128, 3), True)
    """
    photo, size = presharpen(photo), photo.shape[0]
    upsampled = upsample(photo)
    growth = interocular(moved) / interocular(landmarks)
    closing = [eye for eye in _EYES if _closes(eye, landmarks, moved, growth)]
    awake = moved.copy()
    for eye in closing:
        upper, lower = _lids(eye)
        awake[upper] = moved[lower] - growth * (landmarks[lower] - landmarks[upper])
    lips, shown, places = (_UPPER_INNER_LIP, _LOWER_INNER_LIP), upsampled, landmarks
    if _gap(moved, lips) < growth * _gap(landmarks, lips) - _OPENING_PIXELS:
        photo, places = shut_lips(photo, landmarks)
        shown = upsample(photo)
    picture = warp(shown, places, awake, size)
    if closing:
        skin = warp(upsample(_without_eyes(photo, landmarks)), places, awake, size)
        for eye in closing:
            picture = _paint_lid(picture, skin, awake, moved, eye)
    if _gap(moved, lips) > growth * _gap(places, lips) + _OPENING_PIXELS:
        picture = _paint_mouth(picture, upsampled, landmarks, awake, growth)
    return picture


def _closes(eye: str, landmarks: Landmarks, moved: Landmarks, growth: float) -> bool:
    """Return whether an eye is clearly less open than in the photo."""
    return _gap(moved, _lids(eye)) < _CLOSING_SHARE * growth * _gap(landmarks, _lids(eye))


def _lids(eye: str) -> tuple[list[int], list[int]]:
    """Return the points of an eye's upper lid, and those of the lower lid that face them."""
    first = PARTS[eye].start
    return [first + 1, first + 2], [first + 5, first + 4]


def _gap(landmarks: Landmarks, facing: tuple[list[int], list[int]]) -> float:
    """Return the mean distance of facing points, in pixels."""
    upper, lower = facing
    return float(np.linalg.norm(landmarks[lower] - landmarks[upper], axis=1).mean())


def _without_eyes(photo: Image, landmarks: Landmarks) -> Image:
    """Return the photo with skin instead of eyes."""
    size, unit = photo.shape[0], interocular(landmarks)
    right, left = (polygon_mask(landmarks[PARTS[eye]], size) for eye in _EYES)
    diameter = max(3, round(_EYE_COVER * unit) | 1)
    covered = cv2.dilate(
        (right + left > 0).astype(np.uint8),
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter)),
    )
    return cv2.inpaint(photo, covered, _INPAINT_RADIUS * unit, cv2.INPAINT_TELEA)


def _paint_lid(picture: Image, skin: Image, awake: Landmarks, moved: Landmarks, eye: str) -> Image:
    """Return the picture with skin from the open upper lid down to its moved place, and lashes."""
    size, unit = picture.shape[0], interocular(moved)
    upper, lower = _lids(eye)
    outer, inner = PARTS[eye].start, PARTS[eye].start + 3
    lift = _LID_LIFT * (awake[upper].mean(0) - awake[lower].mean(0))
    lift = lift * unit / _gap(awake, (upper, lower))
    lid = np.concatenate([awake[[outer]], awake[upper] + lift, awake[[inner]], moved[upper[::-1]]])
    cover = polygon_mask(lid, size, _LID_EDGE * unit)
    closed = cover * skin + (1 - cover) * picture
    line = np.zeros((size, size), np.float32)
    edge = np.round(moved[[outer, *upper, inner]] * 16).astype(np.int32)
    cv2.polylines(line, [edge], False, 1.0, max(1, round(_LASH_WIDTH * unit)), cv2.LINE_AA, 4)
    lashes = _LASH_OPACITY * cv2.GaussianBlur(line, (0, 0), max(0.4, _LASH_BLUR * unit))[..., None]
    return np.rint(lashes * np.array(_LASH_COLOUR) + (1 - lashes) * closed).astype(np.uint8)


def _paint_mouth(
    picture: Image, upsampled: Image, landmarks: Landmarks, moved: Landmarks, growth: float
) -> Image:
    """Return the picture with teeth and darkness between the lips."""
    size, unit = picture.shape[0], interocular(moved)
    # With the lips as far apart as in the photo, a warp leaves the teeth their height.
    shut = moved.copy()
    shut[_LOWER_INNER_LIP] = moved[_UPPER_INNER_LIP] + growth * (
        landmarks[_LOWER_INNER_LIP] - landmarks[_UPPER_INNER_LIP]
    )
    teeth = polygon_mask(shut[PARTS["inner_mouth"]], size, _MOUTH_EDGE * unit)
    warped = warp(upsampled, landmarks, shut, size)
    inside = teeth * warped + (1 - teeth) * np.array(_MOUTH_COLOUR)
    mouth = polygon_mask(moved[PARTS["inner_mouth"]], size, _MOUTH_EDGE * unit)
    return np.rint(mouth * inside + (1 - mouth) * picture).astype(np.uint8)
