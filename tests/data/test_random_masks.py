"""Shapes strewn over pictures, and the strips made with them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face2face.data.inpaint_pairs import write_pairs
from face2face.data.random_masks import SHAPES, own_shapes, random_masks
from face2face.errors import DataError
from face2face.media.stills import read_image, write_image
from face2face.modes.inpaint import Inpaint


@given(st.integers(0, 10_000), st.sampled_from((256, 512)), st.integers(1, 5))
@settings(max_examples=40)
def test_something_is_missing_but_half_of_it_at_most(seed: int, size: int, most: int) -> None:
    mask = random_masks(size, np.random.default_rng(seed), most)
    assert mask.shape == (size, size)
    assert set(np.unique(mask)) == {0, 255}
    assert 0 < (mask > 0).mean() <= 0.5
    assert (mask == random_masks(size, np.random.default_rng(seed), most)).all(), "the same seed"


def test_every_shape_is_drawn_inside() -> None:
    for shape in SHAPES:
        for seed in range(20):
            drawn = shape(np.random.default_rng(seed))
            assert drawn.shape == (50, 50)
            assert (drawn > 0).any()


def test_a_shape_is_enlarged_up_to_five_times_and_lies_wholly_inside() -> None:
    areas = []
    for seed in range(60):
        mask = random_masks(
            256,
            np.random.default_rng(seed),
            1,
            [lambda rng: np.pad(np.full((10, 10), 255, np.uint8), 20)],
        )
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        assert mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all(), "a whole square"
        areas.append(len(rows))
    assert min(areas) < 15
    assert 40 < max(areas) <= 50


def test_a_persons_own_shapes(tmp_path: Path) -> None:
    painted = np.zeros((50, 50, 3), np.uint8)
    painted[10:20, 5:45] = 255
    write_image(tmp_path / "bar.png", painted)
    (bar,) = own_shapes(tmp_path)
    assert (bar(np.random.default_rng(0)) == painted[..., 0]).all()
    write_image(tmp_path / "nothing.png", np.zeros_like(painted))
    with pytest.raises(DataError, match="all black"):
        own_shapes(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no masks in"):
        own_shapes(tmp_path / "empty")


def test_shapes_that_would_cover_more_than_half_are_drawn_smaller() -> None:
    whole = [lambda rng: np.full((50, 50), 255, np.uint8)]
    mask = random_masks(256, np.random.default_rng(1), 3, whole)
    assert 0 < (mask > 0).mean() <= 0.5


def test_strips_show_the_face_and_then_parts_of_it(tmp_path: Path) -> None:
    """A face whose red says the column and whose green says the row."""
    face = np.zeros((512, 512, 3), np.uint8)
    face[..., 0], face[..., 1] = np.arange(512)[None] // 2, np.arange(512)[:, None] // 2
    write_pairs(face, 256, Inpaint(256).condition, tmp_path, "ramp", 5)
    strips = [read_image(path) for path in sorted(tmp_path.glob("*.png"))]
    assert [strip.shape for strip in strips] == [(256, 768, 3)] * 5
    holed, mask, photo = np.split(strips[0], 3, axis=1)
    assert np.ptp(photo[..., 0]) == 255, "all of it"
    missing = mask[..., 0] > 127
    assert (holed[missing] == (255, 0, 255)).all()
    assert (holed[~missing] == photo[~missing]).all()
    widths = [int(np.ptp(strip[:, 512:, 0])) for strip in strips[1:]]
    assert 120 < min(widths) < 240, "half to all of it"
    before = [path.read_bytes() for path in sorted(tmp_path.glob("*.png"))]
    (tmp_path / "ramp.1.png").unlink()
    write_pairs(face, 256, Inpaint(256).condition, tmp_path, "ramp", 5)
    assert [path.read_bytes() for path in sorted(tmp_path.glob("*.png"))] == before
