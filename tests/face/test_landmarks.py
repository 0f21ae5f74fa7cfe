import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face2face.face.landmarks import PARTS, Similarity, interocular
from face2face.face.motion import AVERAGE_FACE

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
    assert (found.scale, found.angle, found.x, found.y) == pytest.approx((truth.scale, truth.angle, truth.x, truth.y), abs=1e-3)


def test_the_average_face_is_one_unit_between_the_eyes() -> None:
    assert interocular(AVERAGE_FACE) == pytest.approx(1, abs=0.02)
