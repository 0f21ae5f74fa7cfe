"""The track of a face through the frames of a video."""

import numpy as np
import pytest

from face2face.edit.clip import FaceTrack
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.image import Image, Landmarks, Scene

FACE: Landmarks = (100 * AVERAGE_FACE + 250).astype(np.float32)


def track(faces: list[Landmarks | None]) -> FaceTrack:
    """The track that follows from what a detector finds, at 10 frames a second."""
    found = iter(faces)

    def detect(photo: Image) -> list[Landmarks]:
        face = next(found)
        return [] if face is None else [face]

    photo = np.zeros((8, 8, 3), np.uint8)
    return FaceTrack.follow((Scene(photo, seconds=n / 10) for n in range(len(faces))), detect)


def test_a_change_fades_where_the_face_comes_and_goes() -> None:
    shares = track([FACE] * 5 + [None] * 2 + [FACE] * 4).shares()
    assert np.allclose(shares, [1, 1, 1, 2 / 3, 1 / 3, 0, 0, 1 / 3, 2 / 3, 1, 1])


def test_without_gaps_every_frame_changes_wholly() -> None:
    assert track([FACE] * 4).shares().tolist() == [1.0] * 4


@pytest.mark.parametrize("face", [Expression(turn=0.9).applied_to(FACE), 0.1 * FACE])
def test_a_face_in_profile_or_too_small_counts_as_lost(face: Landmarks) -> None:
    seen = track([FACE, face, FACE])
    assert [each is None for each in seen.faces] == [False, True, False]
    assert seen.count == 2


def test_a_face_at_rest_is_steadied() -> None:
    noise = np.random.default_rng(0).normal(0, 0.3, (30, 70, 2)).astype(np.float32)
    seen = track([FACE + each for each in noise])
    steady = np.array([face for face in seen.faces if face is not None])
    assert np.diff(steady[9:], axis=0).std() < 0.5 * np.diff(noise[9:], axis=0).std()


def test_the_usual_face_is_that_of_most_frames() -> None:
    laugh = Expression(smile=1.0, open=0.2).applied_to(FACE)
    usual = track([FACE] * 4 + [laugh]).usual_face()
    assert np.allclose(usual, AVERAGE_FACE, atol=0.01)
