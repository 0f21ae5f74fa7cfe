import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from face2face.imaging.fill import pull_push_fill


def test_known_pixels_stay_and_the_rest_is_interpolated() -> None:
    photo = np.zeros((16, 32, 3), np.uint8)
    photo[:, 24:] = 200
    known = np.zeros((16, 32), bool)
    known[:, :8] = known[:, 24:] = True
    filled = pull_push_fill(photo, known)
    assert np.abs(filled[known] - photo[known]).max() < 1e-3
    row = filled[8, :, 0]
    assert (np.diff(row) > -1).all()
    assert 60 < row[16] < 140


def test_one_known_pixel_fills_the_picture() -> None:
    photo = np.zeros((5, 7, 3), np.uint8)
    photo[2, 3] = (10, 20, 30)
    known = np.zeros((5, 7), bool)
    known[2, 3] = True
    assert np.abs(pull_push_fill(photo, known) - (10, 20, 30)).max() < 1e-3


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 10_000))
def test_filled_pixels_stay_in_the_range_of_known_ones(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    photo = rng.integers(0, 256, (height, width, 3), np.uint8)
    known = rng.random((height, width)) < 0.2
    known[rng.integers(height), rng.integers(width)] = True
    filled = pull_push_fill(photo, known)
    assert filled.shape == photo.shape
    assert filled.min() >= photo[known].min() - 0.01
    assert filled.max() <= photo[known].max() + 0.01
