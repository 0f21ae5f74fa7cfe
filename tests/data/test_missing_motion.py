"""The motions that are named as missing from somebody's pictures."""

import numpy as np
import pytest
from numpy.typing import NDArray

from face2face.data.missing_motion import missing_motion
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.target_statistics import TargetStatistics
from face2face.landmarks import gaze, with_gaze

FACE = 50 * AVERAGE_FACE + np.float32(128)

#: What is missing without it -> an expression and a change of gaze.
MOTIONS = {
    "mouth never open": (Expression(open=0.3), (0, 0)),
    "eyes never shut": (Expression(blink=1), (0, 0)),
    "no turns to the left": (Expression(turn=0.3), (0, 0)),
    "no turns to the right": (Expression(turn=-0.3), (0, 0)),
    "no nods up": (Expression(nod=-0.3), (0, 0)),
    "no nods down": (Expression(nod=0.3), (0, 0)),
    "no looks to the left": (Expression(), (0.15, 0)),
    "no looks to the right": (Expression(), (-0.15, 0)),
    "no looks up": (Expression(), (0, -0.1)),
    "no looks down": (Expression(), (0, 0.1)),
}


def missing(*left_out: str, neutral: bool = True) -> tuple[str, ...]:
    """What the frames of all motions but some lack."""
    frames = [FACE] * (20 if neutral else 0)
    for name, (expression, look) in MOTIONS.items():
        if name not in left_out:
            face = with_gaze(FACE, gaze(FACE) + np.array(look))
            frames += [expression.applied_to(face)] * 4
    landmarks: NDArray[np.float32] = np.array(frames, np.float32)
    exact = np.zeros(landmarks.shape[:2], np.float32)
    return missing_motion(landmarks, TargetStatistics.of(landmarks, exact))


def test_nothing_is_missing_where_all_was_seen() -> None:
    assert missing() == ()


@pytest.mark.parametrize("name", MOTIONS)
def test_a_motion_that_was_never_seen_is_named(name: str) -> None:
    assert missing(name) == (name,)


def test_a_mouth_that_was_never_shut_is_named() -> None:
    laugh = Expression(open=0.2, smile=0.8).applied_to(FACE)[None]
    found = missing_motion(laugh, TargetStatistics.of(laugh, np.zeros((1, 70), np.float32)))
    assert "lips never shut" in found
