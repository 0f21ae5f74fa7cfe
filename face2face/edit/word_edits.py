"""Make the edits of a photo that are written as words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from face2face.edit.editor import Editor
from face2face.edit.face_painter import FacePainter
from face2face.edit.parse_edit import MOUTH_CHANGES, parse_edit, redraw
from face2face.face.facial_change import FacialChange, apply_changes
from face2face.face.features import FEATURES
from face2face.face.photo_checks import check_faces_camera
from face2face.image import Image, Landmarks
from face2face.landmarks import IRISES
from face2face.segmentation.labels import Labels

#: Landmarks that stay where only the mouth changes.
_EYES = [*FEATURES["eyes"].outline, *IRISES]


@dataclass(frozen=True, eq=False)
class ParsedFace:
    """A face in a photo, with its label map.

    Attributes:
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)`` float32, in the photo's pixels.
        labels: ``(h, w)`` uint8, the photo's label map.
    """

    photo: Image
    landmarks: Landmarks
    labels: Labels


def edit_in_words(face: ParsedFace, words: str, editor: Editor, painter: FacePainter) -> ParsedFace:
    """Return a face after an edit in words; the same face where it has that state already.

    Args:
        face: The face to edit.
        words: See :func:`face2face.edit.parse_edit.parse_edit`.
        editor: Makes changes of the label map visible.
        painter: Changes the mouth.

    Raises:
        FaceError: The mouth should change, but the face is turned too far to a side.
        ModelError: The model of the mouth is missing or damaged.
        OptionError: The words are unknown, or the photo shows no such part.
    """
    if words in MOUTH_CHANGES:
        return _with_mouth(face, MOUTH_CHANGES[words], painter)
    change = parse_edit(words, face.labels, face.landmarks)
    photo = editor(face.photo, face.landmarks, change)
    return replace(face, photo=photo, labels=change.labels)


def _with_mouth(face: ParsedFace, change: FacialChange, painter: FacePainter) -> ParsedFace:
    """Return a face with its mouth changed; the eyes stay as they are."""
    check_faces_camera(face.landmarks, "the photo")
    expressions = painter.prepare([change])
    wanted, made = apply_changes(face.landmarks, [change], expressions)
    if made:
        return face
    wanted = np.array(wanted, np.float32)
    wanted[_EYES] = face.landmarks[_EYES]
    photo = painter(face.photo, face.landmarks, wanted)
    return ParsedFace(photo, wanted, redraw("mouth", face.labels, wanted).labels)
