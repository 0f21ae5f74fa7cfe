"""The live program through its command line, on files."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from face2face.face.detector import Detector
from face2face.inference.models import pretrained
from face2face.media.recording import SYNTHETIC_NOTICE
from face2face.synthetic.performance import LandmarkRecording

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


@pytest.mark.parametrize("how", ["full", "expression", "none"])
def test_ways_of_retargeting(how: str, video: Path, in_folder: Path, face2face: Command) -> None:
    options = ("--retarget", how, "--expression", "1.2", "--head", "0.5", "--smoothing", "0")
    model = pretrained()
    status, out, err = face2face(
        "run_webcam",
        "--source",
        video,
        "--tf-model",
        model,
        "--no-window",
        "--output",
        "out.mp4",
        *options,
    )
    assert status == 0, err
    assert "24 with a face" in out


def test_with_the_expression_alone_the_head_keeps_its_place(
    in_folder: Path, detector: Detector, face2face: Command
) -> None:
    def straying(how: str) -> float:
        """How far the head goes from its place, in pixels."""
        options = (
            "--source",
            "demo",
            "--retarget",
            how,
            "--compose",
            "target",
            "--no-mark",
            "--no-window",
            "--output",
            f"{how}.mp4",
        )
        status, _, err = face2face("run_webcam", "--tf-model", pretrained(), *options)
        assert status == 0, err
        centres = [detector(picture)[0].mean(0) for picture in pictures(Path(f"{how}.mp4"))[60::30]]
        return float(np.ptp(centres, axis=0).max())

    still, moved = straying("expression"), straying("full")
    assert still < moved / 3
    assert still < 1.5


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--expression", "3"), "from 0 to 2"),
        (("--retarget", "some"), "full"),
        (("--source", "gone.npz", "--no-window", "--output", "o.mp4"), "no file"),
        (
            ("--source", "demo", "--tf-model", ".", "--no-window", "--output", "o.mp4"),
            "no model in",
        ),
    ],
)
def test_wrong_options_are_one_line(
    options: tuple[str, ...], said: str, in_folder: Path, face2face: Command
) -> None:
    status, _, err = face2face("run_webcam", *options)
    assert status == 2
    assert said in err
    assert err.count("\n") == 1
