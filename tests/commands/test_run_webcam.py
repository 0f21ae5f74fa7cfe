"""The live program through its command line, on files."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from face2face.face.detector import Detector
from face2face.inference.models import pretrained
from face2face.media.recording import SYNTHETIC_NOTICE
from face2face.synthetic.motion import PERFORMANCE_SECONDS
from face2face.synthetic.performance import LandmarkRecording, ScriptedDriver

Command = Callable[..., tuple[int, str, str]]


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        assert container.metadata["comment"] == SYNTHETIC_NOTICE
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


@pytest.mark.parametrize(
    ("compose", "shape"),
    [("side", (256, 512, 3)), ("target", (256, 256, 3)), ("driver", (256, 256, 3))],
)
def test_compositions(
    compose: str, shape: tuple[int, ...], video: Path, in_folder: Path, face2face: Command
) -> None:
    model = pretrained()
    status, _, err = face2face(
        "run_webcam",
        "--source",
        video,
        "--tf-model",
        model,
        "--no-window",
        "--output",
        "o.mp4",
        "--compose",
        compose,
    )
    assert status == 0, err
    shown = pictures(Path("o.mp4"))
    assert {each.shape for each in shown} == {shape}
    assert len(shown) == 24


def test_a_performance_is_kept_without_a_picture_and_given_again(
    video: Path, in_folder: Path, face2face: Command
) -> None:
    model = pretrained()
    status, out, err = face2face(
        "run_webcam",
        "--source",
        video,
        "--tf-model",
        model,
        "--no-window",
        "--save-performance",
        "takes/me.npz",
    )
    assert status == 0, err
    assert "24 poses" in out
    assert len(LandmarkRecording.load(Path("takes/me.npz")).landmarks) == 24
    status, out, err = face2face(
        "run_webcam",
        "--source",
        "takes/me.npz",
        "--tf-model",
        model,
        "--no-window",
        "--output",
        "again.mp4",
    )
    assert status == 0, err
    assert "24 with a face" in out
    assert len(pictures(Path("again.mp4"))) == 24


@pytest.fixture
def take(tmp_path: Path) -> Path:
    """The scripted performance at 10 frames a second, as a recording of landmarks."""
    recording, script = LandmarkRecording(480, 480), ScriptedDriver()
    for seconds in np.arange(0, PERFORMANCE_SECONDS, 0.1):
        landmarks = script.scene(float(seconds)).landmarks
        assert landmarks is not None
        recording.add(landmarks, float(seconds))
    recording.save(tmp_path / "take.npz")
    return tmp_path / "take.npz"


def test_ways_of_retargeting_and_their_strengths(
    take: Path, in_folder: Path, detector: Detector, face2face: Command
) -> None:
    """How far the head goes from its place, in pixels, and how far the mouth opens."""

    def moved(name: str, *options: object) -> tuple[float, float]:
        shown = ("--compose", "target", "--no-mark", "--no-window", "--output", name)
        live = ("run_webcam", "--source", take, "--tf-model", pretrained())
        status, _, err = face2face(*live, *shown, *options)
        assert status == 0, err
        faces = [detector(picture)[0] for picture in pictures(Path(name))[20::5]]
        head = float(np.ptp([face[27:36].mean(0) for face in faces], axis=0).max())
        return head, float(np.ptp([face[66, 1] - face[62, 1] for face in faces]))

    full = moved("full.mp4", "--retarget", "full")
    still = moved("still.mp4", "--retarget", "expression")
    half = moved("half.mp4", "--head", 0.5, "--expression", 0.5)
    assert still[0] < full[0] / 3
    assert still[0] < 1.5
    assert still[1] > 0.7 * full[1]
    assert half[0] == pytest.approx(full[0] / 2, rel=0.3)
    assert half[1] < 0.75 * full[1]


def test_without_retargeting_the_target_lies_where_the_driver_does(
    take: Path, in_folder: Path, face2face: Command
) -> None:
    options = ("--retarget", "none", "--smoothing", 0, "--show", 1, "--no-mark")
    live = ("run_webcam", "--source", take, "--no-window", "--output", "out.mp4")
    status, _, err = face2face(*live, *options)
    assert status == 0, err
    for number in (0, 50, 100):
        rows, columns = np.nonzero(pictures(Path("out.mp4"))[number][:, :256].max(-1) > 90)
        landmarks = LandmarkRecording.load(take).landmarks[number] * 256 / 480
        drawn = (columns.min(), rows.min(), columns.max(), rows.max())
        assert drawn == pytest.approx([*landmarks.min(0), *landmarks.max(0)], abs=3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--expression", "3"), "from 0 to 2"),
        (("--retarget", "some"), "full"),
        (("--source", "gone.npz", "--no-window", "--output", "o.mp4"), "There is no file"),
        (
            ("--source", "demo", "--tf-model", ".", "--no-window", "--output", "o.mp4"),
            "no model in",
        ),
    ],
)
def test_wrong_options_are_one_line(
    options: tuple[str, ...], message: str, in_folder: Path, face2face: Command
) -> None:
    status, _, err = face2face("run_webcam", *options)
    assert status == 2
    assert message in err
    assert err.count("\n") == 1
