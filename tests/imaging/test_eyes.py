import cv2
import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.image import Image, Landmarks
from face2face.imaging.eyes import move_irises
from face2face.landmarks import IRISES, gaze, with_gaze

#: A face whose eyes are 62 pixels wide, with round lids.
FACE: Landmarks = Expression(blink=-1.5).applied_to(150 * AVERAGE_FACE + np.float32(256))
SKIN, WHITE, IRIS = (150, 110, 90), (230, 230, 230), (40, 60, 80)


def drawn(landmarks: Landmarks) -> Image:
    """A picture of two eyes: skin, whites, and irises that the lids cover in part."""
    photo = np.full((512, 512, 3), SKIN, np.uint8)
    for eye, iris in zip((slice(36, 42), slice(42, 48)), IRISES, strict=True):
        inside = np.zeros((512, 512), np.uint8)
        cv2.fillPoly(inside, [np.rint(landmarks[eye]).astype(np.int32)], 255)
        white = np.full_like(photo, WHITE)
        cv2.circle(white, np.rint(landmarks[iris]).astype(int).tolist(), 11, IRIS, -1, cv2.LINE_AA)
        photo[inside > 0] = white[inside > 0]
    return photo


def iris_places(photo: Image) -> list[float]:
    """The mean x of the dark pixels, in the left and in the right half of a picture."""
    dark = photo.max(-1) < 120
    return [float(np.nonzero(half)[1].mean()) for half in np.split(dark, 2, axis=1)]


@pytest.mark.parametrize("across", [-0.2, -0.1, 0.1, 0.2])
def test_irises_move_across_to_where_they_are_wanted(across: float) -> None:
    wanted = with_gaze(FACE, gaze(FACE) + np.array((across, 0)))
    moved = iris_places(move_irises(drawn(FACE), wanted, FACE))
    expected = wanted[list(IRISES), 0] - (0, 256)
    assert moved == pytest.approx(expected.tolist(), abs=1.5)


def test_irises_move_up_and_down_under_the_lids() -> None:
    heights = []
    for down in (-0.08, 0.0, 0.08):
        wanted = with_gaze(FACE, gaze(FACE) + np.array((0, down)))
        photo = move_irises(drawn(FACE), wanted, FACE)
        heights.append(np.nonzero(photo.max(-1) < 120)[0].mean())
    assert heights[0] < heights[1] - 2
    assert heights[2] > heights[1] + 2


def test_whites_stay_white_and_nothing_far_from_the_lids_moves() -> None:
    before = drawn(FACE)
    after = move_irises(before, with_gaze(FACE, gaze(FACE) + np.array((0.2, 0.05))), FACE)
    skin = (before == SKIN).all(-1)
    near = cv2.dilate((~skin).astype(np.uint8), np.ones((23, 23), np.uint8)) > 0
    assert (after[~near] == before[~near]).all()
    assert np.abs(after[skin].astype(int) - before[skin]).mean() < 0.3
    dark = [(photo.max(-1) < 120).sum() for photo in (before, after)]
    assert dark[1] == pytest.approx(dark[0], rel=0.25)


def test_a_picture_that_looks_where_it_should_is_unchanged() -> None:
    photo = drawn(FACE)
    assert (move_irises(photo, FACE, FACE) == photo).all()


@pytest.mark.parametrize("shift", [(-400, 0), (400, 0), (0, -400), (0, 400)])
def test_eyes_outside_the_picture_are_left_alone(shift: tuple[int, int]) -> None:
    photo = drawn(FACE)
    away = FACE + np.float32(shift)
    move_irises(photo, away, with_gaze(away, gaze(away) + 0.1))


def with_opening(share: float) -> Landmarks:
    """The face with its lids this share of their distance apart."""
    landmarks = FACE.copy()
    upper, lower = [37, 38, 43, 44], [41, 40, 47, 46]
    middle, half = (FACE[upper] + FACE[lower]) / 2, (FACE[lower] - FACE[upper]) / 2
    landmarks[upper], landmarks[lower] = middle - share * half, middle + share * half
    return landmarks


def test_shut_and_tiny_eyes_are_left_alone() -> None:
    shut = with_opening(0)
    photo = drawn(shut)
    assert (move_irises(photo, with_gaze(shut, gaze(shut) + 0.1), shut) == photo).all()
    tiny = ((FACE - 256) / 60 + 256).astype(np.float32)
    assert (move_irises(photo, tiny, with_gaze(tiny, gaze(tiny) + 0.1)) == photo).all()
    point = np.zeros_like(FACE)
    assert (move_irises(photo, point, with_gaze(point, gaze(point) + 0.1)) == photo).all()


def test_an_eye_that_was_shut_before_the_warp_shows_no_iris_to_move() -> None:
    photo = drawn(FACE)
    assert (move_irises(photo, with_gaze(FACE, gaze(FACE) + 0.1), with_opening(0)) == photo).all()


def test_the_iris_of_a_nearly_shut_eye_moves_a_part_of_the_way() -> None:
    wanted = with_gaze(FACE, gaze(FACE) + np.array((0.2, 0)))
    start, *moved = (
        np.array(iris_places(photo))
        for photo in (
            drawn(FACE),
            move_irises(drawn(FACE), wanted, with_opening(0.1)),
            move_irises(drawn(FACE), wanted, FACE),
        )
    )
    part, whole = (np.abs(each - start) for each in moved)
    assert (part > 1).all()
    assert (part < 0.7 * whole).all()
