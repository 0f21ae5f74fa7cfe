"""Pairs of pictures of the same person, and strips of them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from face2face.data.feature_pairs import (
    FeaturePair,
    Picture,
    moved_picture,
    random_tone,
    write_pair,
)
from face2face.data.pairs import read_strip
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.image import Landmarks
from face2face.modes.feature import FeatureMode

MODE = FeatureMode(64, "mouth")
FACE: Landmarks = (60 * AVERAGE_FACE + (150, 120)).astype(np.float32)
#: Grey noise with structures of some pixels.
PHOTO = cv2.GaussianBlur(
    np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8), (0, 0), 4
)


def test_the_truth_is_aligned_and_takes_the_colours_of_the_picture() -> None:
    matrix = np.array([[0.98, -0.2, 40], [0.2, 0.98, -20]])
    moved = cv2.warpAffine(PHOTO, matrix, (320, 320), borderMode=cv2.BORDER_REPLICATE)
    landmarks = (FACE @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    truth = Picture(np.rint(0.8 * moved).astype(np.uint8), landmarks)
    pair = FeaturePair.of(Picture(PHOTO, FACE), truth)
    assert pair is not None
    panels = pair.panels(MODE)
    assert panels is not None
    warped, _, mask, photo, true = panels
    assert np.abs(true.astype(int) - photo).mean() < 3
    assert np.abs(warped.astype(int) - photo).mean() < 3
    assert mask.max() == 255


def test_heads_that_are_turned_too_differently_make_no_pair() -> None:
    turned = Expression(turn=0.4).applied_to(FACE)
    assert FeaturePair.of(Picture(PHOTO, FACE), Picture(PHOTO, turned)) is None


@pytest.mark.parametrize("truth", [PHOTO // 4, 255 - PHOTO])
def test_pictures_of_other_light_make_no_strip(truth: np.ndarray, tmp_path: Path) -> None:
    contrast = np.clip(4 * (PHOTO.astype(int) - 128) + 128, 0, 255).astype(np.uint8)
    photo = contrast if truth is not PHOTO // 4 else PHOTO
    other = 255 - contrast if truth.max() > 80 else truth
    pair = FeaturePair.of(Picture(photo, FACE), Picture(other, FACE))
    assert pair is not None
    assert not write_pair(tmp_path / "a.png", pair, MODE, np.random.default_rng(0))
    assert not (tmp_path / "a.png").exists()


def test_a_small_face_makes_no_strip() -> None:
    small = Picture(PHOTO, FACE * np.float32(0.2))
    pair = FeaturePair.of(small, small)
    assert pair is not None and pair.panels(MODE) is None


def test_a_strip_has_one_tone_in_its_photos(tmp_path: Path) -> None:
    pair = FeaturePair.of(Picture(PHOTO, FACE), Picture(PHOTO, FACE))
    assert pair is not None
    path = tmp_path / "a.png"
    assert write_pair(path, pair, MODE, np.random.default_rng(1))
    plain = pair.panels(MODE)
    assert plain is not None
    tone = random_tone(np.random.default_rng(1))
    expected = [tone(plain[0]), plain[1], plain[2], tone(plain[3]), tone(plain[4])]
    assert all((a == b).all() for a, b in zip(read_strip(path, 5), expected, strict=True))
    assert (expected[0] != plain[0]).any()


def test_a_single_photo_is_changed_in_its_feature_only() -> None:
    way = Expression(open=0.3, blink=1.0).applied_to(AVERAGE_FACE) - AVERAGE_FACE
    moved = moved_picture(Picture(PHOTO, FACE), way, "mouth")
    assert (moved.photo[:140] == PHOTO[:140]).all() and (moved.photo != PHOTO).any()
    assert (moved.landmarks[36:48] == FACE[36:48]).all()
    assert moved.landmarks[66, 1] - FACE[66, 1] == pytest.approx(0.3 * 60, abs=1)
