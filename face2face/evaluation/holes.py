"""Parts of photos to erase: the region of a class, or a share of the face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face2face.edit.changes import Change
from face2face.edit.editor import Editor
from face2face.evaluation.edits import Subject
from face2face.landmarks import interocular
from face2face.segmentation.labels import class_mask
from face2face.segmentation.parser import verified_crop

#: Region -> its classes.
REGIONS: dict[str, tuple[str, ...]] = {
    "hair": ("hair",),
    "brows": ("left_brow", "right_brow"),
    "eyes": ("left_eye", "right_eye"),
    "nose": ("nose",),
    "mouth": ("mouth", "upper_lip", "lower_lip"),
    "glasses": ("glasses",),
    "clothes": ("cloth",),
}
#: Hole -> the share of the face that it covers.
SHARES: dict[str, float] = {"tenth": 0.1, "quarter": 0.25, "half": 0.5}
#: Classes of the face that :data:`SHARES` refers to.
_FACE = (
    "skin",
    "glasses",
    *(name for region in ("brows", "eyes", "nose", "mouth") for name in REGIONS[region]),
)
#: Smallest area of a region, in squared interocular distances: less is noise in the map.
_MIN_AREA = 0.03
#: Smallest area of glasses, in the same unit: the parser sees specks of glasses around eyes.
_MIN_GLASSES_AREA = 0.2


@dataclass(frozen=True, eq=False)
class Hole:
    """A part of a photo to erase.

    Attributes:
        name: One of :data:`REGIONS` or :data:`SHARES`.
        where: ``(h, w)`` bool, the erased pixels, in which results are compared with the photo.
        reach: ``(h, w)`` bool, the pixels that may change: those erased, and any margin around
            them that the editor paints too.
    """

    name: str
    where: NDArray[np.bool_]
    reach: NDArray[np.bool_]


def region(subject: Subject, name: str) -> NDArray[np.bool_] | None:
    """Return where a photo shows a region, ``(h, w)`` bool, or None where it lacks it.

    Args:
        subject: The photo.
        name: One of :data:`REGIONS`.
    """
    where = class_mask(subject.labels, REGIONS[name])
    least = _MIN_GLASSES_AREA if name == "glasses" else _MIN_AREA
    return where if where.sum() >= least * interocular(subject.landmarks) ** 2 else None


def region_hole(subject: Subject, name: str, editor: Editor) -> Hole | None:
    """Return a :func:`region` with the editor's margin, or None where the photo lacks it.

    Args:
        subject: The photo.
        name: One of :data:`REGIONS`.
        editor: Decides how far around the region it may paint.
    """
    where = region(subject, name)
    if where is None:
        return None
    box = verified_crop(subject.landmarks, subject.labels)
    return Hole(name, where, editor.reach(box, repainted(subject, where)) > 0)


def face_hole(subject: Subject, name: str) -> Hole | None:
    """Return a hole in the face, or None where the photo's map shows no face.

    It consists of the face's pixels that are nearest to one of them, which the photo's name
    chooses. So it is the same in each run.

    Args:
        subject: The photo.
        name: One of :data:`SHARES`.
    """
    rows, columns = np.nonzero(class_mask(subject.labels, _FACE))
    if not len(rows):
        return None
    centre = np.random.default_rng([*subject.name.encode()]).integers(len(rows))
    distance = np.hypot(rows - rows[centre], columns - columns[centre])
    nearest = np.argsort(distance, kind="stable")[: round(SHARES[name] * len(rows))]
    where = np.zeros(subject.labels.shape, bool)
    where[rows[nearest], columns[nearest]] = True
    return Hole(name, where, where)


def repainted(subject: Subject, where: NDArray[np.bool_]) -> Change:
    """Return the change that paints some pixels again with the classes that they have."""
    return Change(subject.labels, subject.labels, where)
