"""The landmarks' way to an expression, learnt over people."""

import numpy as np
import pytest

from face2face.errors import DataError, ModelError
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.expression_model import ExpressionModel, MeasuredFace
from face2face.image import Landmarks
from face2face.landmarks import gaze


def _person(width: float, amount: float) -> dict[str, list[Landmarks]]:
    """Return a person with a face of some width and a smile of some strength."""
    neutral = (AVERAGE_FACE * (width, 1)).astype(np.float32)
    faces = {
        "neutral": neutral,
        "smile": Expression(smile=amount).applied_to(neutral),
        "": Expression(open=0.3).applied_to(neutral),
    }
    return {name: [60 * face + np.float32(150)] for name, face in faces.items()}


def _model(people: list[dict[str, list[Landmarks]]]) -> ExpressionModel:
    """Return the model of people whose landmarks are measured by one back end."""
    return ExpressionModel.fit(
        [
            {name: [MeasuredFace(each, each) for each in faces] for name, faces in person.items()}
            for person in people
        ]
    )


WIDTHS = (0.95, 1.0, 1.05)
MODEL = _model([_person(width, amount) for width in WIDTHS for amount in (0.5, 0.8, 1.1, 1.3)])
NEUTRAL = _person(1.02, 1.0)["neutral"][0]
NEUTRAL_FACE = _person(1.0, 1.0)["neutral"][0]


def test_a_new_face_smiles_as_people_do() -> None:
    smile = _person(1.02, 1.0)["smile"][0]
    moved = MODEL(NEUTRAL, "smile")
    assert np.abs(moved - smile).max() < 0.3 * np.abs(smile - NEUTRAL).max()
    half = MODEL(NEUTRAL, "smile", 0.5)
    assert np.allclose(half, (moved + NEUTRAL) / 2, atol=0.3)
    assert np.allclose(MODEL(NEUTRAL, "smile", 0.0), NEUTRAL, atol=0.1)


@pytest.mark.parametrize("expression", [Expression(smile=1.2), Expression(open=0.3)])
def test_any_face_becomes_neutral(expression: Expression) -> None:
    face = expression.applied_to(NEUTRAL)
    moved = MODEL(face, "neutral")
    assert np.abs(moved - NEUTRAL).mean() < 0.5 * np.abs(face - NEUTRAL).mean()


def test_head_and_gaze_stay() -> None:
    turned = Expression(turn=0.2, tilt=0.3).applied_to(NEUTRAL)
    turned[68:] += 2
    moved = MODEL(turned, "smile")
    assert np.allclose(gaze(moved), gaze(turned), atol=0.02)
    still = [27, 28, 29, 36, 39, 42, 45]
    assert np.abs(moved - turned)[still].max() < 1


def test_lips_never_cross() -> None:
    opened = Expression(open=0.3).applied_to(NEUTRAL)
    closed = MODEL(opened, "neutral", 2.0)
    assert (closed[[67, 66, 65], 1] - closed[[61, 62, 63], 1]).min() > -0.01


def test_a_card_holds_it() -> None:
    again = ExpressionModel.from_json(MODEL.to_json())
    assert np.allclose(again(NEUTRAL, "smile"), MODEL(NEUTRAL, "smile"), atol=0.1)
    fields = MODEL.to_json()
    for change in (
        {"mean": [1.0]},
        {"basis": "none"},
        {"ways": {}},
        {"ways": {"neutral": [[1.0]]}},
        {"ways": fields["ways"] | {"smug": fields["ways"]["smile"]}},
        {"mean": [float("nan")] * 140},
    ):
        with pytest.raises(ModelError, match="expressions"):
            ExpressionModel.from_json(fields | change)


def test_it_needs_a_neutral_picture_and_another() -> None:
    with pytest.raises(DataError, match="neutral"):
        _model([{"smile": [NEUTRAL, NEUTRAL]}, {"neutral": [NEUTRAL]}])


def test_a_neutral_face_stays_nearly_as_it_is() -> None:
    assert np.abs(MODEL(NEUTRAL, "neutral") - NEUTRAL).max() < 0.01 * 60


def test_the_way_has_the_measured_length() -> None:
    people = [_person(width, amount) for width in WIDTHS for amount in (0.6, 1.0, 1.4)]
    # The landmarks move half as far as the face.
    model = ExpressionModel.fit(
        [
            {
                name: [MeasuredFace((each + person["neutral"][0]) / 2, each) for each in faces]
                for name, faces in person.items()
            }
            for person in people
        ]
    )
    neutral = people[4]["neutral"][0]
    true, moved = people[4]["smile"][0] - neutral, model(neutral, "smile") - neutral
    assert np.linalg.norm(moved - true) < 0.3 * np.linalg.norm(true)


def test_clear_expressions_count_more_than_faint_ones() -> None:
    people = [_person(1.0, amount) for amount in (0.0, 0.0, 0.0, 1.0)]
    clear = people[-1]["smile"][0] - NEUTRAL_FACE
    moved = _model(people)(NEUTRAL_FACE, "smile") - NEUTRAL_FACE
    assert np.linalg.norm(moved) > 0.9 * np.linalg.norm(clear)
