import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from face2face.imaging.fill import extend_foreground, pull_push_fill


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


def cut_by_the_top(start: int, stop: int) -> NDArray[np.uint8]:
    """A red thing in front of a green wall; the upper edge cuts it from one column to another."""
    photo = np.zeros((80, 80, 4), np.uint8)
    photo[..., 1] = 255
    photo[:30, start:stop] = (255, 0, 0, 255)
    return photo


def test_a_thing_that_the_edge_cuts_ends_in_an_arc() -> None:
    extended = extend_foreground(cut_by_the_top(20, 60), 20)
    assert extended.shape == (120, 120, 4)
    heights = (extended[:20, :, 3] > 0).sum(0)
    # An arc over 40 columns rises by 0.4 * 20 pixels.
    assert heights[60] == 7
    assert heights[45] < 7 > heights[75]
    assert heights[:40].max() == heights[80:].max() == 0
    assert (extended[20:100, 20:100] == cut_by_the_top(20, 60)).all()


def test_its_end_has_the_colours_of_the_thing_and_fades() -> None:
    extended = extend_foreground(cut_by_the_top(20, 60), 20)
    assert extended[18, 60, :3].tolist() == [255, 0, 0]
    column = extended[:20, 60, 3].astype(int)
    assert (np.diff(column) >= 0).all()
    assert column[-1] == 255


def test_a_thing_that_reaches_a_corner_goes_on_beyond_it() -> None:
    extended = extend_foreground(cut_by_the_top(0, 30), 20)
    heights = (extended[:20, :, 3] > 0).sum(0)
    assert heights[20] >= heights[30] > heights[45] >= 0
    assert extended[30, 18, 3] == 255, "the left edge cuts it, too"


def test_a_thing_inside_the_picture_stays_as_it_is() -> None:
    photo = np.zeros((80, 80, 4), np.uint8)
    photo[20:60, 20:60, 3] = 255
    assert extend_foreground(photo, 20)[..., 3].sum() == photo[..., 3].sum(dtype=int)
