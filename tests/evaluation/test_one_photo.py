"""A target made of one photo, evaluated by the rest of its video: ``evaluate --photo-of``."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face.evaluation import metrics
from face2face.evaluation.evaluator import Evaluator
from face2face.evaluation.reenactment import FrameResult
from face2face.evaluation.summary import worst_sheet
from face2face.face.expression import Expression
from face2face.face.neutral import close_lips
from face2face.image import Image, Scene
from face2face.media.stills import read_image, write_image
from face2face.synthetic.animate import animate
from tests.commands.test_bad_input import refused
from tests.conftest import write_video

Command = Callable[..., tuple[int, str, str]]
BLANK = np.full((256, 256, 3), 90, np.uint8)


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    """An evaluator whose LPIPS is L1: the network's compilation takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("face2face.evaluation.metrics.lpips", lambda: metrics.l1)
        return Evaluator("mesh")


@pytest.fixture(autouse=True)
def _quick(evaluator: Evaluator, feature_models: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks loaded once, and targets of few keyframes."""
    monkeypatch.setattr("face2face.evaluation.evaluator.Evaluator", lambda back_end: evaluator)
    monkeypatch.setattr("face2face.live.targets.KEYFRAMES", 10)


@pytest.fixture
def pictures(astronaut: Scene) -> list[Image]:
    """A wall, a face, the same face again, and with an open mouth."""
    landmarks = astronaut.landmarks
    assert landmarks is not None
    closed = close_lips(landmarks, 0.03)
    face, shouting = (
        animate(astronaut.photo, landmarks, Expression(open=gap).applied_to(closed))
        for gap in (0.0, 0.4)
    )
    return [BLANK, face, face, shouting]


def test_the_first_face_is_the_photo_and_later_frames_are_the_truth(
    pictures: list[Image], face2face: Command
) -> None:
    write_video(Path("clip.mp4"), pictures)
    status, out, err = face2face("evaluate", "--photo-of", "clip.mp4", "--output", "seen")
    assert status == 0, err
    figures = json.loads(Path("seen/evaluation.json").read_text())
    assert (figures["frames"], figures["lost"], figures["open_mouths"]) == (2, 0, 1)
    assert figures["ssim"] > 0.7
    assert figures["identity"] < 0.4
    assert 0 < figures["measured_akd"] < 6
    assert 0 < figures["mouth_lpips"] < 1
    assert "AKD by the back end that isn't driving" in out
    assert read_image(Path("seen/evaluation.png")).shape == (2 * 256, 2 * 256, 3)
    assert sorted(each.name for each in Path().iterdir()) == ["clip.mp4", "models", "seen"]


def test_some_frames_are_evaluated(pictures: list[Image], face2face: Command) -> None:
    write_video(Path("clip.mp4"), pictures)
    status, _, err = face2face("evaluate", "--photo-of", "clip.mp4", "--every", 2)
    assert status == 0, err
    figures = json.loads(Path("evaluation/evaluation.json").read_text())
    assert figures["frames"] == 1
    assert "open_mouths" not in figures
    assert figures["ssim"] > 0.9, "the photo's own expression"


def test_a_video_that_cannot_be_evaluated_is_one_line(
    pictures: list[Image], face2face: Command
) -> None:
    write_image(Path("me.png"), pictures[1])
    write_video(Path("wall.mp4"), [BLANK, BLANK])
    write_video(Path("one.mp4"), pictures[1:2])
    write_video(Path("gone.mp4"), [pictures[1], BLANK])
    for name, *parts in (
        ("me.png", "is no video", "Name a video"),
        ("wall.mp4", "No frame", "one person"),
        ("one.mp4", "no face after", "longer video"),
        ("gone.mp4", "no face after", "longer video"),
    ):
        refused(face2face("evaluate", "--photo-of", name), name, *parts)


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (("--photo-of", "a.mp4", "--file", "b.mp4"), "Leave --file"),
        (("--photo-of", "a.mp4", "--report", "page.html"), "Add --driver"),
        (("--model", "m"), "Add --file"),
        (("--model", "m", "--file", "a.mp4", "--driver", "b.mp4", "--every", 2), "Leave one"),
    ],
)
def test_options_that_do_not_fit_together(
    options: tuple[object, ...], hint: str, face2face: Command
) -> None:
    for name in ("a.mp4", "b.mp4"):
        Path(name).write_bytes(b"-")
    refused(face2face("evaluate", *options), hint)


def test_each_part_of_a_sheet_shows_its_worst_frame_below_the_truth() -> None:
    def result(number: int, distance: float) -> FrameResult:
        generated = np.full((8, 8, 3), number, np.uint8)
        true = np.full((8, 8, 3), 100, np.uint8)
        return FrameResult(generated, generated, true, number, {"l1": distance})

    picture = worst_sheet([result(*each) for each in enumerate((0.1, 0.9, 0.8, 0.2))], count=2)
    assert picture.shape == (16, 16, 3)
    assert (picture[8, 0, 0], picture[8, 15, 0]) == (1, 2)
