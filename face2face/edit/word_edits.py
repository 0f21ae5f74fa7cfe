"""Make the edits of a photo that are written as words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from face2face.edit.colours import part_classes
from face2face.edit.editor import Editor
from face2face.edit.face_painter import FacePainter
from face2face.edit.parse_edit import FACIAL_CHANGES, parse_edit
from face2face.face.facial_change import FacialChange, apply_changes
from face2face.face.features import FEATURES
from face2face.face.photo_checks import check_faces_camera
from face2face.face.shape_change import SHAPE_CHANGES
from face2face.image import Image, Landmarks
from face2face.landmarks import IRISES
from face2face.segmentation.labels import Labels
from face2face.segmentation.wide import widen_labels

#: Landmarks that stay where a smile changes the mouth.
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

    What can be moved is moved, without the label map: brows, nose and lips by a warp, eyes and
    mouth by the painter. The map is then parsed anew where the photo changed.

    Args:
        face: The face to edit.
        words: Such as ``nose=narrow``, or see :func:`face2face.edit.parse_edit.parse_edit`.
        editor: Makes changes of the label map visible.
        painter: Moves eyes and mouth.

    Raises:
        FaceError: A part should move, but the face is turned too far to a side.
        ModelError: The model of mouth or eyes is missing or damaged.
        OptionError: The words are unknown, or the photo shows no such part.
    """
    if words in SHAPE_CHANGES:
        check_faces_camera(face.landmarks, "the photo")
        shape = SHAPE_CHANGES[words]
        photo = shape(face.photo, face.landmarks)
        return _moved(face, photo, shape.applied_to(face.landmarks), editor)
    if words in FACIAL_CHANGES:
        return _with_facial_change(face, FACIAL_CHANGES[words], editor, painter)
    change = parse_edit(words, face.labels, face.landmarks)
    if change.colour is not None:  # It goes on beyond the square that the parser looks at.
        classes = part_classes(words.partition("=")[0])
        labels = widen_labels(editor.parser, face.photo, face.landmarks, face.labels, classes)
        change = parse_edit(words, labels, face.landmarks)
    photo = editor(face.photo, face.landmarks, change)
    return replace(face, photo=photo, labels=change.labels)


def _with_facial_change(
    face: ParsedFace, change: FacialChange, editor: Editor, painter: FacePainter
) -> ParsedFace:
    """Return a face with its eyes or its mouth changed; a smile leaves the eyes as they are."""
    check_faces_camera(face.landmarks, "the photo")
    expressions = painter.prepare([change])
    wanted, made = apply_changes(face.landmarks, [change], expressions)
    if made:
        return face
    wanted = np.array(wanted, np.float32)
    if change.part == "expression":
        wanted[_EYES] = face.landmarks[_EYES]
    return _moved(face, painter(face.photo, face.landmarks, wanted), wanted, editor)


def _moved(face: ParsedFace, photo: Image, landmarks: Landmarks, editor: Editor) -> ParsedFace:
    """Return a face in its changed photo, with the map parsed anew where the photo changed."""
    changed = (photo != face.photo).any(-1)
    labels = np.where(changed, editor.parser(photo, landmarks), face.labels).astype(np.uint8)
    return ParsedFace(photo, landmarks, labels)
