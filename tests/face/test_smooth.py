import numpy as np

from face2face.face.motion import AVERAGE_FACE
from face2face.face.smooth import OneEuro
from face2face.image import Landmarks

FACE: Landmarks = (AVERAGE_FACE * 50 + 128).astype(np.float32)


def test_a_still_face_stays() -> None:
    smooth = OneEuro()
    for number in range(5):
        assert np.array_equal(smooth(FACE, number / 30), FACE)


def test_noise_is_cut_and_motion_is_followed() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.3, (90, 68, 2)).astype(np.float32)
    smooth = OneEuro()
    steadied = np.stack([smooth(FACE + each, number / 30) for number, each in enumerate(noise)])
    assert (steadied[30:] - FACE).std() < 0.6 * 0.3
    smooth = OneEuro()
    for number in range(31):
        moving = FACE + np.float32([200 * number / 30, 0])
        last = smooth(moving, number / 30)
    assert np.abs(last - moving).max() < 200 * 0.05, "less than 50 ms behind"


def test_after_a_jump_back_in_time_it_begins_anew() -> None:
    smooth = OneEuro()
    smooth(FACE, 5.0)
    assert np.array_equal(smooth(FACE + 50, 1.0), FACE + 50)
    smooth.reset()
    assert np.array_equal(smooth(FACE - 50, 2.0), FACE - 50)
