import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE
from face2face.image import Landmarks
from face2face.keyframes.pose_index import PoseIndex, headroom
from face2face.keyframes.pose_metric import EYES, HEAD, MOUTH, pose_descriptor

FACE: Landmarks = (AVERAGE_FACE * 50 + (128, 128)).astype(np.float32)
NONE = np.zeros((2, 70))


def descriptor(landmarks: Landmarks) -> np.ndarray:
    return pose_descriptor(landmarks, FACE)


def test_headroom_is_the_height_of_the_face_in_its_own_unit() -> None:
    height = FACE[:68, 1].mean() / 50
    assert headroom(descriptor(FACE), FACE) == pytest.approx(height)
    assert headroom(descriptor(FACE + np.float32([9, 25])), FACE) == pytest.approx(height + 0.5)
    # A face half as large, at the same height, has twice the room above it.
    middle = FACE[:68].mean(0)
    small = middle + (FACE - middle) / 2
    assert headroom(descriptor(small), FACE) == pytest.approx(2 * height)


def test_a_head_prefers_the_keyframe_that_is_not_cut() -> None:
    higher, lower = FACE - np.float32([0, 20]), FACE + np.float32([0, 20])
    distances = PoseIndex(np.stack([higher, lower]), NONE, FACE).distances(descriptor(FACE), HEAD)
    # Both are 0.4 away, at a weight of 2; the higher one lacks 0.4 of headroom.
    assert distances[1] == pytest.approx(0.8)
    assert distances[0] == pytest.approx(np.hypot(0.8, 0.4 * HEAD.headroom))


def test_eyes_need_no_headroom() -> None:
    higher, lower = FACE - np.float32([0, 20]), FACE + np.float32([0, 20])
    distances = PoseIndex(np.stack([higher, lower]), NONE, FACE).distances(descriptor(FACE), EYES)
    assert distances[0] == pytest.approx(distances[1])


def test_an_uncertain_keyframe_is_farther_away() -> None:
    uncertain = NONE.copy()
    uncertain[1] = 5
    index = PoseIndex(np.stack([FACE, FACE]), uncertain, FACE)
    exact, unsure = index.distances(descriptor(FACE), MOUTH)
    assert exact == pytest.approx(0, abs=1e-6)
    assert unsure > 0.1
