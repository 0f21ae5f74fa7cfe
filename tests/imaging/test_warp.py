import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.head_pose import with_skull
from face2face.image import Image, Landmarks, Scene
from face2face.imaging.upsample import presharpen, upsample
from face2face.imaging.warp import (
    FACE_CONSTRAINTS,
    LOOSE_HEAD_CONSTRAINTS,
    RIGID_HEAD_CONSTRAINTS,
    constraints_of,
    warp,
    warp_many,
)
from face2face.synthetic.animate import animate

FACE: Landmarks = (AVERAGE_FACE * 50 + (128, 100)).astype(np.float32)


def moved(photo: Image, source: Landmarks, destination: Landmarks) -> Image:
    return warp(upsample(photo), source, destination, photo.shape[0])


def test_nothing_moves_where_no_landmark_moves(astronaut: Scene) -> None:
    assert astronaut.landmarks is not None
    still = moved(presharpen(astronaut.photo), astronaut.landmarks, astronaut.landmarks)
    difference = np.abs(still.astype(int) - astronaut.photo)
    assert difference.mean() < 0.7
    assert np.percentile(difference, 99) < 10, (
        "only the sharpest edges are a little softer or harder"
    )


@pytest.mark.parametrize("x", (0, 0.25, 0.5, 0.75))
@pytest.mark.parametrize("y", (0, 0.25, 0.5, 0.75))
def test_a_moved_face_is_nearly_as_sharp_as_it_was(astronaut: Scene, x: float, y: float) -> None:
    """Reading the photo itself linearly would keep 0.41 of its Laplacian's variance."""
    assert astronaut.landmarks is not None
    turned = moved(
        presharpen(astronaut.photo),
        astronaut.landmarks,
        astronaut.landmarks + np.float32([1 + x, 1 + y]),
    )
    left, top = np.round(astronaut.landmarks.min(0)).astype(int)
    right, bottom = np.round(astronaut.landmarks.max(0)).astype(int)
    face, moved_face = (
        cv2.Laplacian(each[top:bottom, left:right], cv2.CV_64F).var()
        for each in (astronaut.photo, turned)
    )
    assert 0.65 < moved_face / face < 1.1


@settings(max_examples=20)
@given(x=st.floats(-25, 25), y=st.floats(-25, 25))
def test_a_dot_goes_where_its_landmark_goes(x: float, y: float) -> None:
    photo = np.zeros((256, 256, 3), np.uint8)
    nose = FACE[30]
    column, row = np.round(nose).astype(int)
    photo[row - 3 : row + 4, column - 3 : column + 4] = 255
    shifted = moved(photo, FACE, FACE + np.float32([x, y]))
    rows, columns = np.nonzero(shifted[..., 0] > 127)
    assert (columns.mean(), rows.mean()) == pytest.approx((nose[0] + x, nose[1] + y), abs=1.5)


def test_parts_of_photos_moved_together_are_those_of_each_moved_alone() -> None:
    rng = np.random.default_rng(0)
    photos = [
        upsample(cv2.GaussianBlur(rng.integers(0, 256, (256, 256, 3), np.uint8), (0, 0), 2))
        for _ in range(3)
    ]
    wanted, *sources = (
        Expression(open=0.1 * wide, turn=0.05 * wide).applied_to(FACE) for wide in range(4)
    )
    parts = [(rows, slice(0, 256)) for rows in (slice(0, 256), slice(60, 151), slice(149, 250))]
    together = warp_many(photos, np.stack(sources), wanted, 256, FACE_CONSTRAINTS, parts)
    for photo, source, part, moved_part in zip(photos, sources, parts, together, strict=True):
        assert np.abs(moved_part.astype(int) - warp(photo, source, wanted, 256)[part]).max() <= 1


@pytest.mark.parametrize("lips", [(0.3, 0.0), (0.3, -0.05)])
def test_shut_lips_do_not_fold_the_picture_of_an_open_mouth(lips: tuple[float, float]) -> None:
    """Nor do those that dlib finds crossed."""
    opened, shut = (Expression(open=wide).applied_to(FACE) for wide in lips)
    ramp = np.broadcast_to(np.arange(256, dtype=np.uint8)[:, None, None], (256, 256, 3)).copy()
    column = round(float(FACE[62, 0]))
    assert np.diff(moved(ramp, opened, shut)[:, column, 0].astype(int)).min() >= -1, (
        "brightness must still grow downwards"
    )


def test_the_border_stays() -> None:
    rng = np.random.default_rng(0)
    photo = cv2.GaussianBlur(rng.integers(0, 256, (256, 256, 3), np.uint8), (0, 0), 2)
    shifted = moved(photo, FACE, FACE + np.float32([20, 0]))
    corners = (slice(None, None, 255), slice(None, None, 255))
    assert np.abs(shifted[corners].astype(int) - photo[corners]).max() <= 30


def test_shut_eyes_do_not_fold_the_picture() -> None:
    ramp = np.broadcast_to(np.arange(256, dtype=np.uint8)[:, None, None], (256, 256, 3)).copy()
    shut = Expression(blink=1).applied_to(FACE)
    warped = moved(ramp, FACE, shut)[..., 0].astype(int)
    assert np.diff(warped, axis=0).min() >= -1, "brightness must still grow downwards"


def test_an_open_mouth_is_dark_and_a_shut_eye_is_skin(astronaut: Scene) -> None:
    assert astronaut.landmarks is not None
    neutral = astronaut.landmarks
    speaking = Expression(open=0.3).applied_to(neutral)
    x, y = np.round(0.35 * speaking[62] + 0.65 * speaking[66]).astype(int)
    assert (
        animate(astronaut.photo, neutral, speaking)[y, x].mean()
        < 80
        < moved(astronaut.photo, neutral, speaking)[y, x].mean()
    )
    asleep = Expression(blink=1).applied_to(neutral)
    x, y = np.round(neutral[36:42].mean(0) - (0, 2)).astype(int)
    assert (
        animate(astronaut.photo, neutral, asleep)[y, x].mean() > astronaut.photo[y, x].mean() + 30
    )


def test_hair_follows_a_loose_head_and_the_shoulders_stay() -> None:
    ramp = np.broadcast_to(np.arange(256, dtype=np.uint8)[None, :, None], (256, 256, 3)).copy()
    whole = (slice(0, 256), slice(0, 256))
    (shifted,) = warp_many(
        [ramp], FACE[None], FACE + np.float32([12, 0]), 256, LOOSE_HEAD_CONSTRAINTS, [whole]
    )
    row = shifted[..., 0].astype(int)
    assert row[90, 128] == pytest.approx(116, abs=3)
    assert row[2, 128] == pytest.approx(128 - 0.6 * 12, abs=2), "hair follows"
    assert row[255, 128] == pytest.approx(128, abs=1)


def test_hair_turns_with_a_rigid_head() -> None:
    ramp = np.broadcast_to(np.arange(256, dtype=np.uint8)[None, :, None], (256, 256, 3)).copy()
    whole = (slice(0, 256), slice(0, 256))
    heads = with_skull(np.stack([FACE, Expression(turn=0.2).applied_to(FACE)]))
    (turned,) = warp_many([ramp], heads[:1], heads[1], 256, RIGID_HEAD_CONSTRAINTS, [whole])
    x, y = heads[1, 74].round().astype(int)
    assert turned[y + 4, x, 0] == pytest.approx(heads[0, 74, 0], abs=3), "the crown's place"
    assert turned[255, 128, 0] == pytest.approx(128, abs=1)


def test_a_head_is_rigid_only_in_one_pose_before_a_known_background() -> None:
    rigid = [
        [each.hold_skull for each in constraints_of(known, one_pose)]
        for known, one_pose in ((True, True), (True, False), (False, True))
    ]
    assert rigid == [[True, True], [False, False], [False, False]]


def test_a_margin_is_read_where_the_picture_ends() -> None:
    photo = np.full((256, 256, 1), 50, np.uint8)
    extended = np.pad(photo, ((32, 32), (32, 32), (0, 0)), constant_values=200)
    whole = (slice(0, 256), slice(0, 256))
    (shifted,) = warp_many(
        [extended],
        FACE[None],
        FACE + np.float32([0, 16]),
        256,
        LOOSE_HEAD_CONSTRAINTS,
        [whole],
        margin=32,
    )
    # The upper edge moves by 0.6 of 16 pixels.
    assert shifted[:8, 100:156].min() == 200
    assert shifted[12:, 100:156].max() == 50
