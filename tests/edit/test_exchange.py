"""A painted feature goes back into its photo, and nothing around it changes."""

import numpy as np
import pytest

from face2face.edit.exchange import FeatureExchange, feature_alpha, paste_region
from face2face.errors import FaceError
from face2face.image import Box, Image
from face2face.segmentation.features import FaceMap
from face2face.segmentation.labels import CLASSES

RNG = np.random.default_rng(0)


def mouth(rows: slice = slice(180, 196), columns: slice = slice(100, 150)) -> np.ndarray:
    labels = np.full((256, 256), CLASSES.index("skin"), np.uint8)
    labels[rows, columns] = CLASSES.index("lower_lip")
    return labels


def test_nothing_changes_where_alpha_is_zero() -> None:
    photo = RNG.integers(0, 256, (60, 80, 3), np.uint8)
    painted = RNG.integers(0, 256, (20, 20, 3), np.uint8)
    alpha = np.zeros((20, 20), np.float32)
    alpha[5:15, 4:16] = 1
    result = paste_region(photo, painted, Box(30, 10, 20), alpha)
    changed = np.zeros((60, 80), bool)
    changed[15:25, 34:46] = True
    assert (result[~changed] == photo[~changed]).all()
    assert (result[changed] != photo[changed]).any()


@pytest.mark.parametrize("offset", [np.zeros(3), np.array([30, -10, 5])])
def test_brightness_and_colour_are_those_of_the_rim(offset: np.ndarray) -> None:
    photo = np.full((40, 40, 3), 100, np.uint8)
    painted = np.full((20, 20, 3), 100 + offset, np.uint8)
    painted[8:12, 8:12] -= 50  # the painted feature
    alpha = np.zeros((20, 20), np.float32)
    alpha[5:15, 5:15] = 1
    result = paste_region(photo, painted, Box(10, 10, 20), alpha)
    assert (result[18:22, 18:22] == 50).all()
    assert (result[15:18, 15:25] == 100).all()


def test_a_gradient_of_the_light_is_matched_too() -> None:
    ramp = np.linspace(0, 40, 20)[None, :, None]
    photo = np.full((20, 20, 3), 100, np.uint8)
    painted = np.broadcast_to(np.rint(80 + ramp), (20, 20, 3)).astype(np.uint8)
    alpha = np.zeros((20, 20), np.float32)
    alpha[5:15, 5:15] = 1
    result = paste_region(photo, painted, Box(0, 0, 20), alpha).astype(int)
    assert np.abs(result - 100).max() <= 6  # the light alone would be 9 levels off


def test_a_region_may_reach_beyond_the_photo() -> None:
    photo = np.full((10, 10, 3), 100, np.uint8)
    alpha = np.ones((8, 8), np.float32)
    white = np.full((8, 8, 3), 255, np.uint8)
    result = paste_region(photo, white, Box(-4, 6, 8), alpha, matched=False)
    assert (result[6:, :4] == 255).all()
    assert (result[:6] == 100).all()
    assert (result[:, 4:] == 100).all()
    assert (paste_region(photo, white, Box(20, 20, 8), alpha, matched=False) == photo).all()


def test_alpha_covers_the_feature_and_ends_before_the_region() -> None:
    mask = mouth() == CLASSES.index("lower_lip")
    box = Box(92, 155, 66)
    for side in (66, 132):
        alpha = feature_alpha(mask, box, side)
        scale = side // 66
        inside = alpha[25 * scale : 41 * scale, 8 * scale : 58 * scale]
        assert inside.min() > 0.95
        assert not alpha[[0, -1]].any()
        assert not alpha[:, [0, -1]].any()
        assert alpha[: 15 * scale].max() < 1e-3  # 10 pixels above the mouth


def darker(region: Image) -> Image:
    return np.asarray(region // 2, np.uint8)


def test_only_the_mask_of_the_feature_before_and_after_changes() -> None:
    photo = RNG.integers(100, 200, (512, 512, 3), np.uint8)
    seen = []

    def parse(picture: Image, landmarks: object) -> np.ndarray:
        seen.append(picture.shape)
        return mouth(slice(185, 205))  # the painted mouth is lower

    face = FaceMap(Box(0, 0, 512), photo[::2, ::2], mouth())
    result = FeatureExchange("mouth", 64, darker, parse)(photo, face)
    assert seen == [(256, 256, 3)]
    changed = (result != photo).any(-1)
    assert changed[2 * 180 : 2 * 205, 2 * 100 : 2 * 150].mean() > 0.9
    changed[2 * 172 : 2 * 213, 2 * 92 : 2 * 158] = False
    assert not changed.any()


def test_a_face_without_the_feature_is_refused() -> None:
    photo = np.zeros((256, 256, 3), np.uint8)
    face = FaceMap(Box(0, 0, 256), photo, mouth())
    exchange = FeatureExchange("eyes", 64, darker, lambda picture, landmarks: mouth())
    with pytest.raises(FaceError, match="no eyes"):
        exchange(photo, face)
