"""Features: regions, masks, warps and pastes."""

import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.features import FEATURES, paste_region
from face2face.face.region import Region
from face2face.image import Landmarks
from face2face.landmarks import PARTS

FACE: Landmarks = (60 * AVERAGE_FACE + (150, 120)).astype(np.float32)
OPEN = Expression(open=0.4).applied_to(FACE)
PHOTO = np.random.default_rng(0).integers(90, 160, (300, 300, 3), np.uint8)


@pytest.mark.parametrize("name", FEATURES)
def test_a_region_is_upright_in_the_face(name: str) -> None:
    feature = FEATURES[name]
    tilted = Expression(tilt=0.3).applied_to(FACE)
    region = feature.region(tilted, tilted)
    assert region.angle == pytest.approx(0.3, abs=1e-5)
    assert region.side == pytest.approx(feature.side * 60, rel=0.05)
    points = region.to_cut(tilted[list(feature.outline)], 128)
    assert np.allclose(points.mean(0), 63.5, atol=0.1)
    assert (points > 4).all() and (points < 123).all()


@pytest.mark.parametrize("name", FEATURES)
def test_a_mask_holds_the_feature_and_leaves_the_border(name: str) -> None:
    feature = FEATURES[name]
    region = feature.region(FACE, OPEN)
    source, moved = (region.to_cut(each, 128) for each in (FACE, OPEN))
    mask = feature.mask(source, moved, 128)
    x, y = np.concatenate([source, moved])[list(feature.outline)].round().astype(int).T
    assert mask[y, x].min() > 0.7
    assert mask[[0, -1]].max() == mask[:, [0, -1]].max() == 0


def test_a_warp_to_the_same_landmarks_is_the_photo() -> None:
    smooth = np.linspace(60, 200, 300, dtype=np.float32)[:, None, None].repeat(300, 1)
    photo = np.rint(smooth.repeat(3, 2)).astype(np.uint8)
    mouth = FEATURES["mouth"]
    region = mouth.region(FACE, FACE)
    warped = mouth.warp(photo, FACE, FACE, 128)
    rows = region.to_picture(128, False)[1, 2] + region.side / 128 * np.arange(128)
    true = 60 + 140 * rows / 299
    assert np.abs(warped[:, 64, 0] - true).max() < 2


def test_the_inside_is_erased_only_where_the_opening_changes() -> None:
    mouth = FEATURES["mouth"]
    centre = OPEN[PARTS["inner_mouth"]].mean(0)
    for wanted, dark in ((OPEN, True), (FACE, False)):
        region = mouth.region(FACE, wanted)
        x, y = region.to_cut(centre[None], 128)[0].round().astype(int)
        inside = mouth.warp(PHOTO, FACE, wanted, 128)[y - 1 : y + 2, x - 1 : x + 2]
        assert (inside.mean() < 60) == dark


@pytest.mark.parametrize(("blink", "dark"), [(0.95, True), (0.4, False)])
def test_an_eye_that_opens_keeps_its_eyeball_unless_it_was_shut(blink: float, dark: bool) -> None:
    eyes = FEATURES["eyes"]
    source = Expression(blink=blink).applied_to(FACE)
    region = eyes.region(source, FACE)
    x, y = region.to_cut(FACE[PARTS["right_eye"]].mean(0)[None], 128)[0].round().astype(int)
    inside = eyes.warp(PHOTO, source, FACE, 128)[y - 1 : y + 2, x - 1 : x + 2]
    assert (inside.mean() < 60) == dark


def test_a_warp_leaves_the_border_in_place() -> None:
    mouth = FEATURES["mouth"]
    stay = mouth.warp(PHOTO, *[(FACE + OPEN) / 2] * 2, 64)
    moved = mouth.warp(PHOTO, FACE, OPEN, 64)
    change = np.abs(moved.astype(int) - stay)
    assert change[[0, -1]].mean() < 0.2 * change[20:44, 20:44].mean()


def test_a_paste_changes_only_its_region() -> None:
    region = Region(150.0, 100.0, 60.0, 0.4)
    pasted = paste_region(PHOTO, region, np.zeros((90, 90, 3), np.uint8), np.ones((90, 90, 1)))
    y, x = np.mgrid[:300, :300]
    places = region.to_cut(np.stack([x.ravel(), y.ravel()], 1), 90).reshape(300, 300, 2)
    outside = ((places < -1.5) | (places > 90.5)).any(2)
    inside = ((places > 1) & (places < 88)).all(2)
    assert (pasted[outside] == PHOTO[outside]).all()
    assert (pasted[inside] == 0).all()


def test_a_paste_outside_the_photo_changes_nothing() -> None:
    far = Region(-200.0, 50.0, 60.0, 0.0)
    assert (paste_region(PHOTO, far, PHOTO[:64, :64], np.ones((64, 64, 1))) == PHOTO).all()
