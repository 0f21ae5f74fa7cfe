"""Changes of a face through the frames of a video."""

import numpy as np
import pytest

from face2face.edit.clip import ClipChanges, FaceTrack
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.facial_change import FacialChange
from face2face.face.neutral import lid_gaps, lip_gap
from face2face.image import Image, Landmarks, Scene
from face2face.landmarks import interocular
from tests.feature_models import expressions

FACE: Landmarks = (100 * AVERAGE_FACE + 250).astype(np.float32)
SMILE = FacialChange("expression", "smile")


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


def test_every_frame_moves_by_the_same_way_to_an_expression() -> None:
    move = ClipChanges([SMILE], AVERAGE_FACE, expressions())
    talking = Expression(open=0.15).applied_to(FACE)
    ways = [move(face) - face for face in (FACE, talking)]
    mouth = slice(48, 60)
    assert np.linalg.norm(ways[0][mouth], axis=1).max() > 0.05 * interocular(FACE)
    assert np.abs(ways[0][mouth] - ways[1][mouth]).max() < 0.01 * interocular(FACE)


def test_a_person_who_mostly_smiles_stays_so_and_the_change_says_it() -> None:
    known = expressions()
    move = ClipChanges([SMILE], known(AVERAGE_FACE, "smile", 3.0), known)
    assert move.made == [SMILE]
    assert (move(FACE) == FACE).all()


@pytest.mark.parametrize(
    "change", [FacialChange("eyes", "wide"), FacialChange("expression", "surprised")]
)
def test_an_eye_that_blinks_stays_shut(change: FacialChange) -> None:
    move = ClipChanges([change], AVERAGE_FACE, expressions())
    blink = Expression(blink=1.0).applied_to(FACE)
    assert lid_gaps(move(blink)).max() < lid_gaps(blink).max() + 0.5
    if change.state == "wide":
        assert (lid_gaps(move(FACE)) > 1.2 * lid_gaps(FACE)).all()


def test_a_state_is_reached_in_each_frame_and_by_its_share() -> None:
    move = ClipChanges([FacialChange("mouth", "open")], AVERAGE_FACE, None)
    for gap in (0.0, 0.1, 0.3):
        face = Expression(open=gap).applied_to(FACE)
        before = lip_gap(face)
        assert lip_gap(move(face)) == pytest.approx(0.3, abs=0.02)
        assert lip_gap(move(face, 0.5)) == pytest.approx((before + 0.3) / 2, abs=0.02)
        assert (move(face, 0.0) == face).all()


def test_eyes_that_are_mostly_shut_stay_so_in_an_expression() -> None:
    change = FacialChange("expression", "surprised")
    shut = Expression(blink=0.9).applied_to(AVERAGE_FACE)
    move = ClipChanges([change], shut, expressions())
    face = (100 * shut + 250).astype(np.float32)
    assert lid_gaps(move(face)).max() < lid_gaps(face).max() + 0.5
