"""A face of which a part is erased, and the donor that fits a part of it best."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image
from face2face.segmentation.donors import Donors
from face2face.segmentation.labels import CLASSES, MIRRORED, Labels, class_mask
from face2face.segmentation.map_warp import places_in_map

#: Classes on which donor and photo are compared in light.
SKIN = ("skin", "nose", "neck", "left_ear", "right_ear")
#: Number of donors that are warped and compared; the others fit worse at first sight.
_TRIED = 4
#: Directions in which the outline of a part is followed, in degrees.
_DIRECTIONS = tuple(range(0, 360, 45))
#: Parts that both halves of a face have, by their first class.
_SYMMETRIC = ("nose", "mouth", "left_brow", "left_eye", "left_ear")
#: Weight of a known mean colour in the choice, by the part's first class; others have the last.
_COLOUR_WEIGHTS = {"glasses": 0.5, "hat": 0.5, "": 0.15}
#: Level, 0 to 255, that is added to colours before their quotient is formed.
_MIN_LIGHT = 16.0
#: Distance of colours where a donor doesn't show the class.
_ABSENT_DISTANCE = 1.5
#: Misfit in light where donor and photo share no skin.
_UNKNOWN_LIGHT = 0.3
#: Width of the squares by which a part is grown: to compare maps, and to compare light.
_COMPARED, _RING = 9, 31
#: Largest share of the mirrored part that may be erased itself, and that may be of another class.
_MAX_HIDDEN, _MAX_MISMATCH = 0.1, 0.3


@dataclass(frozen=True, eq=False)
class ErasedFace:
    """A photo of a face of which a part is erased.

    Attributes:
        photo: ``(s, s, 3)`` uint8 RGB; its erased pixels are never read.
        labels: ``(s, s)`` uint8, the class of each pixel, inside the erased part the wanted one.
        erased: ``(s, s)`` bool.
        colours: Class number -> mean colour of its erased pixels, RGB, 0 to 255, where known.
        smooth: ``(s, s, 3)`` uint8 RGB, the photo with its erased part filled smoothly.
    """

    photo: Image
    labels: Labels
    erased: NDArray[np.bool_]
    colours: dict[int, NDArray[np.floating]]
    smooth: Image

    def wanted(self, names: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return the erased pixels of some classes, ``(s, s)`` bool."""
        return self.erased & class_mask(self.labels, names)


@dataclass(frozen=True, eq=False)
class Exemplar:
    """A donor, warped to the wanted map.

    Attributes:
        photo: ``(s, s, 3)`` uint8 RGB.
        labels: ``(s, s)`` uint8.
    """

    photo: Image
    labels: Labels


def mirrored_exemplar(face: ErasedFace, names: tuple[str, ...]) -> Exemplar | None:
    """Return the face's own mirror image as the exemplar of a part.

    Args:
        face: The face.
        names: Classes of the part, of which at least one pixel is erased.

    Returns:
        The exemplar; None where the mirror image is erased itself or doesn't show the part.
    """
    if names[0] not in _SYMMETRIC:
        return None
    exemplar, places = _warped(face.smooth[:, ::-1], MIRRORED[face.labels][:, ::-1], face.labels)
    hidden = cv2.remap(
        np.ascontiguousarray(face.erased[:, ::-1]).astype(np.uint8),
        places,
        None,
        cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=1,
    )
    wanted = face.wanted(names)
    compared = grown(wanted, _COMPARED)
    mismatch = class_mask(exemplar.labels, names) != wanted
    if hidden[compared].mean() < _MAX_HIDDEN and mismatch[compared].mean() < _MAX_MISMATCH:
        return exemplar
    return None


def donor_exemplar(face: ErasedFace, names: tuple[str, ...], donors: Donors) -> Exemplar:
    """Return the donor that fits a part of an erased face best in shape, light and colour.

    Args:
        face: The face.
        names: Classes of the part, of which at least one pixel is erased.
        donors: Other faces.
    """
    wanted = face.wanted(names)
    distances = _colour_distances(face, names, donors, wanted)
    order = np.argsort(donors.misfits(face.photo, face.labels, face.erased, wanted) + distances)
    candidates = []
    for place in order[:_TRIED].tolist():
        exemplar = _warped(*donors[place], face.labels)[0]
        misfit = _misfit(face, names, wanted, exemplar) + float(distances[place])
        candidates.append((misfit, place, exemplar))
    return min(candidates, key=lambda each: each[:2])[2]


def grown(mask: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """Return a mask grown by a square."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((width, width), np.uint8)) > 0


def _warped(
    photo: Image, labels: Labels, wanted_labels: Labels
) -> tuple[Exemplar, NDArray[np.float32]]:
    """Return a face warped to a wanted map, and where its pixels come from."""
    places = places_in_map(labels, wanted_labels, _DIRECTIONS)
    picture = cv2.remap(photo, places, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    warped_labels = cv2.remap(
        np.ascontiguousarray(labels),
        places,
        None,
        cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return Exemplar(np.asarray(picture, np.uint8), np.asarray(warped_labels, np.uint8)), places


def _colour_distances(
    face: ErasedFace,
    names: tuple[str, ...],
    donors: Donors,
    wanted: NDArray[np.bool_],
) -> NDArray[np.floating]:
    """Return the weighted distance of each donor's colours from the known ones, ``(n,)``."""
    numbers = [CLASSES.index(name) for name in names]
    known = [
        each for each in numbers if each in face.colours and (face.labels[wanted] == each).any()
    ]
    if not known:
        return np.zeros(len(donors))
    theirs = donors.class_colours[:, known]
    ours = np.array([face.colours[each] for each in known])
    logs = np.abs(np.log((theirs + _MIN_LIGHT) / (ours + _MIN_LIGHT))).mean(2)
    distances = np.nan_to_num(logs, nan=_ABSENT_DISTANCE).mean(1)
    return np.asarray(_COLOUR_WEIGHTS.get(names[0], _COLOUR_WEIGHTS[""]) * distances)


def _misfit(
    face: ErasedFace, names: tuple[str, ...], wanted: NDArray[np.bool_], exemplar: Exemplar
) -> float:
    """Return how badly a warped donor fits a part, in shape and light: 0 is best."""
    skin = class_mask(exemplar.labels, SKIN)
    covered = face.erased & class_mask(face.labels, ("skin",)) & ~skin
    either = wanted | class_mask(exemplar.labels, names)
    differs = (either & (exemplar.labels != face.labels)) | covered
    misfit = float(differs[grown(wanted, _COMPARED)].mean())
    ring = grown(wanted, _RING) & ~face.erased & class_mask(face.labels, SKIN) & skin
    if not ring.any():
        return misfit + _UNKNOWN_LIGHT
    light = exemplar.photo[ring].mean(0) - face.photo[ring].mean(0)
    return misfit + float(np.abs(light).mean()) / 255
