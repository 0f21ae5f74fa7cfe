import numpy as np
import pytest

from face2face.edit.editor import Editor
from face2face.evaluation.edits import Subject, edit_score, scripted_edits, sheet
from face2face.face.expression import AVERAGE_FACE
from face2face.image import Image, Landmarks
from face2face.modes.edit import Edit
from face2face.segmentation.labels import CLASSES
from face2face.segmentation.parser import Parser, labels_from_landmarks

LANDMARKS: Landmarks = (AVERAGE_FACE * 90 + (128, 120)).astype(np.float32)


def subject(name: str, **painted: slice) -> Subject:
    labels = labels_from_landmarks(LANDMARKS, 256, 256)
    for part, rows in painted.items():
        labels[rows] = CLASSES.index(part)
    return Subject(name, np.full((256, 256, 3), 90, np.uint8), LANDMARKS, labels)


def identify(photo: Image, landmarks: Landmarks) -> np.ndarray:
    return photo.mean((0, 1)) / 100


class Likely:
    """A parser's engine that is sure of one class everywhere."""

    def __init__(self, place: int) -> None:
        self._place = place

    def __call__(self, panels: list[Image]) -> np.ndarray:
        likely = np.zeros((256, 256, 19), np.uint8)
        likely[..., self._place] = 255
        return likely


class Repaints:
    """An editor's engine that answers with what it is shown, a little lighter."""

    name = "lighter"

    def __call__(self, panels: list[Image]) -> Image:
        return np.asarray(panels[0] + 20, np.uint8)


def test_each_edit_is_of_another_photo_that_it_can_be_made_of() -> None:
    subjects = [
        subject("plain"),
        subject("hairy", hair=slice(0, 40)),
        subject("glasses", glasses=slice(100, 110)),
    ]
    made = [(each.name, words) for each, words, _ in scripted_edits(subjects, 50)]
    assert made == [
        ("glasses", "glasses=none"),
        ("hairy", "hair=#3a1d0c"),
        ("plain", "glasses=add"),
    ]
    assert len(list(scripted_edits(subjects, 2))) == 2


@pytest.mark.parametrize(("said", "found"), [("skin", 0.0), ("glasses", 1.0)])
def test_what_is_looked_at(said: str, found: float) -> None:
    (chosen,) = [each for each in scripted_edits([subject("plain")], 4) if each[1] == "glasses=add"]
    editor = Editor(Parser(Likely(CLASSES.index(said)), 256), Edit(256), Repaints())
    outcome = edit_score(*chosen, editor, identify)
    assert outcome.untouched
    assert outcome.found == found
    assert outcome.area == chosen[2].where.sum()
    assert 0 < outcome.identity < 1
    assert sheet([outcome] * 4).shape == (2 * 256, 3 * 3 * 256, 3)


def test_a_moved_part_is_looked_for_in_its_new_place() -> None:
    (chosen,) = [
        each for each in scripted_edits([subject("plain")] * 2, 2) if each[1] == "brows=up"
    ]
    change = chosen[2]
    brows = [CLASSES.index(each) for each in ("left_brow", "right_brow")]
    rows, moved = (
        np.argwhere(np.isin(each, brows))[:, 0] for each in (change.before, change.labels)
    )
    assert moved.mean() < rows.mean() - 4
    assert change.where.sum() == len(moved)
    editor = Editor(Parser(Likely(brows[0]), 256), Edit(256), Repaints())
    outcome = edit_score(*chosen, editor, identify)
    assert outcome.untouched
    assert outcome.found == pytest.approx(0.5, abs=0.1)
