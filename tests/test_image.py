import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face2face.image import Box, centre_box, side_by_side, vector_panel, vector_rows


def test_a_box_inside_cuts_and_one_over_the_edge_repeats_it() -> None:
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert Box(1, 1, 1).cut(image).tolist() == [[[9, 10, 11]]]
    over = Box(-1, 0, 3).cut(image)
    assert over[:, :, 0].tolist() == [[0, 0, 3], [6, 6, 9], [6, 6, 9]]


@given(
    st.integers(-60, 60),
    st.integers(-60, 60),
    st.integers(1, 70),
    st.integers(1, 30),
    st.integers(1, 30),
)
def test_a_box_anywhere_holds_the_pictures_nearest_pixels(
    x: int, y: int, side: int, height: int, width: int
) -> None:
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    rows, columns = (
        np.clip(np.arange(start, start + side), 0, size - 1)
        for start, size in ((y, height), (x, width))
    )
    for picture in (image, image[..., 0]):
        assert (Box(x, y, side).cut(picture) == picture[rows[:, None], columns]).all()


def test_a_box_without_area_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one pixel"):
        Box(0, 0, 0)


@given(
    x=st.integers(-50, 50),
    y=st.integers(-50, 50),
    side=st.integers(1, 400),
    size=st.sampled_from([256, 512]),
)
def test_the_corners_of_a_box_are_the_corners_of_its_panel(
    x: int, y: int, side: int, size: int
) -> None:
    edges = Box(x, y, side).to_panel(
        np.array([[x - 0.5, y - 0.5], [x + side - 0.5, y + side - 0.5]]), size
    )
    assert np.allclose(edges, [[-0.5, -0.5], [size - 0.5, size - 0.5]], atol=1e-3)


@given(height=st.integers(1, 500), width=st.integers(1, 500))
def test_the_centre_box_is_the_largest_square_inside(height: int, width: int) -> None:
    box = centre_box(height, width)
    assert box.side == min(height, width)
    assert 0 <= box.x <= width - box.side
    assert 0 <= box.y <= height - box.side
    assert abs((width - box.side) - 2 * box.x) <= 1


def test_side_by_side() -> None:
    assert side_by_side([np.zeros((2, 3, 3), np.uint8), np.ones((2, 1, 3), np.uint8)]).shape == (
        2,
        4,
        3,
    )


@given(numbers=st.lists(st.floats(-1.5, 1.5), max_size=192), size=st.sampled_from([64, 256, 512]))
def test_bars_are_read_back_and_are_the_same_in_a_mirror(numbers: list[float], size: int) -> None:
    panel = vector_panel(np.array(numbers), size)
    assert (panel == panel[:, ::-1]).all()
    read = panel[vector_rows(size), size - 1].ravel() / 127.5 - 1
    assert np.allclose(read[: len(numbers)], np.clip(numbers, -1, 1), atol=1 / 127)
    assert np.allclose(read[len(numbers) :], 0, atol=1 / 127)
