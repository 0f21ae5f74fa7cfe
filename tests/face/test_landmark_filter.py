import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.landmark_filter import LandmarkFilter
from face2face.image import Landmarks
from face2face.landmarks import LIDS

FACE: Landmarks = (AVERAGE_FACE * 50 + 128).astype(np.float32)


def test_a_still_face_stays() -> None:
    smooth = LandmarkFilter()
    for number in range(5):
        assert np.array_equal(smooth(FACE, number / 30), FACE)


def test_noise_is_cut_and_motion_is_followed() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.3, (90, 70, 2)).astype(np.float32)
    smooth = LandmarkFilter()
    steadied = np.stack([smooth(FACE + each, number / 30) for number, each in enumerate(noise)])
    assert steadied[30:].std(0).mean() < 0.3 / 3
    smooth = LandmarkFilter()
    for number in range(31):
        moving = FACE + np.float32([200 * number / 30, 0])
        last = smooth(moving, number / 30)
    assert np.abs(last - moving).max() < 200 * 0.05, "less than 50 ms behind"


@pytest.mark.parametrize("noise", [0.1, 0.3, 0.6])
def test_a_blink_passes_at_any_noise(noise: float) -> None:
    rng = np.random.default_rng(0)
    smooth = LandmarkFilter()
    for number in range(60):
        smooth(FACE + rng.normal(0, noise, FACE.shape).astype(np.float32), number / 30)
    shut = Expression(blink=1).applied_to(FACE)
    for number in range(60, 63):
        last = smooth(shut + rng.normal(0, noise, FACE.shape).astype(np.float32), number / 30)
    upper, lower = np.transpose(LIDS)
    gap = (
        np.linalg.norm(last[upper] - last[lower], axis=1).mean()
        - np.linalg.norm(shut[upper] - shut[lower], axis=1).mean()
    )
    assert gap < 0.25 * np.linalg.norm(FACE[upper] - FACE[lower], axis=1).mean()


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0, 2.0])
def test_strength_divides_the_noise(strength: float) -> None:
    rng = np.random.default_rng(0)
    smooth = LandmarkFilter(strength=strength)
    noise = rng.normal(0, 0.3, (150, 70, 2)).astype(np.float32)
    left = (
        np.stack([smooth(FACE + each, number / 30) for number, each in enumerate(noise)])[60:]
        .std(0)
        .mean()
        / 0.3
    )
    assert left == pytest.approx({0.0: 1.0, 0.5: 0.39, 1.0: 0.28, 2.0: 0.2}[strength], abs=0.05)


def test_landmarks_of_an_earlier_time_restart_the_filter() -> None:
    smooth = LandmarkFilter()
    smooth(FACE, 5.0)
    assert np.array_equal(smooth(FACE + 50, 1.0), FACE + 50)
    smooth.reset()
    assert np.array_equal(smooth(FACE - 50, 2.0), FACE - 50)
