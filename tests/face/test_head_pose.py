import numpy as np

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.head_pose import with_skull

FACE = 50 * AVERAGE_FACE + np.float32((128, 100))
#: The skull's outline and the forehead, after the landmarks.
OUTLINE, FOREHEAD = slice(70, 79), slice(79, 82)


def test_landmarks_stay_and_the_skull_lies_above_the_brows() -> None:
    (points,) = with_skull(FACE[None])
    assert (points[:70] == FACE).all()
    assert points[FOREHEAD, 1].max() < FACE[17:27, 1].min()
    assert points[OUTLINE, 0].min() < FACE[0, 0] < FACE[16, 0] < points[OUTLINE, 0].max()


def test_a_head_that_moves_in_the_picture_takes_the_skull_along() -> None:
    tilted = Expression(tilt=0.2, shift=(0.3, -0.1)).applied_to(FACE)
    before, after = with_skull(np.stack([FACE, tilted]))
    cosine, sine = np.cos(0.2), np.sin(0.2)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    expected = (before - FACE[27]) @ turn.T + tilted[27]
    assert np.abs(after - expected).max() < 0.5


def test_a_turn_moves_the_forehead_less_than_the_nose_and_the_outline_the_other_way() -> None:
    turned = Expression(turn=0.2).applied_to(FACE)
    before, after = with_skull(np.stack([FACE, turned]))
    eyes = (after - before)[[36, 39, 42, 45]].mean(0)
    moved = after - before - eyes
    assert moved[30, 0] > 5, "the nose"
    assert np.abs(moved[FOREHEAD, 0]).max() < 2
    assert np.ptp(moved[OUTLINE], axis=0).max() < 0.01, "it keeps its shape"
    assert moved[OUTLINE, 0].mean() < -10


def test_an_expression_leaves_the_skull_where_it_is() -> None:
    shouting = Expression(open=0.4, brows=1.0, blink=1.0).applied_to(FACE)
    before, after = with_skull(np.stack([FACE, shouting]))
    assert np.abs(after - before)[70:].max() < 1.0
