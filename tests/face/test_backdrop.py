import numpy as np
import pytest

from face2face.face.backdrop import Backdrop
from face2face.image import Image


def room(at: int, noise: int = 0) -> Image:
    """A grey wall, with camera noise, before which a dark square stands at a column."""
    picture = np.full((64, 64, 3), 150, np.uint8)
    picture += np.random.default_rng(noise).integers(0, 4, picture.shape, np.uint8)
    picture[24:40, at : at + 16] = 20
    return picture


@pytest.fixture(scope="module")
def backdrop() -> Backdrop:
    return Backdrop.of(np.stack([room(at, at) for at in range(16, 33, 2)]))


def test_what_never_changed_is_still_and_where_something_passed_is_not(backdrop: Backdrop) -> None:
    assert backdrop.still[4, 4] == 255
    assert backdrop.still[60, 30] == 255
    assert backdrop.still[32, 20] == backdrop.still[32, 44] == 0
    assert np.abs(backdrop.photo[4, 4].astype(int) - 151).max() <= 2


def test_what_stands_before_it_is_foreground(backdrop: Backdrop) -> None:
    elsewhere = room(44)
    foreground = backdrop.foreground(elsewhere)
    assert foreground[32, 52] == 255
    assert foreground[4, 4] == 0


def test_the_wall_comes_back_to_its_place_and_the_foreground_stays(backdrop: Backdrop) -> None:
    moved = np.roll(room(44), 8, axis=1)
    moved[:8] = 255
    foreground = np.zeros((64, 64, 1), np.uint8)
    foreground[20:44, 48:] = 255
    result = backdrop.behind(np.dstack([moved, foreground]))
    assert np.abs(result[4, 30].astype(int) - 151).max() <= 2
    assert (result[30, 60] == moved[30, 60]).all()


def test_a_camera_that_moved_leaves_nothing_still() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (12, 64, 64, 3), np.uint8)
    assert Backdrop.of(noise).still.max() == 0
