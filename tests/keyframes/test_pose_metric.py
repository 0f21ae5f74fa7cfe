import numpy as np

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.image import Landmarks
from face2face.keyframes.pose_metric import EYES, MOUTH, farthest_point_sample, pose_descriptor
from face2face.landmarks import LIDS

NEUTRAL: Landmarks = (AVERAGE_FACE * 12 + 32).astype(np.float32)
POSES = np.stack(
    [
        pose.applied_to(NEUTRAL)
        for pose in (Expression(), Expression(open=0.3), Expression(blink=1), Expression(turn=0.3))
    ]
)


def test_a_sample_covers_all_poses() -> None:
    many = np.concatenate([np.repeat(POSES[:1], 50, axis=0), POSES])
    chosen = farthest_point_sample(many, NEUTRAL, 4)
    assert {int(np.abs(many[each] - POSES).sum((1, 2)).argmin()) for each in chosen} == {0, 1, 2, 3}


def test_a_sample_has_no_more_poses_than_there_are() -> None:
    assert sorted(farthest_point_sample(POSES, NEUTRAL, 48)) == [0, 1, 2, 3]


def test_half_shut_eyes_are_like_open_ones_rather_than_shut_ones() -> None:
    """Shut lids can't be stretched open: what they hide isn't in the photo."""
    upper, lower = np.transpose(LIDS)
    poses = []
    for openness in (1.0, 0.0, 0.45):
        pose = NEUTRAL.copy()
        pose[upper] = pose[lower] + openness * (pose[upper] - pose[lower])
        poses.append(pose)
    opened, shut, half = (EYES.weights * pose_descriptor(pose, NEUTRAL) for pose in poses)
    assert np.linalg.norm(half - opened) < 0.7 * np.linalg.norm(half - shut)


def test_a_shut_mouth_is_like_a_shut_one_of_another_width_rather_than_one_that_shows_teeth() -> (
    None
):
    """A warp makes lips wider or narrower, but it can't hide teeth."""
    shut, smiling, parted = (
        MOUTH.weights * pose_descriptor(pose.applied_to(NEUTRAL), NEUTRAL)
        for pose in (Expression(), Expression(smile=1.6), Expression(open=0.08))
    )
    assert np.linalg.norm(smiling - shut) < np.linalg.norm(parted - shut)
