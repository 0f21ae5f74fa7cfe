import cv2
import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE
from face2face.image import Image, Landmarks
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


def person(at: int, noise: int) -> tuple[Image, Landmarks]:
    """A person with dark hair in front of a wall that grows brighter to the right."""
    wall = np.broadcast_to(np.linspace(90, 200, 128), (128, 128))
    picture = np.repeat(wall[..., None], 3, 2) + np.random.default_rng(noise).integers(0, 3)
    landmarks = (AVERAGE_FACE * 14 + (at, 60)).astype(np.float32)
    cv2.ellipse(picture, (at, 62), (26, 38), 0, 0, 360, (30, 20, 20), -1)
    cv2.ellipse(picture, (at, 68), (18, 26), 0, 0, 360, (220, 160, 130), -1)
    cv2.rectangle(picture, (at - 9, 90), (at + 9, 127), (220, 160, 130), -1)
    return np.rint(picture).astype(np.uint8), landmarks


def test_the_wall_is_completed_behind_the_person() -> None:
    frames = [person(at, at) for at in range(50, 79, 2)]
    photos, landmarks = (np.stack(each) for each in zip(*frames, strict=True))
    background = BackgroundModel.of(photos, landmarks)
    wall = np.linspace(90, 200, 128)
    assert background.static_mask[64, 64] == 0, "never seen"
    assert background.static_mask[64, 34] == 255, "seen while the head was to the right"
    assert np.abs(background.photo[64, ..., 0] - wall).max() < 12
    assert np.abs(background.photo[110, ..., 0] - wall).max() < 12


def test_a_face_that_never_moves_is_no_background() -> None:
    frames = [person(64, noise) for noise in range(8)]
    photos, landmarks = (np.stack(each) for each in zip(*frames, strict=True))
    background = BackgroundModel.of(photos, landmarks)
    assert background.static_mask[64, 64] == 0
    assert background.static_mask[110, 64] == 0, "nor is the neck"
    cut = background.cut_out(photos[0], landmarks[0])[..., 3]
    margin = background.margin
    assert cut.shape == (128 + 2 * margin,) * 2
    assert cut[margin + 64, margin + 64] == 255
    assert cut[margin + 64, margin + 5] == 0


def test_the_foreground_has_no_holes(background: BackgroundModel) -> None:
    ring = room(44)
    ring[28:36, 48:56] = 151
    assert background.foreground(ring)[32, 52] == 255


def test_a_photo_stays_as_it_is_where_the_camera_moved() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (12, 64, 64, 4), np.uint8)
    background = BackgroundModel.of(noise[..., :3])
    assert not background.is_known
    assert (background.composite(noise[0]) == noise[0, ..., :3]).all()


def test_the_background_of_one_photo_goes_on_behind_the_person() -> None:
    photo, person = np.full((256, 256, 3), 150, np.uint8), np.zeros((256, 256), bool)
    photo[:, 128:] = 60
    person[90:160, 60:110] = True
    photo[86:164, 56:114] = 20  # the parser misses the edge
    background = BackgroundModel.of_photo(photo, person)
    assert background.is_known
    assert background.static_mask[120, 80] == 0
    assert background.static_mask[10, 10] == 255
    assert (background.photo[120, 200] == 60).all(), "it stays where it is seen"
    assert np.abs(background.photo[86:164, 56:80].astype(int) - 150).max() < 12


def test_a_photo_that_shows_the_person_alone_has_no_background() -> None:
    photo = np.full((64, 64, 3), 150, np.uint8)
    assert not BackgroundModel.of_photo(photo, np.ones((64, 64), bool)).is_known
