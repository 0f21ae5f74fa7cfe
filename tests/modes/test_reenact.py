from pathlib import Path

import cv2
import numpy as np
import pytest

from face2face import modes
from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.sketch import LEGACY
from face2face.image import Image, Landmarks, Scene
from face2face.keyframes.pose_selectors import PoseSelectors
from face2face.modes.reenact import Reenact


@pytest.fixture
def mode(astronaut: Scene) -> Reenact:
    assert astronaut.landmarks is not None
    poses = [Expression(), Expression(open=0.2), Expression(smile=1)]
    landmarks = np.stack([pose.applied_to(astronaut.landmarks) for pose in poses])
    scenes = [
        Scene(np.full_like(astronaut.photo, 80 * index), each, 10.0 * index)
        for index, each in enumerate(landmarks)
    ]
    return Reenact.fit(landmarks, np.zeros((3, 70), np.float32), scenes.__getitem__, 256, 500)


def test_it_shows_the_sketch_and_the_nearest_keyframe_warped(
    mode: Reenact, astronaut: Scene
) -> None:
    assert mode.panels == ("sketch", "warp", "mask")
    assert astronaut.landmarks is not None
    speaking = Scene(astronaut.photo, Expression(open=0.2).applied_to(astronaut.landmarks))
    drawn, warped, mask = mode.condition(speaking)
    x, y = np.round(speaking.landmarks[30]).astype(int)  # type: ignore[index]
    assert mask[y, x].tolist() == [255, 255, 255]
    assert mask[:20].max() == 0
    assert (drawn == mode.sketch.draw(speaking.landmarks, 256)).all()  # type: ignore[arg-type]
    assert (warped == 80).all()


def test_a_training_frame_is_shown_another_moment(mode: Reenact, astronaut: Scene) -> None:
    assert astronaut.landmarks is not None
    speaking = Scene(
        astronaut.photo, Expression(open=0.2).applied_to(astronaut.landmarks), seconds=10.0
    )
    assert (mode.condition(speaking)[1] != 80).all()


def test_a_live_run_starts_with_the_nearest_keyframe_as_training_does(
    mode: Reenact, astronaut: Scene
) -> None:
    assert astronaut.landmarks is not None
    speaking = Scene(astronaut.photo, Expression(open=0.2).applied_to(astronaut.landmarks))
    assert speaking.landmarks is not None
    live = mode.condition_live(speaking.landmarks, PoseSelectors())
    for one, other in zip(live, mode.condition(speaking), strict=True):
        assert (one == other).all()


def test_a_training_frame_changes_no_live_run(mode: Reenact, astronaut: Scene) -> None:
    assert astronaut.landmarks is not None
    poses = [Expression(), Expression(open=0.2), Expression(smile=1), Expression()]
    landmarks = [pose.applied_to(astronaut.landmarks) for pose in poses]

    def run(between: bool) -> list[Image]:
        selectors, shown = PoseSelectors(), []
        for each in landmarks:
            if between:
                mode.condition(Scene(astronaut.photo, landmarks[2]))
            shown.append(mode.condition_live(each, selectors)[1])
        return shown

    for one, other in zip(run(between=False), run(between=True), strict=True):
        assert (one == other).all()


def test_the_card_makes_the_same_mode_again(
    mode: Reenact, tmp_path: Path, astronaut: Scene
) -> None:
    ModelCard(**mode.card_fields()).save(tmp_path)
    mode.save(tmp_path)
    again = modes.load(ModelCard.load(tmp_path), tmp_path)
    for first, second in zip(mode.condition(astronaut), again.condition(astronaut), strict=True):
        assert (first == second).all()


def test_without_a_bank_it_shows_the_sketch_alone(astronaut: Scene) -> None:
    mode = Reenact(256, LEGACY, None, None)
    (drawn,) = mode.condition(astronaut)
    assert set(np.unique(drawn)) == {0, 255}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mode": "fly"}, "one of reenact"),
        ({"sketch": {"palette": "plaid"}}, "palette"),
        ({"sketch": {"colour": 1}}, "palette, thickness and smooth"),
        ({"panels": ("warp",)}, "sketch, warp and mask"),
        ({"shape": {"neutral": 1}}, "shape statistics"),
        ({"size": 512}, "512 pixels"),
    ],
)
def test_cards_that_do_not_fit_are_refused(
    mode: Reenact, tmp_path: Path, change: dict, message: str
) -> None:
    mode.save(tmp_path)
    with pytest.raises(ModelError, match=message):
        modes.load(ModelCard(**(mode.card_fields() | change)), tmp_path)


def test_a_missing_bank_is_named(mode: Reenact, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"bank\.npz"):
        modes.load(ModelCard(**mode.card_fields()), tmp_path)


def test_the_wall_stands_still_behind_a_head_that_moves_away() -> None:
    """The head leaves the place at which each keyframe shows it."""
    face: Landmarks = (AVERAGE_FACE * 40 + (118, 120)).astype(np.float32)

    def scene(shift: int) -> Scene:
        picture = np.full((256, 256, 3), (90, 120, 150), np.uint8)
        cv2.ellipse(picture, (118 + shift, 125), (62, 90), 0, 0, 360, (20, 20, 30), -1)
        cv2.ellipse(picture, (118 + shift, 132), (46, 66), 0, 0, 360, (210, 150, 120), -1)
        return Scene(picture, face + np.float32([shift, 0]), float(shift))

    scenes = [scene(shift) for shift in range(0, 12)]
    landmarks = np.stack([each.landmarks for each in scenes if each.landmarks is not None])
    mode = Reenact.fit(landmarks, np.zeros((12, 70), np.float32), scenes.__getitem__, 256, 500)
    warped = mode.condition_live(face + np.float32([30, 0]), PoseSelectors())[1]
    assert np.abs(warped[125, 70].astype(int) - (90, 120, 150)).max() < 10, "uncovered"
    assert np.abs(warped[125, 205].astype(int) - (20, 20, 30)).max() < 10, "hair"
