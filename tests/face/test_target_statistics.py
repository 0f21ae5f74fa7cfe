import numpy as np
import pytest
from numpy.typing import NDArray

from face2face.errors import ModelError
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.target_statistics import TargetStatistics
from face2face.image import Landmarks
from face2face.landmarks import gaze, with_gaze

FACE = 50 * AVERAGE_FACE + np.float32(128)
FIELDS = TargetStatistics.of(FACE[None], np.zeros((1, 70), np.float32)).to_json()


def test_statistics_are_read_as_they_were_written() -> None:
    assert TargetStatistics.from_json(FIELDS).to_json() == FIELDS


@pytest.mark.parametrize(
    "value", [None, 5, {}, "low", [], [[0] * 70] * 3, [[1e300, 0]] * 70, [[10**400, 0]] * 70]
)
def test_statistics_of_another_form_are_named(value: object) -> None:
    with pytest.raises(ModelError, match='have no "low" of 70 by 2 numbers'):
        TargetStatistics.from_json(FIELDS | {"low": value})


def faces(*poses: tuple[Expression, tuple[float, float], int]) -> NDArray[np.float32]:
    """Landmarks of an expression and a gaze, each for a number of frames, a little apart."""
    rng = np.random.default_rng(0)
    found = []
    for expression, look, count in poses:
        face = with_gaze(FACE, gaze(FACE) + np.array(look))
        found += [expression.applied_to(face) + rng.normal(0, 0.05, (70, 2)) for _ in range(count)]
    return np.array(found, np.float32)


def statistics(
    landmarks: NDArray[np.float32], neutral: Landmarks | None = None
) -> TargetStatistics:
    return TargetStatistics.of(landmarks, np.zeros(landmarks.shape[:2], np.float32), neutral)


CAMERA, NOTES = (0.0, 0.0), (0.0, 0.15)


@pytest.mark.parametrize(
    ("habit", "look"),
    [
        (Expression(nod=0.3, open=0.05, blink=0.3), NOTES),
        (Expression(smile=1, open=0.15), CAMERA),
        (Expression(turn=0.3), (0.15, 0.0)),
        (Expression(blink=1), CAMERA),
    ],
    ids=["reads notes", "smiles", "looks aside", "shut eyes"],
)
def test_a_habit_is_not_the_neutral_face(habit: Expression, look: tuple[float, float]) -> None:
    found = statistics(faces((habit, look, 70), (Expression(), CAMERA, 30)))
    assert np.allclose(found.neutral, FACE, atol=0.5)


def test_a_picked_neutral_face_is_taken_as_it_is() -> None:
    smile = Expression(smile=0.8, turn=0.2, open=0.1).applied_to(FACE)
    found = statistics(faces((Expression(), CAMERA, 30)), smile)
    assert np.allclose(found.neutral, smile, atol=0.05)


def test_the_range_holds_frames_that_are_not_neutral() -> None:
    turned = Expression(turn=0.3)
    found = statistics(faces((Expression(), CAMERA, 90), (turned, CAMERA, 10)))
    assert found.pose_high[0] == pytest.approx(0.3, abs=0.03)


def test_shut_lips_are_as_thick_as_they_were_when_shut() -> None:
    """The neutral face of somebody who laughs is closed; the lips of a laugh are thicker here."""
    laugh = Expression(open=0.2).applied_to(AVERAGE_FACE)
    laugh[[50, 51, 52], 1] -= 0.06
    frames = 50 * np.stack([laugh] * 18 + [AVERAGE_FACE] * 2) + np.float32(128)
    shape = TargetStatistics.of(frames, np.zeros((20, 70), np.float32)).shape
    thickness = AVERAGE_FACE[62, 1] - AVERAGE_FACE[51, 1]
    assert shape[62, 1] - shape[51, 1] == pytest.approx(thickness, abs=0.01)


def test_a_range_is_widened_about_the_neutral_pose() -> None:
    found = statistics(faces((Expression(), CAMERA, 20)))
    wide = found.with_pose_range(np.array((0.2, 0, 0, 0, 0.5, 0)))
    unit = np.exp(found.pose[3])
    assert np.allclose((wide.pose_high - found.pose)[[0, 4]], (0.2, 0.5 * unit), atol=0.01)
    assert np.allclose(wide.pose_low[[1, 2, 3, 5]], found.pose_low[[1, 2, 3, 5]])
