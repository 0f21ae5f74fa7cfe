import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.image import Landmarks, Scene
from face2face.keyframes.background import BackgroundModel
from face2face.keyframes.bank import KeyframeBank
from face2face.keyframes.pose_metric import POSE_METRICS
from face2face.keyframes.pose_selectors import PoseSelectors

NEUTRAL: Landmarks = (AVERAGE_FACE * 12 + (32, 25)).astype(np.float32)
OPEN = Expression(open=0.3).applied_to(NEUTRAL)


@pytest.fixture
def bank() -> KeyframeBank:
    """Two keyframes: mouth shut, mouth open."""
    photo = np.zeros((64, 64, 3), np.uint8)
    scenes = [Scene(photo, NEUTRAL, 0.0), Scene(photo, OPEN, 1.0)]
    background = BackgroundModel.of(np.stack([photo, photo]))
    return KeyframeBank.of(scenes, np.zeros((2, 70), np.float32), NEUTRAL, background)


def test_each_metric_has_a_selector_that_follows_the_pose(bank: KeyframeBank) -> None:
    selectors = PoseSelectors()
    shut, opened = bank.pose_descriptor(NEUTRAL), bank.pose_descriptor(OPEN)
    first = selectors(bank, shut)
    assert set(first) == set(POSE_METRICS)
    assert all(weights == {0: 1.0} for weights in first.values())
    for _ in range(10):
        last = selectors(bank, opened)
    *_, mouth = POSE_METRICS
    assert last[mouth] == {1: 1.0}


def test_runs_do_not_share_their_state(bank: KeyframeBank) -> None:
    one, other = PoseSelectors(), PoseSelectors()
    shut, opened = bank.pose_descriptor(NEUTRAL), bank.pose_descriptor(OPEN)
    one(bank, shut)
    *_, mouth = POSE_METRICS
    assert other(bank, opened)[mouth] == {1: 1.0}
    assert set(one(bank, opened)[mouth]) == {0, 1}, "the run that showed a shut mouth fades over"
