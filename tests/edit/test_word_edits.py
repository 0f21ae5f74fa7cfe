"""Edits in words that move parts of a face: photo, landmarks and label map follow."""

import numpy as np
import pytest

from face2face.edit.editor import Editor
from face2face.edit.face_painter import FacePainter
from face2face.edit.word_edits import ParsedFace, edit_in_words
from face2face.errors import FaceError, OptionError
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.neutral import lid_gaps, lip_gap
from face2face.image import Image
from face2face.landmarks import PARTS
from face2face.modes.edit import Edit
from face2face.segmentation.labels import CLASSES
from face2face.segmentation.parser import Parser, labels_from_landmarks

PHOTO = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
INSIDE = CLASSES.index("mouth")
pytestmark = pytest.mark.usefixtures("feature_models")


class Unused:
    """An engine that is never run."""

    name = "unused"

    def __call__(self, panels: list[Image]) -> Image:
        raise AssertionError


def face(expression: Expression) -> ParsedFace:
    landmarks = expression.applied_to((70 * AVERAGE_FACE + (150, 130)).astype(np.float32))
    return ParsedFace(PHOTO, landmarks, labels_from_landmarks(landmarks, 300, 300))


def edited(before: ParsedFace, words: str) -> ParsedFace:
    """Return a face after an edit; a parser that sees a mouth everywhere makes the new map."""
    likely = np.zeros((256, 256, 19), np.uint8)
    likely[..., INSIDE] = 255
    parser = Parser(lambda panels: likely, 256)
    return edit_in_words(before, words, Editor(parser, Edit(256), Unused()), FacePainter())


def test_an_open_mouth_is_seen_in_photo_landmarks_and_map() -> None:
    before = face(Expression())
    after = edited(before, "mouth=open")
    assert lip_gap(after.landmarks) == pytest.approx(0.25, abs=0.01)
    changed = (after.photo != PHOTO).any(-1)
    assert (after.labels[changed] == INSIDE).all()
    assert (after.labels[~changed] == before.labels[~changed]).all()
    assert not changed[: int(before.landmarks[PARTS["nose"], 1].min())].any()
    closed = edited(after, "mouth=closed")
    assert lip_gap(closed.landmarks) < 0.02


def test_a_smile_leaves_the_eyes() -> None:
    before = face(Expression())
    after = edited(before, "mouth=smile")
    moved = np.linalg.norm(after.landmarks - before.landmarks, axis=1)
    assert moved[[48, 54]].min() > 3
    assert moved[PARTS["left_eye"]].max() == 0


def test_a_mouth_in_that_state_stays_as_it_is() -> None:
    before = face(Expression(open=0.3))
    assert edited(before, "mouth=open") is before


@pytest.mark.parametrize(
    ("words", "moved"),
    [("brows=up", range(17, 27)), ("nose=narrow", range(31, 36)), ("lips=full", range(49, 54))],
)
def test_a_shape_moves_its_own_landmarks_and_pixels(words: str, moved: range) -> None:
    before = face(Expression())
    after = edited(before, words)
    ways = np.linalg.norm(after.landmarks - before.landmarks, axis=1)
    assert ways[list(moved)].max() > 1.5
    changed = (after.photo != PHOTO).any(-1)
    x, y = before.landmarks[list(moved)].mean(0).astype(int)
    assert changed[y - 10 : y + 10, x - 40 : x + 40].mean() > 0.5
    assert not changed[:, :30].any()
    assert (after.labels[changed] == INSIDE).all()


def test_shut_eyes_and_a_gaze_are_the_painters() -> None:
    before = face(Expression())
    shut = edited(before, "eyes=shut")
    assert lid_gaps(shut.landmarks).max() < 0.2 * lid_gaps(before.landmarks).min()
    looking = edited(before, "gaze=left")
    assert (looking.landmarks[68:, 0] < before.landmarks[68:, 0] - 2).all()


def test_a_face_in_profile_and_unknown_words_are_refused() -> None:
    with pytest.raises(FaceError, match="turned too far"):
        edited(face(Expression(turn=0.9)), "mouth=smile")
    with pytest.raises(FaceError, match="turned too far"):
        edited(face(Expression(turn=0.9)), "nose=wide")
    with pytest.raises(OptionError, match=r"mouth=open\|closed\|smile"):
        edited(face(Expression()), "mouth=wide")
