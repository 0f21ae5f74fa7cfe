import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.image import Landmarks
from face2face.landmarks import gaze, interocular
from face2face.synthetic.motion import PERFORMANCE_SECONDS, random_expression, scripted_expression
from face2face.synthetic.performance import ScriptedDriver

FACE: Landmarks = (AVERAGE_FACE * 50 + 128).astype(np.float32)


def eye(face: Landmarks) -> float:
    return float(np.linalg.norm(face[37] - face[41]))


def mouth(face: Landmarks) -> float:
    return float(np.linalg.norm(face[62] - face[66]))


def test_a_neutral_expression_moves_nothing() -> None:
    assert np.allclose(Expression().applied_to(FACE), FACE, atol=1e-3)


def test_each_movement_moves_what_it_says() -> None:
    assert eye(Expression(blink=1).applied_to(FACE)) < 0.1 * eye(FACE)
    assert mouth(Expression(open=0.3).applied_to(FACE)) == pytest.approx(
        mouth(FACE) + 0.3 * 50, abs=0.5
    )
    smile = Expression(smile=1).applied_to(FACE)
    assert smile[54, 0] - smile[48, 0] > FACE[54, 0] - FACE[48, 0]
    assert smile[54, 1] < FACE[54, 1]
    assert Expression(turn=0.2).applied_to(FACE)[30, 0] > FACE[30, 0], (
        "the nose goes to the right of the picture"
    )
    assert Expression(nod=0.1).applied_to(FACE)[30, 1] > FACE[30, 1], "the nose goes down"
    tilted = Expression(tilt=0.1).applied_to(FACE)
    assert tilted[45, 1] > tilted[36, 1], "clockwise on the screen"


def test_a_wink_shuts_one_eye_and_a_look_moves_the_irises() -> None:
    winking = Expression(wink=1).applied_to(FACE)
    assert eye(winking) == pytest.approx(eye(FACE))
    assert np.linalg.norm(winking[44] - winking[46]) < 0.1 * eye(FACE)
    assert eye(Expression(wink=-1).applied_to(FACE)) < 0.1 * eye(FACE)
    looking = Expression(look=(0.2, 0.0)).applied_to(FACE)
    assert np.allclose(gaze(looking) - gaze(FACE), (0.2, 0.0), atol=0.01)


def test_the_corners_of_an_open_mouth_follow_the_jaw() -> None:
    shouting = Expression(open=0.3).applied_to(FACE)
    assert shouting[48, 1] - FACE[48, 1] == pytest.approx(0.15 * 50, abs=0.1)
    closed = Expression(open=-0.1).applied_to(FACE)
    assert closed[48, 1] == pytest.approx(FACE[48, 1]), "those of a smile would rise"


@given(scale=st.floats(0.2, 20), x=st.floats(-100, 900), y=st.floats(-100, 900))
def test_expressions_do_not_depend_on_size_and_place(scale: float, x: float, y: float) -> None:
    pose = Expression(blink=0.5, open=0.2, smile=0.7, turn=0.1, nod=-0.1, tilt=0.1, shift=(0.1, 0))
    moved = pose.applied_to((AVERAGE_FACE * scale + (x, y)).astype(np.float32))
    assert np.allclose(
        moved, pose.applied_to(AVERAGE_FACE) * scale + (x, y), atol=2e-3 * max(scale, 1)
    )


def test_the_performance_ends_as_it_begins() -> None:
    first, last = (
        scripted_expression(t).applied_to(FACE) for t in (0.0, PERFORMANCE_SECONDS - 1e-6)
    )
    assert np.allclose(first, last, atol=0.05)


def test_the_performance_moves_smoothly_and_does_everything() -> None:
    track = np.stack([scene.landmarks for scene in ScriptedDriver() if scene.landmarks is not None])
    assert len(track) == 360
    unit = interocular(track[0])
    assert np.abs(np.diff(track, axis=0)).max() < 0.12 * unit
    eyes, mouths = (
        np.array([eye(each) for each in track]),
        np.array([mouth(each) for each in track]),
    )
    assert eyes.min() < 0.2 * eyes.max()
    assert mouths.max() > mouths.min() + 0.25 * unit
    widths = track[:, 54, 0] - track[:, 48, 0]
    assert np.ptp(widths) > 0.3 * unit, "it smiles"
    left = np.linalg.norm(track[:, 44] - track[:, 46], axis=1)
    assert (left / eyes).min() < 0.5, "it winks"
    looks = np.array([gaze(each)[0, 0] for each in track])
    assert looks.min() < looks[0] - 0.15, "it looks to the left"
    assert looks.max() > looks[0] + 0.15, "it looks to the right"
    brows = track[:, 19, 1] - track[:, 36, 1]
    assert brows.max() - brows[0] > 0.04 * unit, "it frowns"


def test_random_expressions_are_the_same_for_the_same_seed() -> None:
    assert random_expression(np.random.default_rng(3)) == random_expression(
        np.random.default_rng(3)
    )
