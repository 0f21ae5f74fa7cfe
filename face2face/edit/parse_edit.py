"""Edits written as words, such as ``mouth=smile`` or ``hair=#552200``."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.edit.changes import Change
from face2face.edit.colours import parse_colour, part_classes
from face2face.errors import OptionError
from face2face.face.facial_change import STATES, FacialChange
from face2face.face.shape_change import SHAPE_CHANGES
from face2face.image import Landmarks
from face2face.landmarks import PARTS, interocular
from face2face.segmentation.labels import CLASSES, Labels, class_mask
from face2face.segmentation.parser import labels_from_landmarks

#: Edit -> the change of eyes or mouth that it stands for, which the label map doesn't show.
FACIAL_CHANGES = {
    **{
        f"{part}={state}": FacialChange(part, state)
        for part in ("mouth", "eyes", "gaze")
        for state in STATES[part]
    },
    "mouth=smile": FacialChange("expression", "smile"),
}
#: Part -> the values that it may take in a label map. Any class may also take a colour.
VALUES = {
    "glasses": ("none", "add"),
    "ear_ring": ("none",),
    "necklace": ("none",),
}
#: Parts whose edits a stranger notices in a third of photos or more: the photo lacks what is shown.
_EXPERIMENTAL_PARTS = ("glasses", "ear_ring", "necklace")
#: Single edits of which the same is true.
_EXPERIMENTAL_EDITS = (
    "mouth=open",
    "mouth=smile",
    "gaze=left",
    "gaze=right",
    "eyes=shut",
    "eyes=wide",
)
#: Smallest area of a worn thing, in squared interocular distances: less is noise in the map.
_MIN_AREA = {"glasses": 0.2}
#: Class removed -> the class that takes its place where landmarks show none; skin for others.
_CLASS_BEHIND = {"necklace": "neck"}
#: Width of the drawn frame of glasses, in interocular distances.
_FRAME_WIDTH = 0.07
#: Half the width and half the height of a drawn lens, in interocular distances.
_LENS_RADII = (0.4, 0.28)
#: Distance of a lens's centre below the eye's, in interocular distances.
_LENS_DROP = 0.05


def parse_edit(text: str, labels: Labels, landmarks: Landmarks) -> Change:
    """Return the change of a label map that an edit in words describes.

    Args:
        text: ``PART=VALUE``, of :data:`VALUES`, or a class and a colour. For edits that move a
            part, see :func:`face2face.edit.word_edits.edit_in_words`.
        labels: ``(h, w)`` uint8, the photo's label map.
        landmarks: ``(70, 2)`` float32, the face to change, in the photo's pixels.

    Raises:
        OptionError: The text is unknown, or the photo shows no such part.

    >>> labels = np.full((8, 8), CLASSES.index("hair"), np.uint8)
    >>> change = parse_edit("hair=#552200", labels, np.zeros((70, 2), np.float32))
    >>> change.colour.tolist(), int(change.where.sum())
    ([85.0, 34.0, 0.0], 64)
    """
    part, _, value = text.partition("=")
    colour = parse_colour(value)
    if colour is not None and part_classes(part):
        where = _checked(part, class_mask(labels, part_classes(part)))
        return Change(labels, labels, where, colour)
    if value not in VALUES.get(part, ()):
        raise OptionError(
            f"--set doesn't know {text}.",
            hint=f"It takes {_known_edits()}, or a class and a colour: hair=auburn, lips=#9c3b44.",
        )
    if value == "none":
        return _remove(part, labels, landmarks)
    return _add_glasses(labels, landmarks)


def is_experimental(text: str) -> bool:
    """Return whether a stranger notices an edit in words in a third of photos or more.

    >>> is_experimental("eyes=shut"), is_experimental("eyes=#4f7390")
    (True, False)
    """
    return text in _EXPERIMENTAL_EDITS or text.partition("=")[0] in _EXPERIMENTAL_PARTS


def _known_edits() -> str:
    """Return all edits but those of a colour, such as ``nose=narrow|wide, glasses=none|add``."""
    values: dict[str, list[str]] = {}
    for edit in (*SHAPE_CHANGES, *FACIAL_CHANGES):
        part, _, value = edit.partition("=")
        values.setdefault(part, []).append(value)
    return ", ".join(f"{part}={'|'.join(each)}" for part, each in (values | VALUES).items())


def _checked(name: str, where: NDArray[np.bool_], min_area: float = 0.0) -> NDArray[np.bool_]:
    """Return where a photo shows a part, if that is at least ``min_area`` pixels."""
    if not where.any() or where.sum() < min_area:
        raise OptionError(f"The photo shows no {name}.", hint="Paint the change with --changes.")
    return where


def _remove(name: str, labels: Labels, landmarks: Landmarks) -> Change:
    """Return the change that takes a class off the face.

    Landmarks show which part lies behind it; elsewhere it is the class around it.
    """
    min_area = _MIN_AREA.get(name, 0.0) * interocular(landmarks) ** 2
    where = _checked(name, class_mask(labels, (name,)), min_area)
    face = labels_from_landmarks(landmarks, *labels.shape)
    around = CLASSES.index(_CLASS_BEHIND.get(name, "skin"))
    behind = np.where(face > 0, face, around).astype(np.uint8)
    return Change(labels, np.where(where, behind, labels).astype(np.uint8), where)


def _add_glasses(labels: Labels, landmarks: Landmarks) -> Change:
    """Return the change that draws a frame of glasses; eyes stay as they are behind it."""
    unit = interocular(landmarks)
    right, left = (landmarks[PARTS[f"{side}_eye"]].mean(0) for side in ("right", "left"))
    axis = left - right
    angle = float(np.degrees(np.arctan2(axis[1], axis[0])))
    radii = (round(_LENS_RADII[0] * unit), round(_LENS_RADII[1] * unit))
    thickness = max(1, round(_FRAME_WIDTH * unit))
    frame = np.zeros(labels.shape, np.uint8)
    for eye in (right, left):
        centre = _pixel(eye + np.array((0, _LENS_DROP * unit)))
        cv2.ellipse(frame, centre, radii, angle, 0, 360, 1, thickness)
    rim = radii[0] * axis / np.linalg.norm(axis)
    bridge = (right + rim, left - rim)
    temples = ((right - rim, landmarks[0]), (left + rim, landmarks[16]))
    for start, end in (bridge, *temples):
        cv2.line(frame, _pixel(start), _pixel(end), 1, thickness)
    where = frame > 0
    drawn = np.where(where, CLASSES.index("glasses"), labels).astype(np.uint8)
    return Change(labels, drawn, where)


def _pixel(point: NDArray[np.floating]) -> list[int]:
    return np.rint(point).astype(int).tolist()
