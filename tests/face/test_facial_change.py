"""Changes of a face, as moves of its landmarks."""

import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.expression_model import ExpressionModel, MeasuredFace
from face2face.face.facial_change import STATES, FacialChange
from face2face.face.neutral import lid_gaps, lip_gap
from face2face.landmarks import IRISES, gaze

FACE = (120 * AVERAGE_FACE + (300, 240)).astype(np.float32)
PARTS = [(part, state) for part in ("eyes", "gaze", "mouth") for state in STATES[part]]


@pytest.fixture(scope="module")
def smiles() -> ExpressionModel:
    """The way to a smile, the same for many people."""
    people = [(AVERAGE_FACE * np.float32(each)).astype(np.float32) for each in 10 * [0.97, 1, 1.04]]
    shown = {"neutral": Expression(), "smile": Expression(smile=1.0)}
    return ExpressionModel.fit(
        [
            {name: [MeasuredFace(*[each.applied_to(face)] * 2)] for name, each in shown.items()}
            for face in people
        ]
    )


@pytest.mark.parametrize(("part", "state"), PARTS)
def test_an_amount_is_a_share_of_the_way(part: str, state: str) -> None:
    none, half, whole = (
        FacialChange(part, state, each).applied_to(FACE, None) for each in (0, 0.5, 1)
    )
    assert np.allclose(none, FACE, atol=0.5)
    assert np.allclose(half, (none + whole) / 2, atol=1.5)


@pytest.mark.parametrize(("part", "state"), PARTS)
def test_all_the_way_there_the_state_is_found(part: str, state: str) -> None:
    whole = FacialChange(part, state).applied_to(FACE, None)
    assert FacialChange(part, state).is_made(whole, None)
    assert FacialChange(part, state).is_made(FACE, None) == ((part, state) == ("mouth", "closed"))


def test_lids_shut_and_open_also_shut_ones() -> None:
    shut = FacialChange("eyes", "shut").applied_to(FACE, None)
    assert lid_gaps(shut).max() < 0.1 * lid_gaps(FACE).min()
    wide = FacialChange("eyes", "wide").applied_to(FACE, None)
    assert (lid_gaps(wide) / lid_gaps(FACE)).round(1).tolist() == [1.3] * 4
    assert lid_gaps(FacialChange("eyes", "wide").applied_to(shut, None)).min() > 0.1 * 120


def test_a_mouth_opens_to_one_gap_from_any_other() -> None:
    ajar = Expression(open=0.2).applied_to(FACE)
    for face in (FACE, ajar):
        assert lip_gap(FacialChange("mouth", "open").applied_to(face, None)) == pytest.approx(
            0.25, 0.05
        )
        assert lip_gap(FacialChange("mouth", "closed").applied_to(face, None)) < 0.02


@pytest.mark.parametrize("tilt", [0.0, 0.4])
def test_irises_stay_between_the_lids(tilt: float) -> None:
    face = Expression(tilt=tilt).applied_to(FACE)
    for state, axis, sign in (("left", 0, -1), ("right", 0, 1), ("up", 1, -1), ("down", 1, 1)):
        moved = FacialChange("gaze", state).applied_to(face, None)
        assert (sign * (gaze(moved) - gaze(face))[:, axis] > 0.01).all(), state
        lids = [37, 38, 43, 44]
        lowered = (moved - face) @ (-np.sin(tilt), np.cos(tilt))
        assert (np.sign(lowered[lids]) == axis * sign).all(), "the upper lids follow"
        assert not np.delete(lowered, [*lids, *IRISES]).any()
        for iris, upper, lower in ((68, (37, 38), (40, 41)), (69, (43, 44), (46, 47))):
            height = (moved - face[iris]) @ (-np.sin(tilt), np.cos(tilt))
            assert min(height[list(upper)]) < height[iris] < max(height[list(lower)])


@pytest.mark.parametrize("state", ["up", "down"])
def test_lids_of_shut_eyes_do_not_follow_a_look(state: str) -> None:
    shut = Expression(blink=0.9).applied_to(FACE)
    moved = FacialChange("gaze", state).applied_to(shut, None)
    assert np.allclose(lid_gaps(moved), lid_gaps(shut), atol=0.1)


def test_a_smile_is_found_and_its_opposite_is_not(smiles: ExpressionModel) -> None:
    smiling = Expression(smile=1.0).applied_to(FACE)
    change = FacialChange("expression", "smile")
    assert change.is_made(smiling, smiles)
    assert not change.is_made(FACE, smiles)
    assert not FacialChange("expression", "smile", -1.0).is_made(smiling, smiles)
    assert FacialChange("expression", "neutral").is_made(FACE, smiles)
    assert not FacialChange("expression", "neutral").is_made(smiling, smiles)
    moved = change.applied_to(FACE, smiles)
    assert np.abs(moved - smiling).max() < 0.02 * 120


def test_beyond_an_expression_only_that_one_is_exaggerated(smiles: ExpressionModel) -> None:
    narrow = Expression(smile=-0.5).applied_to(FACE)
    one, more = (
        FacialChange("expression", "smile", each).applied_to(narrow, smiles) for each in (1.0, 1.5)
    )
    corner = (more - one)[54] / 120
    assert corner == pytest.approx((0.5 * 0.11, -0.5 * 0.09), abs=0.02)


def test_less_than_nothing_of_a_smile_narrows_a_smiling_mouth(smiles: ExpressionModel) -> None:
    broad = Expression(smile=1.5).applied_to(FACE)
    less = FacialChange("expression", "smile", -0.5).applied_to(broad, smiles)
    assert less[54, 0] - less[48, 0] < broad[54, 0] - broad[48, 0] - 0.05 * 120
