"""Exemplars: fill an erased part of a face with photographed pixels, guided by a label map."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image
from face2face.imaging.patch_fill import patch_fill
from face2face.imaging.relight import match_colour, match_light
from face2face.segmentation.donors import Donors
from face2face.segmentation.erased_face import (
    SKIN,
    ErasedFace,
    Exemplar,
    donor_exemplar,
    grown,
    mirrored_exemplar,
)
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
#: Features that no donor lends: measured, another's brows are further from the truth than smooth
#: ones, which the network paints over.
_NEVER_DONATED = (("left_brow", "right_brow"),)
#: Fewest erased pixels of a surface that get texture, and of a feature that get a donor's.
_MIN_SURFACE, _MIN_FEATURE = 100, 12
#: Least number of known pixels that lend texture, and as a share of the pixels to fill.
_MIN_KNOWN, _MIN_KNOWN_SHARE = 150, 0.12
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
    such as eyes, come from the photo's mirror image or from a donor, in the photo's light. What
    remains stays smooth, such as hair of which the photo shows too little.

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
            result[wanted] = _texture(face, name, wanted)
    for names in _FEATURES:
        wanted = face.wanted(names)
        if np.count_nonzero(wanted) < _MIN_FEATURE:
            continue
        exemplar = mirrored_exemplar(face, names)
        if exemplar is None and names not in _NEVER_DONATED:
            exemplar = donor_exemplar(face, names, donors)
        if exemplar is not None:
            result = _with_feature(result, face, names, exemplar)
    rounded = np.clip(np.rint(result), 0, 255).astype(np.uint8)
    return np.where(face.erased[..., None], rounded, face.photo)


def _texture(face: ErasedFace, name: str, wanted: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the colours of a surface's erased pixels, ``(n, 3)``."""
    known = class_mask(face.labels, (name,)) & ~face.erased
    if known.sum() < max(_MIN_KNOWN, _MIN_KNOWN_SHARE * wanted.sum()):
        return face.smooth[wanted]
    pixels = patch_fill(face.photo, wanted, known)[wanted]
    colour = face.colours.get(CLASSES.index(name))
    return pixels if colour is None else match_colour(pixels, colour)


def _with_feature(
    result: NDArray[np.float32], face: ErasedFace, names: tuple[str, ...], exemplar: Exemplar
) -> NDArray[np.float32]:
    """Return a picture with a feature and the skin around it put over it."""
    wanted = face.wanted(names)
    donated = class_mask(exemplar.labels, names)
    skin = class_mask(face.labels, SKIN)
    shared = skin & class_mask(exemplar.labels, SKIN) & ~face.erased & grown(wanted, _LIT)
    lit = match_light(exemplar.photo, face.photo, shared)
    if donated.any():
        missing = wanted & ~grown(donated, _TOLERANCE)
        lit[missing] = _nearest(lit, donated)[missing]
    for number in np.unique(face.labels[wanted]).tolist():
        inside = wanted & (face.labels == number)
        own = inside & donated
        if number in face.colours and own.any():
            change = face.colours[number] - lit[own].mean(0)
            lit = np.clip(lit + (_soft(own) * wanted[..., None]) * change, 0, 255)
    put = wanted | (grown(wanted, _NEAR) & face.erased & class_mask(face.labels, SKIN))
    weight = np.where(wanted[..., None], 1, _soft(put) * put[..., None])
    return np.asarray(result + weight * (lit - result), np.float32)


def _soft(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return a mask with a soft edge, ``(s, s, 1)``, 0 to 1."""
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), _SOFT_SIGMA)[..., None])


def _nearest(picture: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return a picture in which each pixel has the colour of the nearest known one."""
    _, places = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((places.max() + 1, 3), np.float32)
    colours[places[known]] = picture[known]
    return np.asarray(colours[places])
