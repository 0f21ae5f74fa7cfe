"""What someone sees first: the shipped model, driven by the script."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

from face2face.card import ModelCard
from face2face.face.detector import Detector
from face2face.image import Scene
from face2face.inference.models import pretrained
from face2face.media.stills import read_image
from face2face.synthetic.motion import PERFORMANCE_SECONDS

Command = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).resolve().parents[2]


def test_the_demo_writes_a_clip_and_a_sheet(
    in_folder: Path, detector: Detector, face2face: Command
) -> None:
    status, out, _ = face2face("demo")
    assert status == 0
    assert str(in_folder / "demo.mp4") in out
    assert "frames a second" in out
    with av.open("demo.mp4") as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(pictures) == round(30 * PERFORMANCE_SECONDS)
    faces = [len(detector(picture[:, picture.shape[1] // 2 :])) for picture in pictures[::10]]
    assert np.mean(np.array(faces) == 1) >= 0.95
    sheet = read_image(in_folder / "demo.png")
    assert sheet.shape == (512, 7 * 256, 3)


def test_the_target_does_what_the_script_does(detector: Detector) -> None:
    """Mouth and turn of the generated face go with the driver's."""
    from face2face.live.pipeline import LivePipeline
    from face2face.synthetic.performance import ScriptedDriver

    pipeline = LivePipeline.load(pretrained())
    wanted, got = [], []
    for number, scene in enumerate(ScriptedDriver()):
        frame = pipeline(scene)
        if number % 6 == 0 and len(found := detector(frame.image)) == 1:
            for face, track in ((scene.landmarks, wanted), (found[0], got)):
                assert face is not None
                width = np.ptp(face[:17, 0])
                track.append(
                    (
                        np.linalg.norm(face[62] - face[66]) / width,
                        (face[30, 0] - face[:17, 0].mean()) / width,
                    )
                )
    for which, least in ((0, 0.8), (1, 0.8)):
        assert np.corrcoef(np.array(wanted)[:, which], np.array(got)[:, which])[0, 1] > least


def test_the_shipped_model_says_what_it_is() -> None:
    folder = pretrained()
    card = ModelCard.load(folder)
    assert "public domain" in card.licence.lower()
    assert card.consent != "not stated"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 12e6


def test_the_sketch_beside_the_result(
    in_folder: Path, face2face: Command, astronaut: Scene
) -> None:
    arguments = (
        "run_webcam",
        "--source",
        "demo",
        "--no-window",
        "--output",
        "out.mp4",
        "--show",
        1,
    )
    assert face2face(*arguments)[0] == 0
    with av.open("out.mp4") as container:
        first = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert first.shape == (256, 512, 3)
    assert (first[:, :256] < 30).mean() > 0.9


def test_the_scripts_are_the_verbs() -> None:
    for script in (
        "generate_train_data.py",
        "train.py",
        "run_webcam.py",
        *(f"tools/{path.name}" for path in (ROOT / "tools").glob("*.py")),
    ):
        result = subprocess.run(
            [sys.executable, str(ROOT / script), "--help"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "--" in result.stdout


def test_a_missing_system_library_is_named(capsys) -> None:  # type: ignore[no-untyped-def]
    from face2face.commands.console import report_errors

    def fail() -> int:
        raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")

    assert report_errors(fail) == 2
    assert "sudo apt-get install libgl1" in capsys.readouterr().err
