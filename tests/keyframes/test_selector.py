import numpy as np
import pytest

from face2face.keyframes.selector import FADE, KeyframeSelector


def test_a_keyframe_is_kept_until_what_that_lost_adds_up_to_the_patience() -> None:
    follow = KeyframeSelector(patience=4.0)
    assert follow(np.array([0.0, 1.0])) == {0: 1.0}
    # Half as far again as the nearest in each: eight frames lose no more than the patience, the ninth does.
    weights = [follow(np.array([0.6, 0.4])) for _ in range(12)]
    assert weights[:8] == [{0: 1.0}] * 8
    assert weights[8] == pytest.approx({0: 1 - FADE, 1: FADE})
    assert weights[-1] == {1: 1.0}


def test_the_same_pose_is_exact_enough() -> None:
    follow = KeyframeSelector(patience=0.5)
    follow(np.array([0.0, 1.0]))
    assert [follow(np.array([0.01, 0.0])) for _ in range(50)] == [{0: 1.0}] * 50
