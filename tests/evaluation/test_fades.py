"""Fades, counted on keyframes whose mix is known."""

import numpy as np
import pytest

from face2face.evaluation.fades import ObservedSelectors, count_fades, ghost_share
from face2face.face.expression import AVERAGE_FACE
from face2face.image import Image, Landmarks, Scene
from face2face.keyframes.pose_metric import HEAD
from face2face.modes.reenact import Reenact

HERE: Landmarks = (AVERAGE_FACE * 45 + (118, 110)).astype(np.float32)
THERE: Landmarks = HERE + np.float32([20, 0])
EVERYWHERE = np.ones((10, 10), bool)


def bar(column: int) -> Image:
    """A bright picture with a dark bar one column wide."""
    picture = np.full((10, 10, 3), 200, np.uint8)
    picture[:, column] = 0
    return picture


def target(*levels: int) -> Reenact:
    """A target that was seen at two places, grey at each."""
    poses = np.stack([HERE, THERE])
    scenes = [
        Scene(np.full((256, 256, 3), level, np.uint8), pose, 10.0 * number)
        for number, (level, pose) in enumerate(zip(levels, poses, strict=True))
    ]
    return Reenact.fit(poses, np.zeros((2, 70), np.float32), scenes.__getitem__, 256, 2)


def test_bars_that_lie_apart_show_both() -> None:
    # Two of ten columns are neither 0 nor 200, but 100.
    assert ghost_share([bar(2), bar(7)], [0.5, 0.5], EVERYWHERE) == pytest.approx(0.2)


def test_bars_that_are_aligned_show_one() -> None:
    assert ghost_share([bar(4), bar(4)], [0.5, 0.5], EVERYWHERE) == 0


def test_a_bar_that_hardly_counts_does_not_show() -> None:
    # 200 * 0.04 = 8 grey levels away from the nearer picture.
    assert ghost_share([bar(2), bar(7)], [0.96, 0.04], EVERYWHERE) == 0


def test_only_pixels_outside_the_face_count() -> None:
    outside = EVERYWHERE.copy()
    outside[:, 5:] = False
    assert ghost_share([bar(6), bar(7)], [0.5, 0.5], outside) == 0
    assert ghost_share([bar(2), bar(7)], [0.5, 0.5], outside) == pytest.approx(0.2)


def test_a_change_of_keyframes_is_two_frames_of_fade() -> None:
    # The new keyframe counts 0.4, then 0.8, then 1. At its own place it would count all at once.
    nearer = HERE + np.float32([14, 0])
    assert count_fades(target(40, 160), [HERE] * 3 + [nearer] * 15) == 2


def test_keyframes_that_look_alike_make_no_fade() -> None:
    assert count_fades(target(90, 90), [HERE] * 3 + [THERE] * 12) == 0


def test_a_head_that_stays_makes_no_fade() -> None:
    assert count_fades(target(40, 160), [HERE] * 15) == 0


def test_selectors_can_be_observed() -> None:
    mode, selectors = target(40, 160), ObservedSelectors()
    assert mode.bank is not None
    mode.condition_live(THERE, selectors)
    assert selectors.chosen[HEAD] == {int(np.argmax(mode.bank.seconds)): 1.0}
