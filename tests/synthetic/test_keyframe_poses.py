import numpy as np

from face2face.face.expression import AVERAGE_FACE
from face2face.face.neutral import lid_gaps, lip_gap
from face2face.landmarks import FACING, gaze
from face2face.synthetic.keyframe_poses import keyframe_poses
from tests.feature_models import expressions

NEUTRAL = 50 * AVERAGE_FACE + np.float32((128, 100))
POSES = np.stack(keyframe_poses(NEUTRAL, expressions()))


def test_the_first_pose_is_the_neutral_face() -> None:
    assert np.abs(POSES[0] - NEUTRAL).max() < 0.5


def test_the_head_stays() -> None:
    nose = POSES[:, 27:36] - NEUTRAL[27:36]
    assert np.abs(nose).max() < 1.5


def test_mouths_are_shut_and_open_wide_and_narrow() -> None:
    gaps = [lip_gap(each) for each in POSES]
    widths = np.linalg.norm(POSES[:, 54] - POSES[:, 48], axis=1) / 50
    assert min(gaps) < 0.02
    assert max(gaps) > 0.4
    assert widths.min() < 0.7 < 0.8 < NEUTRAL[54, 0] / 50 - NEUTRAL[48, 0] / 50 + 0.05
    assert widths.max() > 0.95


def test_eyes_shut_each_and_both_and_look_around() -> None:
    shut = np.stack([lid_gaps(each) for each in POSES]) < 0.3 * lid_gaps(NEUTRAL)
    right, left = shut[:, :2].all(1), shut[:, 2:].all(1)
    assert (right & left).any()
    assert (right & ~left).any()
    assert (left & ~right).any()
    looks = np.stack([gaze(each).mean(0) for each in POSES]) - gaze(NEUTRAL).mean(0)
    assert looks[:, 0].min() < -0.2 < 0.2 < looks[:, 0].max()


def test_no_lid_and_no_lip_is_beyond_the_other() -> None:
    upper, lower = FACING.T
    assert (POSES[:, lower, 1] - POSES[:, upper, 1]).min() > -0.5
