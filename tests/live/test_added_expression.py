"""An expression that is added to a face all the time."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.expression_model import ExpressionModel
from face2face.face.facial_change import CHANGES, FacialChange
from face2face.face.neutral import lip_gap
from face2face.face.target_statistics import TargetStatistics
from face2face.image import Landmarks, Scene
from face2face.inference.pretrained import load_expressions
from face2face.live.added_expression import AddedExpression
from face2face.live.motion_transfer import MotionTransfer
from face2face.live.options import MotionOptions
from face2face.modes.feature import FeatureMode
from tests.feature_models import expressions

FACE: Landmarks = (50 * AVERAGE_FACE + 128).astype(np.float32)
SMILE = FacialChange("expression", "smile", 0.5)


def unneeded() -> ExpressionModel:
    raise AssertionError("no expression was added")


def width(face: Landmarks) -> float:
    return float(np.linalg.norm(face[54] - face[48]))


def test_nothing_is_added_and_nothing_loaded_at_first() -> None:
    added = AddedExpression([], unneeded)
    assert added(FACE, AVERAGE_FACE) is FACE


def test_every_frame_moves_alike_on_top_of_its_own_motion() -> None:
    added = AddedExpression([SMILE], expressions)
    talking = Expression(open=0.2).applied_to(FACE)
    ways = [added(face, AVERAGE_FACE) - face for face in (FACE, talking)]
    assert width(added(FACE, AVERAGE_FACE)) > width(FACE) + 3
    assert np.abs(ways[0] - ways[1])[48:60].max() < 0.5


def test_steps_change_the_selected_one_within_its_limits() -> None:
    added = AddedExpression([SMILE], expressions)
    before = width(added(FACE, AVERAGE_FACE))
    added.step(0.1)
    assert added.note == "smile 0.6"
    assert width(added(FACE, AVERAGE_FACE)) > before
    added.step(9.0)
    assert added.note == "smile 1.5"
    added.step(-1.5)
    assert added(FACE, AVERAGE_FACE) is FACE


def test_all_changes_can_be_selected_and_keep_their_amounts() -> None:
    added = AddedExpression([FacialChange("mouth", "open", 0.4)], unneeded)
    notes = []
    for _ in CHANGES:
        notes.append(added.note)
        added.select_next()
    assert added.note == notes[0] == "mouth-open 0.4"
    assert {each.split()[0] for each in notes} == set(CHANGES)
    assert lip_gap(added(FACE, AVERAGE_FACE)) == pytest.approx(0.1, abs=0.01)


def test_an_expression_that_the_face_has_already_is_left_out_with_a_note() -> None:
    smiling = expressions()(AVERAGE_FACE, "smile", 3.0)
    added = AddedExpression([SMILE], expressions)
    assert (added(FACE, smiling) == FACE).all()
    added.step(0.1)
    assert added.note == "smile 0.6: there already"


def test_a_step_to_an_unknown_expression_changes_nothing() -> None:
    added = AddedExpression([], expressions)
    added.select_next()
    assert added.selected.state == "sad"
    with pytest.raises(ModelError, match="way to sad"):
        added.step(0.1)
    assert added(FACE, AVERAGE_FACE) is FACE


@pytest.mark.parametrize("retarget", ["full", "none"])
def test_the_target_wears_it_on_top_of_the_drivers_motion(retarget: str) -> None:
    target = TargetStatistics.of(FACE[None], np.zeros((1, 70), np.float32))
    options = MotionOptions(retarget=retarget)
    shout = AddedExpression([FacialChange("mouth", "open", 0.5)], unneeded)
    motions = [MotionTransfer(target, 256, options, added) for added in (None, shout)]
    photo = np.zeros((256, 256, 3), np.uint8)
    for number, gap in enumerate((0.0, 0.1)):
        driver = Expression(open=gap).applied_to(FACE)
        plain, worn = (motion(Scene(photo, driver, number / 30)).landmarks for motion in motions)
        assert plain is not None and worn is not None
        assert lip_gap(worn) == pytest.approx((lip_gap(plain) + 0.25) / 2, abs=0.02)


def save_card(folder: Path, mode: FeatureMode) -> None:
    folder.mkdir()
    ModelCard(**mode.card_fields()).save(folder)


@pytest.fixture
def mouth_and_eyes(tmp_path: Path) -> Callable[[ExpressionModel | None], Path]:
    def make(known: ExpressionModel | None) -> Path:
        save_card(tmp_path / "mouth", FeatureMode(64, "mouth"))
        save_card(tmp_path / "eyes", FeatureMode(64, "eyes", expressions=known))
        return tmp_path

    return make


def test_expressions_are_read_from_the_first_card_that_knows_them(
    mouth_and_eyes: Callable[[ExpressionModel | None], Path],
) -> None:
    loaded = load_expressions(mouth_and_eyes(expressions()))
    assert np.allclose(loaded(FACE, "smile"), expressions()(FACE, "smile"), atol=0.1)


def test_cards_without_expressions_are_an_error(
    mouth_and_eyes: Callable[[ExpressionModel | None], Path], tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="know no expressions"):
        load_expressions(mouth_and_eyes(None))
    with pytest.raises(ModelError):
        load_expressions(tmp_path / "none")
