"""A face followed from frame to frame, by a scripted detector."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from face2face.face.detector import Detector
from face2face.face.expression import AVERAGE_FACE
from face2face.face.tracker import Tracker
from face2face.image import Image, Landmarks, Scene

FACE: Landmarks = (AVERAGE_FACE * 20 + 100).astype(np.float32)
PHOTO = np.zeros((8, 8, 3), np.uint8)


@dataclass
class Scripted:
    """A detector of given faces; the first is the largest."""

    faces: list[Landmarks] = field(default_factory=list)
    searched: int = 0

    def __call__(self, photo: Image) -> list[Landmarks]:
        self.searched += 1
        return self.faces

    def refine(self, photo: Image, landmarks: Landmarks) -> Landmarks:
        return min(
            self.faces, key=lambda face: float(np.linalg.norm(face - landmarks)), default=landmarks
        )

    def verify(self, photo: Image, landmarks: Landmarks) -> bool:
        return any(np.allclose(face, landmarks) for face in self.faces)


def test_the_whole_picture_is_searched_only_at_first() -> None:
    seen = Scripted()
    track = Tracker(seen)
    for number in range(20):
        seen.faces = [FACE + np.float32(number)]
        assert (track(PHOTO)[0] == seen.faces[0]).all()
    assert seen.searched == 1


class Sluggish(Scripted):
    """A detector whose refined landmarks go only half of the way to the face."""

    def refine(self, photo: Image, landmarks: Landmarks) -> Landmarks:
        return (super().refine(photo, landmarks) + landmarks) / 2


@pytest.mark.parametrize(("moved", "share"), [(2, 0.5), (8, 0.75)])
def test_a_face_that_moves_fast_is_refined_twice(moved: float, share: float) -> None:
    seen = Sluggish([FACE])
    track = Tracker(seen, fps=120)
    track(PHOTO)
    seen.faces = [FACE + np.float32(moved)]
    assert np.allclose(track(PHOTO)[0] - FACE, share * moved)


@pytest.mark.parametrize(("fps", "frames"), [(30, 6), (120, 24), (1, 1)])
def test_a_face_that_leaves_is_lost_within_a_fifth_of_a_second_and_found_again(
    fps: float, frames: int
) -> None:
    seen = Scripted([FACE])
    track = Tracker(seen, fps)
    track(PHOTO)
    seen.faces = []
    assert [len(track(PHOTO)) for _ in range(frames)] == [1] * (frames - 1) + [0]
    seen.faces = [FACE + 50]
    assert (track(PHOTO)[0] == FACE + 50).all()


def test_a_second_larger_face_does_not_take_over() -> None:
    seen = Scripted([FACE])
    track = Tracker(seen)
    track(PHOTO)
    seen.faces = [FACE + 300, FACE + 2]
    assert (track(PHOTO)[0] == FACE + 2).all()


def test_after_a_large_motion_the_nearest_face_is_tracked() -> None:
    seen = Scripted([FACE])
    track = Tracker(seen)
    track(PHOTO)
    seen.faces = [FACE + 300, FACE + 80]
    assert (track(PHOTO)[0] == FACE + 80).all()


def test_a_face_is_verified_where_it_is_and_not_elsewhere(
    astronaut: Scene, detector: Detector
) -> None:
    found = detector(astronaut.photo)[0]
    assert detector.verify(astronaut.photo, found)
    assert not detector.verify(astronaut.photo, found + np.float32((150, 150)))
    again = detector.refine(astronaut.photo, found + np.float32(4))
    assert np.linalg.norm(again - found, axis=1).mean() == pytest.approx(
        0, abs=0.03 * float(np.ptp(found[:, 0]))
    )


def test_a_smaller_face_can_be_followed() -> None:
    smaller = FACE + np.float32(200)
    seen = Scripted([FACE, smaller])
    track = Tracker(seen, number=2)
    assert (track(PHOTO)[0] == smaller).all()
    assert (track(PHOTO)[0] == smaller).all()
    assert Tracker(Scripted([FACE]), number=2)(PHOTO) == []
