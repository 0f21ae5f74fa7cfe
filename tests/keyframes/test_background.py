import numpy as np
import pytest

from face2face.image import Image
from face2face.keyframes.background import BackgroundModel


def room(at: int, noise: int = 0) -> Image:
    """A grey wall, with camera noise, before which a dark square stands at a column."""
    picture = np.full((64, 64, 3), 150, np.uint8)
    picture += np.random.default_rng(noise).integers(0, 4, picture.shape, np.uint8)
    picture[24:40, at : at + 16] = 20
    return picture


@pytest.fixture(scope="module")
def background() -> BackgroundModel:
    return BackgroundModel.of(np.stack([room(at, at) for at in range(16, 33, 2)]))


def test_pixels_that_mostly_stay_are_static_and_often_covered_ones_are_not(
    background: BackgroundModel,
) -> None:
    assert background.static_mask[4, 4] == 255
    assert background.static_mask[60, 30] == 255
    assert background.static_mask[32, 30] == 0, "covered two thirds of the time"
    assert np.abs(background.photo[4, 4].astype(int) - 151).max() <= 2


def test_an_object_in_front_is_foreground(background: BackgroundModel) -> None:
    elsewhere = room(44)
    foreground = background.foreground(elsewhere)
    assert foreground[32, 52] == 255
    assert foreground[4, 4] == 0


def test_the_wall_comes_back_to_its_place_and_the_foreground_stays(
    background: BackgroundModel,
) -> None:
    moved = np.roll(room(44), 8, axis=1)
    moved[:8] = 255
    foreground = np.zeros((64, 64, 1), np.uint8)
    foreground[20:44, 48:] = 255
    result = background.composite(np.dstack([moved, foreground]))
    assert np.abs(result[4, 30].astype(int) - 151).max() <= 2
    assert (result[30, 60] == moved[30, 60]).all()


def test_the_wall_is_known_where_it_is_covered_now_and_then() -> None:
    background = BackgroundModel.of(
        np.stack([room(4 if number % 4 else 44) for number in range(12)])
    )
    assert background.static_mask[32, 52] == 255, "covered a quarter of the time"
    assert np.abs(background.photo[32, 52].astype(int) - 151).max() <= 2


def test_a_camera_that_moved_leaves_nothing_static() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (12, 64, 64, 3), np.uint8)
    assert BackgroundModel.of(noise).static_mask.max() == 0
