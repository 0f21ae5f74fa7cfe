"""The live program through its command line, on files."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from face2face.face.detector import Detector
from face2face.image import Image
from face2face.inference.models import pretrained
from face2face.live.program import DRIVER_MOUTH
from face2face.media.recording import SYNTHETIC_NOTICE, recording_title
from face2face.synthetic.motion import PERFORMANCE_SECONDS
from face2face.synthetic.performance import LandmarkRecording, ScriptedDriver
from tests.conftest import write_video
from tests.media.clips import read

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
    assert still[0] < 2
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


#: Options of a short run on a video, into a file.
FILMED = ("--no-window", "--compose", "target", "--no-mark", "--models", "models", "--output")


@pytest.mark.usefixtures("feature_models")
def test_ones_own_face_changes_where_it_is_seen(frames: list[Image], face2face: Command) -> None:
    wall = [np.full_like(frames[0], 90)] * 4
    clip = write_video(Path("clip.mp4"), [*frames[:4], *wall, *frames[4:8]])
    command = ("run_webcam", "--source", clip, "--mode", "expression", "--express", "mouth-open")
    status, out, err = face2face(*command, *FILMED, "new.mp4")
    assert status == 0, err
    assert "12 frames, 8 with a face" in out
    before, after = (np.stack(read(path)).astype(int) for path in (clip, Path("new.mp4")))
    # The largest mean change of a row; a note at the bottom says that there is no face.
    change = np.abs(after - before)[:, :200].mean((2, 3)).max(1)
    assert min(change[1], change[11]) > 4
    assert max(change[4:8]) < 2
    assert change[8] < change[9] < change[11], "it fades in"


@pytest.mark.usefixtures("feature_models")
def test_a_recording_says_that_the_mouth_is_the_drivers(video: Path, face2face: Command) -> None:
    live = ("run_webcam", "--source", video, "--express", "surprised", "--mouth", "driver")
    status, _, err = face2face(*live, *FILMED, "teeth.mp4")
    assert status == 0, err
    assert recording_title(Path("teeth.mp4")) == DRIVER_MOUTH
    assert len(pictures(Path("teeth.mp4"))) == 24


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--expression", "3"), "from 0 to 2"),
        (("--express", "grin"), "no expression 'grin'"),
        (
            ("--source", "demo", "--express", "smile", *FILMED[:-2], "none", "--output", "o.mp4"),
            "no model none/mouth",
        ),
        (("--mode", "expression", "--models", "none", "--source", "a.mp4"), "no model none/mouth"),
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
