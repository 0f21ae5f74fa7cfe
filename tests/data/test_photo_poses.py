"""Poses between photos of one person, with a painter that writes down what it is asked for."""

import numpy as np

from face2face.data.photo_poses import poses_between, squares
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.neutral import lid_gaps, lip_gap
from face2face.image import Image, Landmarks, Scene

NEUTRAL: Landmarks = (20 * AVERAGE_FACE + (60, 30)).astype(np.float32)
SHOUT = Expression(open=0.3, brows=1).applied_to(NEUTRAL)
PHOTOS = [
    Scene(np.full((80, 120, 3), level, np.uint8), face)
    for level, face in ((10, NEUTRAL), (200, SHOUT))
]


def painter(photo: Image, landmarks: Landmarks, wanted: Landmarks) -> Image:
    return photo


def poses(count: int) -> list[Scene]:
    return list(poses_between(PHOTOS, painter, count, np.random.default_rng(0)))


def test_the_photos_come_first_as_they_are() -> None:
    first = poses(4)[:2]
    assert [int(scene.photo[0, 0, 0]) for scene in first] == [10, 200]
    assert all(one.landmarks is other.landmarks for one, other in zip(first, PHOTOS, strict=True))


def test_mouths_open_in_steps_and_lids_shut() -> None:
    faces = [scene.landmarks for scene in poses(80)[2:] if scene.landmarks is not None]
    gaps = {round(lip_gap(face) - lip_gap(NEUTRAL), 1) for face in faces}
    assert gaps == {0.0, 0.1, 0.2, 0.3}
    shut = np.array([lid_gaps(face) for face in faces]) < 0.4 * lid_gaps(NEUTRAL)
    right, left = shut[:, :2].all(1), shut[:, 2:].all(1)
    assert (right & left).any()
    assert (right & ~left).any()
    assert (left & ~right).any()


def test_the_photo_with_the_nearer_mouth_is_painted_into() -> None:
    for scene in poses(40)[2:]:
        assert scene.landmarks is not None
        opened = lip_gap(scene.landmarks) - lip_gap(NEUTRAL) > 0.15
        assert int(scene.photo[0, 0, 0]) == (200 if opened else 10)


def test_squares_lie_in_the_photo_around_the_face() -> None:
    cut = list(squares(PHOTOS, 80, np.random.default_rng(0)))
    assert [each.shape for each in cut] == [(80, 80, 3)] * 2
