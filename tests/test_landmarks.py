import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face2face.face.expression import AVERAGE_FACE
from face2face.landmarks import MIRRORED, PARTS, Similarity, interocular, turn

similarities = st.builds(
    Similarity,
    scale=st.floats(0.1, 10),
    angle=st.floats(-3, 3),
    x=st.floats(-500, 500),
    y=st.floats(-500, 500),
)


def test_the_parts_cover_the_68_points() -> None:
    covered = np.concatenate([np.arange(68)[part] for part in PARTS.values()])
    assert sorted(set(covered.tolist())) == list(range(68))


def test_a_quarter_turn_takes_x_to_y() -> None:
    turned = Similarity(2.0, np.pi / 2, 1.0, 0.0)(np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert np.allclose(turned, [[1, 2], [-1, 0]])


@given(similarities)
def test_the_similarity_between_two_shapes_is_found(truth: Similarity) -> None:
    found = Similarity.between(AVERAGE_FACE, truth(AVERAGE_FACE))
    assert (found.scale, found.angle, found.x, found.y) == pytest.approx(
        (truth.scale, truth.angle, truth.x, truth.y), abs=1e-3
    )


def test_the_average_face_is_one_unit_between_the_eyes() -> None:
    assert interocular(AVERAGE_FACE) == pytest.approx(1, abs=0.02)


@given(similarities)
def test_a_turn_is_the_same_wherever_the_head_is_and_reversed_in_the_mirror(
    moved: Similarity,
) -> None:
    aside = AVERAGE_FACE.astype(np.float64)
    aside[PARTS["nose"]] += (0.2, 0)
    faces = np.stack([moved(aside), moved(aside)[MIRRORED] * (-1, 1)])
    right, left = (AVERAGE_FACE[PARTS[eye]].mean(0) for eye in ("right_eye", "left_eye"))
    straight = (AVERAGE_FACE[PARTS["nose"]].mean(0) - (right + left) / 2)[0]
    assert np.allclose(
        turn(faces), ((straight + 0.2) / interocular(AVERAGE_FACE)) * np.array((1, -1)), atol=0.01
    )
