"""Exemplars: fill an erased part of a face with photographed pixels, guided by a label map."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image
from face2face.imaging.patch_fill import patch_fill
from face2face.imaging.relight import match_colour, match_light
from face2face.segmentation.donors import Donors
from face2face.segmentation.erased_face import SKIN, ErasedFace, best_exemplar
from face2face.segmentation.labels import CLASSES, class_mask

#: Parts without a shape of their own: their texture is that of the same class in the photo.
_SURFACES = ("background", "skin", "neck", "cloth", "necklace", "hair")
#: Parts with a shape, in the order in which they are put over one another.
_FEATURES = (
    ("hat",),
    ("left_ear", "right_ear", "ear_ring"),
    ("nose",),
    ("mouth", "upper_lip", "lower_lip"),
    ("left_brow", "right_brow"),
    ("left_eye", "right_eye"),
    ("glasses",),
)
#: Fewest erased pixels of a surface that get texture, and of a feature that get a donor's.
_MIN_SURFACE, _MIN_FEATURE = 100, 12
#: Least number of known pixels that lend texture, and as a share of the pixels to fill.
_MIN_KNOWN, _MIN_KNOWN_SHARE = 150, 0.12
#: Least number of a donor's pixels of hair that lend texture.
_MIN_DONATED = 400
#: Width of the square by which a feature is grown: skin so near comes from its donor.
_NEAR = 17
#: Width of the square by which a feature is grown to find skin to match the light on.
_LIT = 41
#: Width of the square by which a donor's feature may fall short of the wanted one.
_TOLERANCE = 5
#: Standard deviation of the soft edge of a colour and of a donor's skin, in pixels.
_SOFT_SIGMA = 1.2


def fill_from_exemplars(face: ErasedFace, donors: Donors) -> Image:
    """Return a photo whose erased part is filled with photographed pixels, class by class.

    Surfaces, such as hair and skin, get the texture of their own class in the photo. Features,
    such as eyes, come from the photo's mirror image or from a donor, in the photo's light. Hair
    that is erased completely comes from a donor, too. What no photo holds stays smooth.

    Args:
        face: The face.
        donors: Other faces, of the same size.

    Returns:
        ``(s, s, 3)`` uint8 RGB, outside the erased part the photo to the bit.
    """
    result = face.smooth.astype(np.float32)
    for name in _SURFACES:
        wanted = face.wanted((name,))
        if np.count_nonzero(wanted) >= _MIN_SURFACE:
            result[wanted] = _surface(face, name, wanted, donors)
    for names in _FEATURES:
        wanted = face.wanted(names)
        if np.count_nonzero(wanted) >= _MIN_FEATURE:
            result = _with_feature(result, face, names, donors)
    rounded = np.clip(np.rint(result), 0, 255).astype(np.uint8)
    return np.where(face.erased[..., None], rounded, face.photo)


def _surface(
    face: ErasedFace, name: str, wanted: NDArray[np.bool_], donors: Donors
) -> NDArray[np.floating]:
    """Return the colours of a surface's erased pixels, ``(n, 3)``."""
    number = CLASSES.index(name)
    known = class_mask(face.labels, (name,)) & ~face.erased
    if known.sum() >= max(_MIN_KNOWN, _MIN_KNOWN_SHARE * wanted.sum()):
        pixels = patch_fill(face.photo, wanted, known)[wanted]
        colour = face.colours.get(number)
        return pixels.astype(np.float32) if colour is None else match_colour(pixels, colour)
    smooth = face.smooth[wanted].astype(np.float32)
    if name != "hair":
        return smooth
    colour = smooth.mean(0)
    exemplar = best_exemplar(face, (name,), {number: colour}, donors)
    donated = class_mask(exemplar.labels, (name,)).astype(np.uint8)
    donated = cv2.erode(donated, np.ones((3, 3), np.uint8)) > 0
    if donated.sum() < _MIN_DONATED:
        return smooth
    missing = wanted & ~donated
    pixels = patch_fill(exemplar.photo, missing, donated) if missing.any() else exemplar.photo
    return match_colour(pixels[wanted], colour)


def _with_feature(
    result: NDArray[np.float32], face: ErasedFace, names: tuple[str, ...], donors: Donors
) -> NDArray[np.float32]:
    """Return a picture with a feature and the skin around it put over it."""
    wanted = face.wanted(names)
    exemplar = best_exemplar(face, names, face.colours, donors)
    donated = class_mask(exemplar.labels, names)
    skin = class_mask(face.labels, SKIN)
    shared = skin & class_mask(exemplar.labels, SKIN) & ~face.erased & _grown(wanted, _LIT)
    lit = match_light(exemplar.photo, face.photo, shared)
    if donated.any():
        missing = wanted & ~_grown(donated, _TOLERANCE)
        lit[missing] = _nearest(lit, donated)[missing]
    for number in np.unique(face.labels[wanted]).tolist():
        inside = wanted & (face.labels == number)
        own = inside & donated
        if number in face.colours and own.any():
            change = face.colours[number] - lit[own].mean(0)
            lit = np.clip(lit + (_soft(own) * wanted[..., None]) * change, 0, 255)
    put = wanted | (_grown(wanted, _NEAR) & face.erased & class_mask(face.labels, SKIN))
    weight = np.where(wanted[..., None], 1, _soft(put) * put[..., None])
    return np.asarray(result + weight * (lit - result), np.float32)


def _soft(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return a mask with a soft edge, ``(s, s, 1)``, 0 to 1."""
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), _SOFT_SIGMA)[..., None])


def _grown(mask: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """Return a mask grown by a square."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((width, width), np.uint8)) > 0


def _nearest(picture: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return a picture in which each pixel has the colour of the nearest known one."""
    _, places = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((places.max() + 1, 3), np.float32)
    colours[places[known]] = picture[known]
    return np.asarray(colours[places])
