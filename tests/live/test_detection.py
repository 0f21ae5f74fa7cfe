"""Which back end finds the driver's face, and in which process."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

import face2face
from face2face.card import FILE_NAME
from face2face.errors import ModelError
from face2face.face.back_ends import BACK_ENDS, DEFAULT
from face2face.image import Image
from face2face.inference.models import pretrained
from face2face.inference.names import GRAPH
from face2face.landmarks import interocular
from face2face.live.detection import back_end_of, detection_for, start_detection
from face2face.live.options import LiveOptions, MotionOptions
from face2face.live.pipeline import LivePipeline
from face2face.live.reenactor import Reenactor
from face2face.media.source import Stills
from face2face.media.video import VideoFile

Command = Callable[..., tuple[int, str, str]]


def model_of(back_end: str | None, folder: Path) -> Path:
    """Copy the pretrained target, with a card that names a back end, or none."""
    shutil.copytree(pretrained(), folder)
    card = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    card.pop("landmarks", None)
    card |= {"landmarks": back_end} if back_end else {}
    (folder / FILE_NAME).write_text(json.dumps(card), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("card", "named", "expected"),
    [
        ("mesh", None, "mesh"),
        ("dlib", None, "dlib"),
        (None, None, "dlib"),
        ("dlib", "mesh", "mesh"),
        ("mesh", "dlib", "dlib"),
    ],
)
def test_live_follows_the_card_unless_a_person_names_another(
    card: str | None, named: str | None, expected: str, tmp_path: Path
) -> None:
    model = model_of(card, tmp_path / "model")
    assert back_end_of(LiveOptions(model=model, landmarks=named)) == expected
    assert back_end_of(LiveOptions(model=tmp_path, landmarks=named)) == expected


def test_ones_own_face_is_found_by_the_default_back_end(in_folder: Path) -> None:
    model_of("dlib", in_folder / "model")
    assert back_end_of(LiveOptions()) == "dlib"
    assert back_end_of(LiveOptions(mode="expression")) == DEFAULT


def test_a_shape_predictor_is_for_dlib_whatever_the_card_says(tmp_path: Path) -> None:
    model = model_of("mesh", tmp_path / "model")
    assert back_end_of(LiveOptions(model=model, landmark_model=Path("points.dat"))) == "dlib"


def test_a_graph_without_a_card_was_trained_with_dlib(tmp_path: Path) -> None:
    (tmp_path / GRAPH).touch()
    assert back_end_of(LiveOptions(model=tmp_path / GRAPH)) == "dlib"


def test_an_unknown_back_end_in_a_card_is_reported(tmp_path: Path) -> None:
    model = model_of("later", tmp_path / "model")
    with pytest.raises(ModelError, match=r"'later'.*--landmarks mesh"):
        back_end_of(LiveOptions(model=model))


def test_only_dlib_needs_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Mock()
    monkeypatch.setattr("face2face.live.detection.WorkerProcess", process)
    with start_detection(LiveOptions(landmarks="mesh")) as worker:
        assert worker is None
    with start_detection(LiveOptions("demo", landmarks="dlib")) as worker:
        assert worker is None
    process.assert_not_called()
    start_detection(LiveOptions(landmarks="dlib"))
    process.assert_called_once()


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_each_back_end_drives_the_target(
    back_end: str, video: Path, in_folder: Path, face2face: Command
) -> None:
    """The whole program: dlib in its process, the mesh in this one."""
    options = ("--no-window", "--output", "out.mp4", "--save-performance", "take.npz")
    status, out, err = face2face("run", "--source", video, "--landmarks", back_end, *options)
    assert status == 0, err
    assert "24 frames, 24 with a face" in out
    assert np.load("take.npz")["landmarks"].shape == (24, 70, 2)


def test_a_process_answers_as_this_one(video: Path) -> None:
    options = LiveOptions(landmarks="dlib")
    with VideoFile(video) as source:
        photos = [scene.photo for scene in source][:3]
        with start_detection(options) as worker:
            there = detection_for(source, "dlib", worker=worker)
            answers = [there(photo)[0] for photo in photos]
        here = detection_for(source, "dlib")
        for photo, answer in zip(photos, answers, strict=True):
            assert np.abs(here(photo)[0] - answer).max() < 0.01


def test_all_faces_of_unrelated_photos_are_found(frames: list[Image], tmp_path: Path) -> None:
    for number in range(2):
        face2face.write_image(tmp_path / f"{number}.png", frames[number])
    twins = np.concatenate([frames[0], frames[0]], axis=1)
    assert len(detection_for(Stills(tmp_path, []), "mesh")(twins)) == 2


def test_python_follows_the_card_too(tmp_path: Path, frames: list[Image]) -> None:
    model = face2face.load_model(model_of("mesh", tmp_path / "model"))
    assert model.landmarks == "mesh"
    own, dlib = (
        Reenactor(model, landmarks=name)(frames[0], 0.0).driver.landmarks for name in (None, "dlib")
    )
    assert own is not None
    assert dlib is not None
    # Their jaws lie on different lines.
    assert np.linalg.norm(own - dlib, axis=1)[:17].mean() > 0.01 * interocular(own)


def test_gaze_and_range_reach_the_motion_transfer() -> None:
    options = LiveOptions(motion=MotionOptions(gaze=0.25, stay_in_range=True))
    near, far = (
        LivePipeline.load(pretrained(), each).motion.retargeter for each in (options, LiveOptions())
    )
    assert near is not None
    assert far is not None
    assert (near.gaze, far.gaze) == (0.25, 1.0)
    shout = near.target.neutral.copy()
    near(shout, 0.0), far(shout, 0.0)
    shout[55:60] += np.float32((0, 40))
    held, free = (each(shout, 9.0).landmarks for each in (near, far))
    assert held[57, 1] < free[57, 1] - 5


def test_the_process_is_another_one() -> None:
    """The worker must not share dlib's lock with the program."""
    with start_detection(LiveOptions(landmarks="dlib")) as worker:
        assert worker is not None
        assert worker._process.pid != os.getpid()
