"""The driver's own picture with another expression, painted by fakes."""

from itertools import pairwise

import numpy as np

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.facial_change import FacialChange
from face2face.face.neutral import lip_gap
from face2face.image import Image, Landmarks, Scene
from face2face.live.added_expression import AddedExpression
from face2face.live.frame import RenderedFrame
from face2face.live.options import MotionOptions
from face2face.live.own_face import OwnMotion
from face2face.live.pipeline import LivePipeline
from tests.feature_models import expressions

FACE: Landmarks = (50 * AVERAGE_FACE + (160, 90)).astype(np.float32)
PHOTO = np.full((240, 320, 3), 90, np.uint8)
OPEN = MotionOptions(express=(FacialChange("mouth", "open", 1.0),))


def gap_as_grey(photo: Image, landmarks: Landmarks, wanted: Landmarks) -> Image:
    """A painter whose picture says how far the lips are open, in hundredths."""
    return np.full_like(photo, round(100 * lip_gap(wanted)))


def play(
    faces: list[Landmarks | None], options: MotionOptions = OPEN, fps: float = 10
) -> list[RenderedFrame]:
    pipeline = LivePipeline.of_driver(gap_as_grey, options)
    return [pipeline(Scene(PHOTO, face, n / fps)) for n, face in enumerate(faces)]


def levels(frames: list[RenderedFrame]) -> list[int]:
    return [int(frame.image[0, 0, 0]) for frame in frames]


def test_the_picture_itself_is_changed_in_every_composition() -> None:
    (frame,) = play([FACE])
    assert frame.found
    assert levels([frame]) == [25]
    assert frame.image.shape == frame.conditioning.shape == PHOTO.shape
    for composition in ("target", "driver"):
        assert (frame.compose(composition) == frame.image).all()
    assert frame.compose("side").shape == (240, 640, 3)


def test_a_face_that_comes_and_goes_is_painted_only_while_it_is_there() -> None:
    frames = play([FACE] * 2 + [None] * 3 + [FACE] * 5)
    assert [frame.found for frame in frames] == [True] * 2 + [False] * 3 + [True] * 5
    assert levels(frames)[:2] == [25, 25]
    for frame in frames[2:5]:
        assert (frame.image[:150] == PHOTO[:150]).all(), "nothing of the last face is left"
        assert (frame.image[150:] != PHOTO[150:]).any(), "the note"
    assert levels(frames)[5:] == [9, 17, 25, 25, 25], "it fades in"


def test_a_face_turned_too_far_fades_out_and_keeps_its_own_expression() -> None:
    turned = Expression(turn=0.9).applied_to(FACE)
    shown = levels(play([FACE] * 3 + [turned] * 8 + [FACE] * 8))
    assert shown[2] == 25
    assert max(shown[6:11]) < 3
    assert shown[-1] == 25
    assert all(abs(after - before) <= 20 for before, after in pairwise(shown))


def test_a_face_that_is_never_usable_stays() -> None:
    assert levels(play([0.1 * FACE] * 3)) == [1, 1, 1]


def test_the_change_of_a_still_face_does_not_tremble() -> None:
    rng = np.random.default_rng(0)
    smile = FacialChange("expression", "smile", 1.0)
    motion = OwnMotion(AddedExpression([smile], expressions))
    ways = []
    for number in range(30):
        noise = rng.normal(0, 0.4, FACE.shape).astype(np.float32)
        pose = motion(Scene(PHOTO, FACE + noise, number / 10))
        assert pose.landmarks is not None and pose.scene.landmarks is not None
        ways.append((pose.landmarks - pose.scene.landmarks)[48:60])
    assert np.abs(ways[-1]).max() > 3
    assert np.abs(np.diff(ways[-8:], axis=0)).max() < 0.1
