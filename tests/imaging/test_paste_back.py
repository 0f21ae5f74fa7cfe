"""A face pasted into another picture."""

import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE
from face2face.image import Landmarks, Scene
from face2face.imaging.masks import face_mask
from face2face.imaging.paste_back import paste_back

FACE: Landmarks = (AVERAGE_FACE * 50 + (128, 100)).astype(np.float32)


def test_only_the_face_is_replaced() -> None:
    rng = np.random.default_rng(0)
    red = np.full((256, 256, 3), (200, 20, 20), np.uint8)
    picture = rng.integers(0, 256, (300, 400, 3), np.uint8)
    place = FACE + np.float32((100, 20))
    pasted = paste_back(red, FACE, picture, place)
    mask = face_mask(place - np.float32((72, 22)), 256)  # in a window that holds the face
    window = (slice(22, 278), slice(72, 328))
    assert (pasted[window][mask == 0] == picture[window][mask == 0]).all()
    inside = pasted[window][mask[..., 0] == 255]
    assert np.ptp(inside.astype(int), axis=0).max() <= 2, "a plain face stays plain"


def test_a_face_takes_the_light_of_the_picture_it_comes_into(astronaut: Scene) -> None:
    assert astronaut.landmarks is not None
    dark = (astronaut.photo * 0.4).astype(np.uint8)
    pasted = paste_back(astronaut.photo, astronaut.landmarks, dark, astronaut.landmarks)
    assert np.abs(pasted.astype(int) - dark).mean() < 2


def test_a_face_beyond_the_picture_leaves_it_as_it_was(astronaut: Scene) -> None:
    assert astronaut.landmarks is not None
    away = astronaut.landmarks + np.float32(5000)
    assert (
        paste_back(astronaut.photo, astronaut.landmarks, astronaut.photo, away) == astronaut.photo
    ).all()


@pytest.mark.parametrize("scale", [0.5, 2.5])
def test_a_face_is_scaled_to_its_place(scale: float, astronaut: Scene) -> None:
    import cv2

    assert astronaut.landmarks is not None
    picture = cv2.resize(astronaut.photo, None, fx=scale, fy=scale)
    place = ((astronaut.landmarks + 0.5) * scale - 0.5).astype(np.float32)
    pasted = paste_back(astronaut.photo, astronaut.landmarks, picture, place)
    assert np.abs(pasted.astype(int) - picture).mean() < 3
