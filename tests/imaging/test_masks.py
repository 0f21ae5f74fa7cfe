import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face2face.face.expression import AVERAGE_FACE
from face2face.image import Landmarks
from face2face.imaging.masks import blend, bounding_slices, face_mask, split_upper_lower
from face2face.landmarks import Similarity

FACE: Landmarks = (AVERAGE_FACE * 50 + (128, 100)).astype(np.float32)


def test_a_blend_follows_its_mask() -> None:
    below, above = (np.full((1, 3, 3), level, np.uint8) for level in (10, 210))
    mask = np.array([0, 102, 255], np.uint8)[None, :, None].repeat(3, -1)
    assert blend(below, above, mask)[0, :, 0].tolist() == [10, 90, 210]


@given(roll=st.floats(-np.pi, np.pi))
def test_the_halves_cover_the_face_however_it_is_turned(roll: float) -> None:
    turned = (Similarity(1, roll, 0, 0)(FACE - 128) + 128).astype(np.float32)
    within = bounding_slices(face_mask(turned, 256))
    above, below, upper = split_upper_lower(turned, within)
    weight = np.full((256, 256), -1)
    weight[below] = 0
    weight[above] = upper[..., 0]
    assert (weight[within] >= 0).all(), "each pixel is in the one or in the other"
    for part, expected in ((slice(36, 48), 255), (slice(48, 68), 0)):
        columns, rows = np.rint(turned[part]).astype(int).T
        assert (weight[rows, columns] == expected).all()


def test_a_face_outside_the_panel_has_two_halves() -> None:
    above, below, upper = split_upper_lower(
        FACE + np.float32([0, 900]), bounding_slices(face_mask(FACE + np.float32([0, 900]), 256))
    )
    assert upper.shape[0] == above[0].stop - above[0].start >= 1
    assert below[0].stop - below[0].start == pytest.approx(1)
