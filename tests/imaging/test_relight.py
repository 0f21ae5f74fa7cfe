"""Pixels in the colours and the light of another photo."""

import numpy as np

from face2face.imaging.relight import match_colour, match_light


def test_a_matched_colour_keeps_light_and_shade() -> None:
    pixels = np.array([[60, 60, 60], [90, 90, 90], [120, 120, 120]], np.uint8)
    matched = match_colour(pixels, np.array([150.0, 100.0, 50.0]))
    lightness = matched.mean(1)
    assert lightness[0] < lightness[1] < lightness[2]
    assert np.abs(matched[1] - (150, 100, 50)).max() < 4


def test_light_is_continued_from_where_both_show_the_same() -> None:
    picture = np.full((32, 32, 3), 100, np.uint8)
    photo = np.full((32, 32, 3), 46, np.uint8)  # (46 + 8) / (100 + 8) is one half
    shared = np.zeros((32, 32), bool)
    shared[:, :8] = True
    picture[20, 20] = 200
    lit = match_light(picture, photo, shared)
    assert lit[10, 25].round().tolist() == [46, 46, 46]
    assert lit[20, 20].round().tolist() == [96, 96, 96]  # 208 / 2 - 8


def test_nothing_in_common_changes_nothing() -> None:
    picture = np.full((8, 8, 3), 100, np.uint8)
    assert (match_light(picture, picture // 2, np.zeros((8, 8), bool)) == 100).all()
