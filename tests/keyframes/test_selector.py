import numpy as np
import pytest

from face2face.keyframes.selector import FADE, KeyframeSelector


def test_a_keyframe_is_kept_until_its_excess_distance_exceeds_the_switch_cost() -> None:
    select = KeyframeSelector(switch_cost=4.0)
    assert select(np.array([0.0, 1.0])) == {0: 1.0}
    # Each frame adds 0.6 / 0.4 - 1 = 0.5: the ninth sum exceeds 4.
    weights = [select(np.array([0.6, 0.4])) for _ in range(12)]
    assert weights[:8] == [{0: 1.0}] * 8
    assert weights[8] == pytest.approx({0: 1 - FADE, 1: FADE})
    assert weights[-1] == {1: 1.0}


def test_distances_below_the_landmark_noise_count_as_equal() -> None:
    select = KeyframeSelector(switch_cost=0.5)
    select(np.array([0.0, 1.0]))
    assert [select(np.array([0.01, 0.0])) for _ in range(50)] == [{0: 1.0}] * 50


def test_a_replaced_keyframe_that_does_not_fit_at_all_hardly_shows() -> None:
    """As lids that were shut, when the eye opens within a frame."""
    select = KeyframeSelector(switch_cost=0.5)
    select(np.array([0.2, 1.0]))
    # It adds 1.5 / 0.5 - 1 = 2 a frame, four times the switch cost.
    assert select(np.array([1.5, 0.5])) == pytest.approx({0: 0.25, 1: 0.75})
    assert select(np.array([1.5, 0.5])) == {1: 1.0}
