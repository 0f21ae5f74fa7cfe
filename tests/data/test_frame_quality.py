"""Frames left out because a hand is before the face, or because the face is blurred."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from face2face.data.frame_quality import (
    BLURRED,
    COVERED,
    FrameQuality,
    QualityMeter,
    bad_frames,
)
from face2face.face.detector import Detector
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.image import Image, Landmarks, Scene
from face2face.inference.pretrained import load_parser
from face2face.landmarks import interocular
from face2face.media.source import open_file
from face2face.segmentation.labels import CLASSES, Labels
from face2face.segmentation.parser import labels_from_landmarks
from tests.conftest import write_video

Command = Callable[..., tuple[int, str, str]]
Draw = Callable[[Labels, Landmarks], None]
FACE: Landmarks = (40 * AVERAGE_FACE + (128, 100)).astype(np.float32)
PHOTO = np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8)
#: An uncovered, sharp face.
CLEAR = (0.03, 0.01, 0.01, 0.0, 0.1, 8.0, 8.0, 0.0)


def draw_nothing(labels: Labels, landmarks: Landmarks) -> None:
    pass


def draw_fingers_before_the_mouth(labels: Labels, landmarks: Landmarks) -> None:
    x, y = landmarks[66].astype(int)
    labels[y - 40 : y + 40, x - 6 : x + 6] = CLASSES.index("skin")


def draw_hand_before_the_nose(labels: Labels, landmarks: Landmarks) -> None:
    cv2.circle(labels, landmarks[33].astype(int).tolist(), 40, CLASSES.index("skin"), -1)


def draw_sleeve_at_the_jaw(labels: Labels, landmarks: Landmarks) -> None:
    cv2.circle(labels, landmarks[4].astype(int).tolist(), 30, CLASSES.index("cloth"), -1)


def draw_microphone(labels: Labels, landmarks: Landmarks) -> None:
    x, y = landmarks[8].astype(int)
    labels[y - 60 : y, x - 12 : x + 12] = CLASSES.index("background")


def measured(draw: Draw, photo: Image = PHOTO, seconds: float = 0.0) -> FrameQuality:
    """The figures of a drawn face with a drawn thing before it."""

    def parse(panel: Image, landmarks: Landmarks) -> Labels:
        labels = labels_from_landmarks(landmarks, *panel.shape[:2])
        draw(labels, landmarks)
        return labels

    return QualityMeter(parse)(photo, FACE, seconds)


@pytest.mark.parametrize(
    "draw",
    [
        draw_fingers_before_the_mouth,
        draw_hand_before_the_nose,
        draw_sleeve_at_the_jaw,
        draw_microphone,
    ],
)
def test_a_thing_before_the_face_is_seen(draw: Draw) -> None:
    qualities = dict(enumerate([measured(draw_nothing)] * 5 + [measured(draw)]))
    assert bad_frames(qualities, is_clip=False) == {5: COVERED}


def test_a_thing_that_is_always_there_belongs_to_the_person() -> None:
    qualities = dict(enumerate([measured(draw_microphone)] * 9 + [measured(draw_nothing)]))
    assert bad_frames(qualities, is_clip=True) == {}


@pytest.mark.parametrize("size", [(15, 1), (1, 15), (15, 15)], ids=["across", "down", "all"])
def test_a_blurred_face_is_seen(size: tuple[int, int]) -> None:
    blurred = measured(draw_nothing, np.asarray(cv2.blur(PHOTO, size), np.uint8))
    qualities = dict(enumerate([measured(draw_nothing)] * 5 + [blurred]))
    assert bad_frames(qualities, is_clip=True) == {5: BLURRED}


def test_the_mouths_opening_is_the_height_of_an_ellipse() -> None:
    def open_the_mouth(labels: Labels, landmarks: Landmarks) -> None:
        (x, y), width = landmarks[60:68].mean(0), np.ptp(landmarks[60:68, 0])
        axes = (round(float(width) / 2), round(0.2 * interocular(landmarks)))
        cv2.ellipse(labels, (int(x), int(y)), axes, 0, 0, 360, CLASSES.index("mouth"), -1)

    def shut_the_mouth(labels: Labels, landmarks: Landmarks) -> None:
        labels[labels == CLASSES.index("mouth")] = CLASSES.index("upper_lip")

    assert measured(open_the_mouth).mouth_open == pytest.approx(0.4, abs=0.03), "whole pixels"
    assert measured(shut_the_mouth).mouth_open == 0


def series(**changes: dict[int, float]) -> dict[int, FrameQuality]:
    """Forty clear frames, a tenth of a second apart, of which some have other figures."""
    qualities = {}
    for number in range(40):
        quality = FrameQuality(number / 10, *CLEAR)
        values = vars(quality) | {
            name: values[number] for name, values in changes.items() if number in values
        }
        qualities[number] = FrameQuality(**values)
    return qualities


def test_frames_around_a_hand_are_left_out() -> None:
    found = bad_frames(series(lips_broken={20: 0.5}), is_clip=True)
    assert sorted(found) == [18, 19, 20, 21, 22], "a quarter of a second each way"


def test_single_photos_have_no_neighbours() -> None:
    assert sorted(bad_frames(series(lips_broken={20: 0.5}), is_clip=False)) == [20]


def test_a_hand_stays_as_long_as_lips_and_landmarks_disagree() -> None:
    apart = dict.fromkeys(range(20, 30), 0.5)
    found = bad_frames(series(lips_broken={20: 0.5}, lips_apart=apart), is_clip=True)
    assert sorted(found) == list(range(18, 32))


def test_a_grimace_alone_is_no_hand() -> None:
    assert bad_frames(series(lips_apart=dict.fromkeys(range(20, 30), 0.9)), is_clip=True) == {}


def test_sparse_frames_next_to_a_hand_are_left_out() -> None:
    qualities = {
        number: FrameQuality(number / 2, *CLEAR[:4], *quality.to_json()[5:])
        for number, quality in series().items()
    }
    qualities[20] = FrameQuality(10.0, 0.5, *CLEAR[1:])
    assert sorted(bad_frames(qualities, is_clip=True)) == [19, 20, 21]


def test_figures_are_read_as_they_were_written() -> None:
    quality = FrameQuality(1.25, *CLEAR)
    assert FrameQuality.from_json(quality.to_json()) == quality
    for wrong in ([1.0] * 8, [1.0] * 8 + [float("nan")]):
        with pytest.raises(ValueError, match="not the figures"):
            FrameQuality.from_json(wrong)


def test_a_face_may_lie_at_the_pictures_edge() -> None:
    quality = QualityMeter(lambda panel, landmarks: np.zeros((256, 256), np.uint8))(
        PHOTO, FACE - 200, 0.0
    )
    assert np.isfinite(quality.to_json()).all()


def with_hand(scene: Scene) -> Image:
    """A photo with a hand of skin's colour before mouth and cheek."""
    assert scene.landmarks is not None
    photo = scene.photo.copy()
    colour = np.median(photo[scene.landmarks[30].astype(int)[1] + np.arange(-3, 3)], axis=(0, 1))
    wrist = scene.landmarks[8] + (-60, 60)
    for number in range(4):
        finger = scene.landmarks[62] + (9 * number - 12, -8 + 5 * number)
        shade = (colour * (1 - 0.06 * (number % 2))).astype(int).tolist()
        cv2.line(photo, wrist.astype(int).tolist(), finger.astype(int).tolist(), shade, 9)
    return photo


def test_frames_with_a_hand_are_neither_kept_nor_shown(
    astronaut: Scene, frames: list[Image], tmp_path: Path, face2face: Command
) -> None:
    hand = with_hand(astronaut)
    video = write_video(tmp_path / "hand.mp4", [*frames, hand, hand, hand, *frames])
    arguments = ("--file", video, "--output_dir", tmp_path)
    for _ in range(2):  # found, then read
        status, out, err = face2face("generate_train_data", *arguments)
        assert status == 0, err
        assert f"left out: {COVERED}" in out
        kept = {int(path.stem) for path in (tmp_path / "original").glob("*.png")}
        assert not kept & {24, 25, 26}
        assert len(kept) >= 36


def test_hands_before_a_laughing_face(shared: Path) -> None:
    """A hand is before her face from 2.4 to 9.6 s."""
    file = shared / "video" / "laughing.mp4"
    if not file.is_file():
        pytest.skip(f"needs {file}")
    detect, meter = Detector(ensemble_size=1), QualityMeter(load_parser())
    qualities, times = {}, {}
    for number, scene in open_file(file).select(list(range(0, 470, 6))):
        seconds = times[number] = scene.seconds or 0.0
        qualities[number] = meter(scene.photo, detect(scene.photo)[0], seconds)
    kept = [times[number] for number in times.keys() - bad_frames(qualities, is_clip=True).keys()]
    assert not [seconds for seconds in kept if 2.4 < seconds < 9.6]
    assert len(kept) >= 46, "49 frames show no hand"


def test_an_expression_leaves_the_figures_alone() -> None:
    laugh = Expression(open=0.3, smile=1).applied_to(FACE)

    def parse(panel: Image, landmarks: Landmarks) -> Labels:
        return labels_from_landmarks(landmarks, *panel.shape[:2])

    qualities = {0: QualityMeter(parse)(PHOTO, FACE, 0), 1: QualityMeter(parse)(PHOTO, laugh, 1)}
    assert bad_frames(qualities, is_clip=False) == {}
