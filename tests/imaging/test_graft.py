"""Pixels of another picture fitted into a hole."""

import numpy as np
import pytest

from face2face.imaging.graft import add_grain, fade, join_rim, match_colours, match_light_at_rim


def test_the_light_at_a_rim_is_carried_into_the_hole() -> None:
    picture = np.full((20, 20, 3), 100, np.uint8)
    photo = np.full((20, 20, 3), 60, np.uint8)
    photo[:, 10:] = 160
    known = np.ones((20, 20), bool)
    known[5:15, 5:15] = False
    lit = match_light_at_rim(picture, photo, known, known, 0.5)
    assert lit[10, 1].mean() == pytest.approx(60, abs=1)
    assert lit[10, 18].mean() == pytest.approx(160, abs=1)
    assert 60 < lit[10, 8].mean() < lit[10, 11].mean() < 160, "the light changes smoothly inside"


def test_a_few_outliers_at_the_rim_do_not_count() -> None:
    picture, photo = np.full((2, 20, 20, 3), 100, np.uint8)
    known = np.ones((20, 20), bool)
    known[5:15, 5:15] = False
    photo[0, :20] = 255  # hair in front of the skin
    lit = match_light_at_rim(picture, photo, known, known, 0.5)
    assert np.abs(lit - 100).max() < 1


def test_the_step_at_the_rim_goes_and_the_middle_stays() -> None:
    photo, picture = np.full((41, 41, 3), 100, np.uint8), np.full((41, 41, 3), 140.0)
    hole = np.zeros((41, 41), bool)
    hole[5:36, 5:36] = True
    joined = join_rim(picture, photo, hole, 10.0)
    assert joined[20, 5].mean() < 106
    assert joined[20, 20].mean() == 140
    assert (join_rim(picture, photo, np.ones((41, 41), bool), 10.0) == picture).all()


def test_colours_of_a_grey_photo_leave_no_hue() -> None:
    rng = np.random.default_rng(0)
    photo = np.repeat(rng.integers(40, 200, (16, 16, 1), np.uint8), 3, axis=2)
    coloured = rng.integers(0, 255, (16, 16, 3), np.uint8)
    matched = match_colours(coloured, photo, np.ones((16, 16), bool)).astype(int)
    assert np.ptp(matched, axis=2).max() <= 4
    assert matched.mean() == pytest.approx(photo.mean(), abs=6)


def test_weights_fade_with_distance() -> None:
    inside = np.array([[True, False, False, False, False]])
    assert fade(inside, 4.0).ravel().tolist() == [1.0, 0.75, 0.5, 0.25, 0.0]
    assert not fade(np.zeros((3, 3), bool), 4.0).any()


def test_grain_is_as_strong_as_around_and_an_edge_is_not_copied() -> None:
    rng = np.random.default_rng(0)
    photo = np.clip(120 + rng.normal(0, 6, (96, 96, 3)), 0, 255).astype(np.uint8)
    photo[:20] = np.where(np.arange(96)[None, :, None] % 8 < 4, 40, 200)  # a striped wall
    hole = np.zeros((96, 96), bool)
    hole[36:60, 36:60] = True
    grainy = add_grain(np.full((96, 96, 3), 120.0), photo, hole)
    assert (grainy[~hole] == 120).all()
    assert 3 < grainy[hole].std() < 7
    assert np.abs(grainy[hole] - 120).max() < 20
