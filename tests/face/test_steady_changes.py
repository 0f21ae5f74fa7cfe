"""Changes of a face that are the same in each frame."""

import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.facial_change import FacialChange
from face2face.face.neutral import lid_gaps, lip_gap
from face2face.face.steady_changes import SteadyChanges
from face2face.image import Landmarks
from face2face.landmarks import interocular
from tests.feature_models import expressions

FACE: Landmarks = (100 * AVERAGE_FACE + 250).astype(np.float32)
SMILE = FacialChange("expression", "smile")


def test_every_frame_moves_by_the_same_way_to_an_expression() -> None:
    move = SteadyChanges([SMILE], AVERAGE_FACE, expressions())
    talking = Expression(open=0.15).applied_to(FACE)
    ways = [move(face) - face for face in (FACE, talking)]
    mouth = slice(48, 60)
    assert np.linalg.norm(ways[0][mouth], axis=1).max() > 0.05 * interocular(FACE)
    assert np.abs(ways[0][mouth] - ways[1][mouth]).max() < 0.01 * interocular(FACE)


def test_a_person_who_mostly_smiles_stays_so_and_the_change_says_it() -> None:
    known = expressions()
    move = SteadyChanges([SMILE], known(AVERAGE_FACE, "smile", 3.0), known)
    assert move.made == [SMILE]
    assert (move(FACE) == FACE).all()


@pytest.mark.parametrize(
    "change", [FacialChange("eyes", "wide"), FacialChange("expression", "surprised")]
)
def test_an_eye_that_blinks_stays_shut(change: FacialChange) -> None:
    move = SteadyChanges([change], AVERAGE_FACE, expressions())
    blink = Expression(blink=1.0).applied_to(FACE)
    assert lid_gaps(move(blink)).max() < lid_gaps(blink).max() + 0.5
    if change.state == "wide":
        assert (lid_gaps(move(FACE)) > 1.2 * lid_gaps(FACE)).all()


def test_a_state_is_reached_in_each_frame_and_by_its_share() -> None:
    move = SteadyChanges([FacialChange("mouth", "open")], AVERAGE_FACE, None)
    for gap in (0.0, 0.1, 0.2):
        face = Expression(open=gap).applied_to(FACE)
        before = lip_gap(face)
        assert lip_gap(move(face)) == pytest.approx(0.25, abs=0.02)
        assert lip_gap(move(face, 0.5)) == pytest.approx((before + 0.25) / 2, abs=0.02)
        assert (move(face, 0.0) == face).all()


def test_eyes_that_are_mostly_shut_stay_so_in_an_expression() -> None:
    change = FacialChange("expression", "surprised")
    shut = Expression(blink=0.9).applied_to(AVERAGE_FACE)
    move = SteadyChanges([change], shut, expressions())
    face = (100 * shut + 250).astype(np.float32)
    assert lid_gaps(move(face)).max() < lid_gaps(face).max() + 0.5
