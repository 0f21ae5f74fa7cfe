"""Fixtures: a real face without any download (scikit-image's astronaut), and clips made of it."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# Tests run side by side: libraries that each take all cores would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import hypothesis
import numpy as np
import pytest

from face2face.data.pairs import write_strip
from face2face.face.crop import head_box
from face2face.face.detector import Detector
from face2face.image import Image, Scene
from face2face.media.recording import Recording
from face2face.synthetic.animate import animate
from face2face.synthetic.motion import scripted_expression

# No test asserts how long something takes, not even of one of many inputs.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data, where it is."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the development data in {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def detector() -> Detector:
    return Detector()


@pytest.fixture(scope="session")
def astronaut(detector: Detector) -> Scene:
    """A public-domain portrait, 256x256, with its landmarks."""
    import cv2
    from skimage.data import astronaut

    photo = astronaut()
    (landmarks,) = detector(photo)
    box = head_box(landmarks[None], *photo.shape[:2])
    return Scene(
        cv2.resize(box.cut(photo), (256, 256), interpolation=cv2.INTER_AREA),
        box.to_panel(landmarks, 256),
    )


@pytest.fixture(scope="session")
def frames(astronaut: Scene) -> list[Image]:
    """The astronaut talking for two seconds, 24 pictures."""
    assert astronaut.landmarks is not None
    times = np.arange(24) / 12
    return [
        animate(
            astronaut.photo,
            astronaut.landmarks,
            scripted_expression(t).applied_to(astronaut.landmarks),
        )
        for t in times
    ]


def write_video(path: Path, pictures: list[Image], fps: float = 12) -> Path:
    with Recording(path, fps) as recording:
        for number, picture in enumerate(pictures):
            recording.write(picture, number / fps)
    return path


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory, frames: list[Image]) -> Path:
    """A real MP4 of one face."""
    return write_video(tmp_path_factory.mktemp("video") / "astronaut.mp4", frames)


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


#: Programs of tools/ that stand in their file; the other files there run a verb.
PROGRAMS = [
    path.stem
    for path in sorted((ROOT / "tools").glob("*.py"))
    if "run_program" in path.read_text(encoding="utf-8")
]


def command_module(name: str) -> SimpleNamespace:
    """Return the names in the module of a verb or of a program of tools/."""
    from face2face.commands.console import VERBS

    if name in VERBS:
        return SimpleNamespace(**vars(import_module(f"face2face.commands.{VERBS[name].module}")))
    names = runpy.run_path(str(ROOT / "tools" / f"{name}.py"))
    return SimpleNamespace(**(vars(names["program"]) if "program" in names else names))


def run_command(*arguments: str) -> int:
    """Run a verb, a script of the root or a program of tools/ here; return its exit status."""
    from face2face.commands.console import VERBS, main

    name = arguments[0] if arguments else ""
    scripts = [folder / f"{name}.py" for folder in (ROOT, ROOT / "tools")]
    found = [path for path in scripts if path.is_file()]
    try:
        if name in VERBS or not found:
            return main(arguments)
        with mock.patch.object(sys, "argv", [str(found[0]), *arguments[1:]]):
            runpy.run_path(str(found[0]), run_name="__main__")
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.fixture
def face2face(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Run a command: ``face2face("train", "--input_dir", path)`` gives status, stdout, stderr."""

    def call(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = run_command(*map(str, arguments))
        out, err = capsys.readouterr()
        return status, out, err

    yield call


@pytest.fixture
def combined(tmp_path: Path) -> Path:
    """Six training and two held-out A|B strips of noise, without a card."""
    rng = np.random.default_rng(0)
    for part, count in (("train", 6), ("val", 2)):
        (tmp_path / "combined" / part).mkdir(parents=True)
        for number in range(count):
            panels = list(rng.integers(0, 256, (2, 256, 256, 3), np.uint8))
            write_strip(tmp_path / "combined" / part / f"{number:06d}.png", panels)
    return tmp_path / "combined"
