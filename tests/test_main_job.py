"""The three everyday commands in a row: one face learns to follow another."""

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from face2face.face.detector import Detector
from face2face.image import Image
from face2face.inference.models import pretrained
from face2face.synthetic.motion import PERFORMANCE_SECONDS
from face2face.synthetic.performance import LandmarkRecording, ScriptedDriver
from tests.conftest import run_verb, write_video

ROOT = Path(__file__).resolve().parents[1]


def script(name: str, *arguments: object) -> str:
    """Run one of the three scripts in a process of its own; return what it prints."""
    line = [sys.executable, str(ROOT / name), *map(str, arguments)]
    return subprocess.run(line, check=True, capture_output=True, text=True).stdout


def follow(target: Path, driver: Path, frames: int, steps: int, detector: Detector) -> None:
    """Learn a face from a video, and let another one drive it."""
    learnt = ("--file", target, "--num", frames)
    assert f"{frames} frames kept" in script("generate_train_data.py", *learnt)
    assert "exported" in script("train.py", "--input_dir", "combined", "--max_steps", steps)
    live = ("--source", driver, "--output", "out.mp4", "--no-window")
    printed = script("run_webcam.py", *live)
    assert "face2face-model on OpenVINO" in printed
    with av.open("out.mp4") as result, av.open(str(driver)) as source:
        pictures = [frame.to_ndarray(format="rgb24")[:, -256:] for frame in result.decode(video=0)]
        shown = sum(1 for _ in source.decode(video=0))
        assert result.streams.video[0].average_rate == source.streams.video[0].average_rate
    assert f"{shown} frames, {shown} with a face" in printed
    assert len(pictures) == shown
    assert np.mean([len(detector(picture)) == 1 for picture in pictures]) >= 0.95


def test_a_video_becomes_a_face_that_follows_another(
    frames: list[Image], in_folder: Path, detector: Detector
) -> None:
    """The pretrained model, driven by the script, is the target; its mirror image drives it."""
    take, performance = LandmarkRecording(480, 480), ScriptedDriver()
    for seconds in np.linspace(0, PERFORMANCE_SECONDS, 40, endpoint=False):
        landmarks = performance.scene(float(seconds)).landmarks
        assert landmarks is not None
        take.add(landmarks, float(seconds))
    take.save(Path("take.npz"))
    shown = ("--compose", "target", "--no-mark", "--no-window", "--output", "target.mp4")
    run_verb("run_webcam", "--source", "take.npz", "--tf-model", pretrained(), *shown)
    driver = write_video(Path("driver.mp4"), [frame[:, ::-1] for frame in frames])
    follow(Path("target.mp4"), driver, 30, 2, detector)


@pytest.mark.slow
def test_a_filmed_face_follows_another(shared: Path, in_folder: Path, detector: Detector) -> None:
    videos = shared / "video"
    follow(videos / "target_franck.mp4", videos / "driver_d0.mp4", 40, 5, detector)
