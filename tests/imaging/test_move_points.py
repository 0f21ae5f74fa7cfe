"""Points of a picture moved with the pixels around them."""

import numpy as np
import pytest

from face2face.image import Box
from face2face.imaging.move_points import move_points

PHOTO = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
POINT, WANTED = np.array([[80.0, 60.0]]), np.array([[86.0, 56.0]])


def test_a_dot_moves_and_the_rest_stays_to_the_bit() -> None:
    photo = np.zeros((120, 160, 3), np.uint8)
    photo[58:63, 78:83] = 255
    moved = move_points(photo, POINT, WANTED, Box(40, 20, 80))
    y, x = np.argwhere(moved[..., 0] > 200).mean(0)
    assert (x, y) == (pytest.approx(86, abs=0.5), pytest.approx(56, abs=0.5))


def test_pixels_outside_the_square_and_all_of_no_move_stay_to_the_bit() -> None:
    changed = (move_points(PHOTO, POINT, WANTED, Box(40, 20, 80)) != PHOTO).any(-1)
    assert changed[50:70, 70:90].mean() > 0.9
    changed[20:100, 40:120] = False
    assert not changed.any()
    assert (move_points(PHOTO, POINT, POINT, Box(40, 20, 80)) == PHOTO).all()


def test_a_held_point_keeps_its_pixels() -> None:
    points = np.array([[80.0, 60.0], [70.0, 60.0]])
    wanted = np.array([[88.0, 60.0], [70.0, 60.0]])
    smooth = np.linspace(0, 250, 160).astype(np.uint8)[None, :, None].repeat(120, 0).repeat(3, 2)
    moved = move_points(smooth, points, wanted, Box(40, 20, 80)).astype(int)
    assert abs(moved[60, 70, 0] - smooth[60, 70, 0]) <= 1
    assert abs(moved[60, 88, 0] - smooth[60, 80, 0]) <= 2


def test_a_square_may_reach_beyond_the_photo_or_miss_it() -> None:
    edge = move_points(PHOTO, np.array([[4.0, 4.0]]), np.array([[9.0, 4.0]]), Box(-30, -30, 70))
    assert (edge[:10, :20] != PHOTO[:10, :20]).any()
    assert (edge[40:] == PHOTO[40:]).all()
    assert (move_points(PHOTO, POINT, WANTED, Box(500, 0, 50)) == PHOTO).all()
