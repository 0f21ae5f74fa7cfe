from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face2face.data.pairs import read_strip, write_strip
from face2face.data.process import blank, combine, edges, grayscale, process, resize
from face2face.data.split import split
from face2face.errors import DataError, OptionError
from face2face.media.stills import list_images, read_image, write_image


@given(
    height=st.integers(1, 60), width=st.integers(1, 60), size=st.integers(1, 60), pad=st.booleans()
)
def test_resize_makes_squares(height: int, width: int, size: int, pad: bool) -> None:
    image = np.full((height, width, 3), 200, np.uint8)
    square = resize(image, size, pad)
    assert square.shape == (size, size, 3)
    if not pad:
        assert (square == 200).all()


def test_resize_cuts_out_the_middle_or_pads_with_black() -> None:
    image = np.zeros((2, 4, 3), np.uint8)
    image[:, 1:3] = 100
    assert (resize(image, 2) == 100).all()
    padded = resize(np.full((2, 4, 3), 100, np.uint8), 4, pad=True)
    assert padded[:, 0, 0].tolist() == [0, 100, 100, 0]


def test_shrinking_averages() -> None:
    checks = np.indices((8, 8)).sum(0)[..., None] % 2 * np.full(3, 200, np.uint8)
    assert (resize(checks.astype(np.uint8), 4) == 100).all()


def test_grayscale_blank_and_edges() -> None:
    red = np.zeros((10, 10, 3), np.uint8) + np.array([255, 0, 0], np.uint8)
    assert np.unique(grayscale(red)).tolist() == [76]
    assert (blank(red)[4, 4] == 255).all()
    assert (blank(red)[0] == red[0]).all()
    half = np.zeros((20, 20, 3), np.uint8)
    half[:, 10:] = 255
    assert (edges(half)[:, 8:12] == 0).any()
    assert (edges(half)[:, :5] == 255).all()


def test_combine_refuses_different_sizes() -> None:
    a, b = np.zeros((4, 4, 3), np.uint8), np.ones((4, 4, 3), np.uint8)
    assert combine(a, b)[0, :, 0].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    with pytest.raises(DataError, match="4x4 and 5x4"):
        combine(a, np.ones((4, 5, 3), np.uint8))


def test_a_folder_is_combined_once(tmp_path: Path) -> None:
    for folder, level in (("a", 10), ("b", 20)):
        (tmp_path / folder).mkdir()
        for name in ("1", "2"):
            write_image(tmp_path / folder / f"{name}.png", np.full((4, 4, 3), level, np.uint8))
    first = process(tmp_path / "a", tmp_path / "out", "combine", tmp_path / "b")
    again = process(tmp_path / "a", tmp_path / "out", "combine", tmp_path / "b")
    assert (first.written, first.skipped, again.written, again.skipped) == (2, 0, 0, 2)
    assert read_image(tmp_path / "out" / "1.png")[0, :, 0].tolist() == [10] * 4 + [20] * 4
    (tmp_path / "b" / "2.png").unlink()
    (tmp_path / "out" / "2.png").unlink()
    third = process(tmp_path / "a", tmp_path / "out", "combine", tmp_path / "b")
    assert (third.written, third.skipped, len(third.failures.errors)) == (0, 1, 1)
    assert "2.png" in third.failures.errors[tmp_path / "a" / "2.png"]
    with pytest.raises(OptionError, match="--b_dir"):
        process(tmp_path / "a", tmp_path / "out", "combine")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no pictures in"):
        process(tmp_path / "empty", tmp_path / "out", "resize")


def test_a_strip_is_read_as_it_was_written(tmp_path: Path) -> None:
    panels = list(np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), np.uint8))
    write_strip(tmp_path / "a.png", panels)
    assert all(
        (first == second).all()
        for first, second in zip(read_strip(tmp_path / "a.png", 3), panels, strict=True)
    )
    with pytest.raises(DataError, match="row of 2"):
        read_strip(tmp_path / "a.png", 2)


@pytest.fixture
def strips(tmp_path: Path) -> Path:
    for number in range(10):
        write_image(tmp_path / f"{number}.png", np.full((2, 4, 3), number, np.uint8))
    return tmp_path


def test_a_sorted_split_keeps_blocks(strips: Path) -> None:
    assert split(strips, 0.7, 0.1, sort=True) == {"train": 7, "val": 2, "test": 1}
    assert [path.name for path in list_images(strips / "val")] == ["7.png", "8.png"]
    assert not list(strips.glob("*.png"))


def test_a_shuffled_split_loses_nothing(strips: Path) -> None:
    assert split(strips) == {"train": 8, "val": 2}
    assert sorted(path.name for path in list_images(strips)) == [
        f"{number}.png" for number in range(10)
    ]


def test_a_split_never_overwrites(strips: Path) -> None:
    (strips / "train").mkdir()
    (strips / "train" / "3.png").write_text("mine")
    with pytest.raises(DataError, match="exists"):
        split(strips, 1.0)
    assert len(list(strips.glob("*.png"))) == 10
    assert (strips / "train" / "3.png").read_text() == "mine"


def test_shares_that_are_none_are_refused(strips: Path) -> None:
    for train, test in ((0.8, 0.3), (1.5, 0.0)):
        with pytest.raises(OptionError, match="no shares"):
            split(strips, train, test)
    with pytest.raises(DataError, match="no pictures in"):
        split(strips / "nowhere")
