import numpy as np
import pytest

from face2face.edit.editor import Editor
from face2face.evaluation.edits import Subject
from face2face.evaluation.erasing import (
    Measures,
    around,
    editing,
    erased_scores,
    inpainting,
    sheet_row,
    table,
)
from face2face.evaluation.holes import REGIONS, SHARES, Hole, face_hole, region_hole
from face2face.face.expression import AVERAGE_FACE
from face2face.image import Image, Landmarks
from face2face.modes.edit import Edit
from face2face.segmentation.labels import CLASSES, class_mask
from face2face.segmentation.parser import Parser, labels_from_landmarks
from tests.conftest import command_module

LANDMARKS: Landmarks = (AVERAGE_FACE * 90 + (128, 120)).astype(np.float32)
PHOTO: Image = np.random.default_rng(0).integers(40, 200, (256, 256, 3), np.uint8)
FACE = (
    "skin",
    "nose",
    "glasses",
    *(f"{side}_{part}" for side in ("left", "right") for part in ("eye", "brow")),
    "mouth",
    "upper_lip",
    "lower_lip",
)


class Answers:
    """An editor's engine that answers with the first panel, and keeps it."""

    name = "answers"

    def __call__(self, panels: list[Image]) -> Image:
        self.seen = panels[0]
        return panels[0]


@pytest.fixture
def subject() -> Subject:
    labels = labels_from_landmarks(LANDMARKS, 256, 256)
    labels[:30, 60:200] = CLASSES.index("hair")
    return Subject("somebody", PHOTO, LANDMARKS, labels)


def editor() -> Editor:
    nothing = np.zeros((256, 256, 19), np.uint8)
    return Editor(Parser(lambda panels: nothing, 256), Edit(256), Answers())


def hole(subject: Subject, name: str) -> Hole:
    found = region_hole(subject, name, editor())
    assert found is not None
    return found


def measures(lpips: float | None = None) -> Measures:
    return Measures(
        lpips=None if lpips is None else lambda one, other: lpips,
        lpips_inside=None if lpips is None else lambda one, other, part: lpips * part.mean(),
        identify=lambda photo, landmarks: photo.mean((0, 1)),
    )


def test_the_tool_offers_all_parts() -> None:
    assert (*REGIONS, *SHARES) == command_module("evaluate_erased").HOLES


def test_a_region_is_all_of_its_classes_and_may_be_painted_a_little_beyond(
    subject: Subject,
) -> None:
    brows = hole(subject, "brows")
    assert (brows.where == class_mask(subject.labels, ("left_brow", "right_brow"))).all()
    assert (brows.reach >= brows.where).all()
    assert brows.reach.sum() > brows.where.sum()


def test_a_photo_without_the_class_or_with_specks_of_it_has_no_such_region(
    subject: Subject,
) -> None:
    assert region_hole(subject, "glasses", editor()) is None
    subject.labels[100:105, 100:105] = CLASSES.index("glasses")
    assert region_hole(subject, "glasses", editor()) is None


@pytest.mark.parametrize(("name", "share"), SHARES.items())
def test_a_hole_covers_its_share_of_the_face_and_is_the_same_each_time(
    subject: Subject, name: str, share: float
) -> None:
    first, second = face_hole(subject, name), face_hole(subject, name)
    assert first is not None and second is not None
    face = class_mask(subject.labels, FACE)
    assert first.where.sum() == round(share * face.sum())
    assert (face >= first.where).all()
    assert (first.where == second.where).all()


def test_the_editor_knows_the_mean_colour_of_what_is_erased_and_none_of_its_texture(
    subject: Subject,
) -> None:
    work, hair = editor(), hole(subject, "hair")
    shown = []
    other = PHOTO.copy()
    for photo in (PHOTO, other):
        editing(work)(Subject("somebody", photo, LANDMARKS, subject.labels), hair)
        shown.append(work.engine.seen)  # type: ignore[attr-defined]
        other[hair.where] = np.roll(PHOTO[hair.where], 1, axis=0)  # as bright, but shuffled
    assert (shown[0] == shown[1]).all()


def test_an_inpainter_sees_magenta_in_what_is_erased_and_there_alone(subject: Subject) -> None:
    nose = hole(subject, "nose")

    def inpaint(photo: Image, mask: np.ndarray) -> Image:
        assert ((mask > 127) == nose.where).all()
        assert (photo[nose.where] == (255, 0, 255)).all()
        assert (photo[~nose.where] == PHOTO[~nose.where]).all()
        return photo

    inpainting(inpaint)(subject, nose)


def test_results_are_compared_in_what_was_erased(subject: Subject) -> None:
    nose = hole(subject, "nose")

    def brighter(subject: Subject, hole: Hole) -> Image:
        return np.where(hole.where[..., None], PHOTO + 10, PHOTO).astype(np.uint8)

    def everywhere(subject: Subject, hole: Hole) -> Image:
        return np.asarray(PHOTO + 10, np.uint8)

    methods = {"brighter": brighter, "everywhere": everywhere}
    (score, result), (spilt, _) = erased_scores(subject, nose, methods, measures())
    assert (result[nose.where] == PHOTO[nose.where] + 10).all()
    assert score.psnr == spilt.psnr == pytest.approx(20 * np.log10(255 / 10))
    assert (score.untouched, spilt.untouched) == (True, False)
    assert spilt.identity == pytest.approx(10 * np.sqrt(3))
    assert np.isnan([score.lpips_inside, score.lpips_around]).all()
    assert (score.photo, score.hole, score.method) == ("somebody", "nose", "brighter")


def test_the_table_has_the_means_of_each_part_and_method(subject: Subject) -> None:
    scores = [
        score
        for lpips in (0.1, 0.3)
        for score, _ in erased_scores(
            subject, hole(subject, "nose"), {"none": lambda s, h: PHOTO + 10}, measures(lpips)
        )
    ]
    (row,) = table(scores)[2:]
    assert row.startswith("| nose | none | 2 | ")
    assert " | 0.200 | 28.13 | " in row
    assert row.endswith(" | 0 |")


def test_a_row_of_the_sheet_shows_the_part_erased_each_result_and_the_photo(
    subject: Subject,
) -> None:
    nose = hole(subject, "nose")
    row = sheet_row(subject, nose, {"one": PHOTO, "other": PHOTO}, 64)
    rows, columns = around(nose.where)
    proportion = (rows.stop - rows.start) / (columns.stop - columns.start)
    assert row.shape == (round(64 * proportion) + 24, 4 * 64, 3)
    grey = (row == 127).all(-1)
    assert grey[:, :64].mean() > 0.2
    assert grey[:, 64:].mean() < 0.01
