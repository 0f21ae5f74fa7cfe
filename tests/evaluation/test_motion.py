"""The ten features of a face's motion, on faces whose motion is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face2face.evaluation.motion import (
    FEATURES,
    MeasuredFaces,
    MotionSeries,
    face_features,
    features,
)
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.image import Landmarks
from face2face.landmarks import with_gaze


def change(shown: Expression) -> dict[str, float]:
    """The features of an expression, less those of the neutral face."""
    at_rest = face_features(AVERAGE_FACE, AVERAGE_FACE)
    moved = face_features(shown.applied_to(AVERAGE_FACE), AVERAGE_FACE) - at_rest
    return dict(zip(FEATURES, moved.tolist(), strict=True))


@pytest.mark.parametrize(
    ("shown", "feature", "amount"),
    [
        (Expression(open=0.2), "mouth_open", 0.2),
        (Expression(smile=1), "mouth_width", 0.22),
        (Expression(smile=1), "corners_up", 0.09),
        (Expression(brows=1), "brows_up", 0.12),
        (Expression(turn=0.3), "yaw", 0.3),
        (Expression(nod=0.2), "pitch", 0.2),
        (Expression(tilt=0.2), "roll", 0.2),
    ],
)
def test_a_motion_is_seen_in_its_feature(shown: Expression, feature: str, amount: float) -> None:
    assert change(shown)[feature] == pytest.approx(amount, abs=0.02)


def test_shut_lids_have_a_twentieth_of_their_gap() -> None:
    open_gap = face_features(AVERAGE_FACE, AVERAGE_FACE)[4]
    assert change(Expression(blink=1))["eyes_open"] == pytest.approx(-0.95 * open_gap, abs=1e-6)


def test_gaze_is_positive_to_the_right_and_up() -> None:
    looking = with_gaze(AVERAGE_FACE, np.full((2, 2), (0.1, -0.2)))
    found = dict(zip(FEATURES, face_features(looking, AVERAGE_FACE), strict=True))
    assert (found["gaze_across"], found["gaze_up"]) == pytest.approx((0.1, 0.2), abs=0.01)


@given(
    st.floats(-0.4, 0.4),
    st.floats(-0.3, 0.3),
    st.floats(-0.5, 0.5),
    st.floats(20, 300),
    st.floats(-500, 500),
)
def test_a_head_that_moves_shows_no_expression(
    turn: float, nod: float, tilt: float, scale: float, shift: float
) -> None:
    moved = Expression(turn=turn, nod=nod, tilt=tilt).applied_to(AVERAGE_FACE) * scale + shift
    away = face_features(moved, AVERAGE_FACE) - face_features(AVERAGE_FACE, AVERAGE_FACE)
    assert np.abs(away[:7]).max() < 0.05


def talking(amounts: list[float]) -> list[Landmarks | None]:
    """A face that opens its mouth and turns, in pixels."""
    return [100 * Expression(open=each, turn=each).applied_to(AVERAGE_FACE) for each in amounts]


def series(
    driver: list[Landmarks | None], result: list[Landmarks | None], driving: list[Landmarks | None]
) -> MotionSeries:
    faces = map(MeasuredFaces, driver, driving, result)
    return MotionSeries.of(list(faces))


def test_a_result_that_goes_half_as_far_has_a_gain_of_one_half() -> None:
    amounts = [0.0, 0.1, 0.3, 0.2, 0.0, 0.0, 0.3]
    driver = talking(amounts)
    result = talking([each / 2 for each in amounts])
    found = series(driver, result, driver).follow()
    for name in ("mouth_open", "yaw"):
        assert found[name].correlation == pytest.approx(1, abs=0.01)
        assert found[name].gain == pytest.approx(0.5, abs=0.05)
        assert found[name].agreement == pytest.approx(1)
    assert found["mouth_open"].deviation == pytest.approx(np.std(amounts), abs=0.01)


def test_only_what_the_driver_moves_counts() -> None:
    driver = talking([0.0, 0.1, 0.3, 0.2, 0.0])
    found = series(driver, driver, driver).follow()
    moving = {name for name, each in found.items() if each.moves}
    assert {"mouth_open", "yaw"} <= moving
    assert not {"brows_up", "roll", "gaze_up", "gaze_across"} & moving


def test_the_limit_for_the_gaze_is_in_interocular_distances() -> None:
    """Eyes 0.41 wide: 0.04 eye widths are 0.016 interocular distances, 0.06 are 0.025."""
    rows = np.zeros((2, 10))
    rows[:, 5] = -0.04, 0.04
    rows[:, 6] = -0.06, 0.06
    found = MotionSeries(rows, rows, rows).follow()
    assert not found["gaze_across"].moves
    assert found["gaze_up"].moves


def test_frames_without_a_face_are_left_out() -> None:
    driver = talking([0.0, 0.1, 0.3, 0.2, 0.0])
    result = [*driver]
    result[2] = None
    driver = [*driver]
    driver[4] = None
    found = series(driver, result, driver)
    assert found.follow()["mouth_open"].correlation == pytest.approx(1)
    assert np.isnan(found.differences()).tolist() == [False, False, True, False, True]


def test_a_result_that_stays_has_no_correlation() -> None:
    driver = talking([0.0, 0.1, 0.3, 0.2, 0.0])
    still = series(driver, talking([0.1] * 5), driver)
    found = still.follow()["mouth_open"]
    assert (found.correlation, found.gain) == (0, 0)
    assert int(np.argmax(still.differences())) == 2


def test_lips_agree_where_both_are_shut_or_both_apart() -> None:
    rows = np.zeros((2, 5, 10))
    rows[0, :, 0] = 0.02, 0.05, 0.3, 0.4, np.nan
    rows[1, :, 0] = 0.09, 0.11, 0.2, 0.01, 0.3
    driver, result = rows
    assert MotionSeries(driver, driver, result).lips_agree() == 0.5
    assert MotionSeries(driver, driver, np.full((5, 10), np.nan)).lips_agree() == 0


def test_nobody_has_no_features() -> None:
    assert np.isnan(features([None, None])).all()
    found = series([None], [None], [None])
    assert not any(each.moves for each in found.follow().values())
    assert np.isnan(found.differences()).all()
