"""Fixtures: a real face without any download (scikit-image's astronaut), and what is made of it.

A data set, two short trainings and a demo are made once, by whichever worker needs them first.
Tests only read them, or work on a copy.
"""

from __future__ import annotations

import io
import os
import runpy
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
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
from filelock import FileLock

from face2face.data.pairs import write_strip
from face2face.face.crop import head_box
from face2face.face.detector import Detector
from face2face.image import Image, Scene
from face2face.media.recording import Recording
from face2face.synthetic.animate import animate
from face2face.synthetic.motion import scripted_expression
from tests.feature_models import use_feature_models

# No test asserts how long something takes, not even of one of many inputs.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


#: Calls a function on a new folder of a name, once for all workers, and returns the folder.
Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # the workers' own folders lie in it

    def make(name: str, build: Callable[[Path], None]) -> Path:
        folder, parts = root / "shared" / name, root / "shared" / f"{name}.parts"
        folder.parent.mkdir(exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not folder.is_dir():
                shutil.rmtree(parts, ignore_errors=True)
                parts.mkdir()
                build(parts)
                parts.rename(folder)
        return folder

    return make


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
def video(once: Once, frames: list[Image]) -> Path:
    """A real MP4 of one face."""

    def build(folder: Path) -> None:
        write_video(folder / "astronaut.mp4", frames)

    return once("video", build) / "astronaut.mp4"


@pytest.fixture(autouse=True)
def _own_targets(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep targets in a folder of each test, never among the user's own."""
    folder = tmp_path_factory.getbasetemp() / "kept" / f"{time.monotonic_ns()}"
    monkeypatch.setattr("face2face.user_cache._TARGETS", str(folder))


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
    return SimpleNamespace(**runpy.run_path(str(ROOT / "tools" / f"{name}.py")))


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


@contextmanager
def eager() -> Iterator[None]:
    """Train without compiled graphs: to trace one takes longer than the few steps of a test."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


@pytest.fixture
def eagerly() -> Iterator[None]:
    """Train without compiled graphs in this test."""
    with eager():
        yield


def run_verb(*arguments: object) -> str:
    """Run a command that must succeed, for a fixture; return what it prints."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        assert run_command(*map(str, arguments)) == 0
    return printed.getvalue()


@pytest.fixture(scope="session")
def combined(once: Once) -> Path:
    """Six training and two held-out A|B strips of noise, without a card. Read only."""

    def build(folder: Path) -> None:
        rng = np.random.default_rng(0)
        for part, count in (("train", 6), ("val", 2)):
            (folder / part).mkdir()
            for number in range(count):
                panels = list(rng.integers(0, 256, (2, 256, 256, 3), np.uint8))
                write_strip(folder / part / f"{number:06d}.png", panels)

    return once("noise", build)


#: Options of a training that takes a few seconds.
TINY = ("--ngf", 2, "--ndf", 2, "--batch_size", 2, "--no-export")


@pytest.fixture(scope="session")
def one_epoch(once: Once, combined: Path) -> Path:
    """A run of one epoch on noise, with the options ``TINY``. Read only."""

    def build(folder: Path) -> None:
        with eager():
            run_verb(
                "train", "--input_dir", combined, "--output_dir", folder, "--max_epochs", 1, *TINY
            )

    return once("one_epoch", build)


@pytest.fixture(scope="session")
def dataset(once: Once, video: Path) -> Path:
    """What ``generate_train_data --num 20`` makes of the astronaut's clip. Read only."""

    def build(folder: Path) -> None:
        arguments = ("--num", 20, "--output_dir", folder, "--consent", "NASA portrait")
        run_verb("generate_train_data", "--file", video, *arguments)

    return once("dataset", build)


@pytest.fixture(scope="session")
def trained(once: Once, dataset: Path) -> Path:
    """A model that was trained on the data set for a step, with its graph. Read only."""

    def build(folder: Path) -> None:
        options = ("--max_steps", 1, "--ngf", 4, "--batch_size", 1)
        run_verb("train", "--input_dir", dataset / "combined", "--output_dir", folder, *options)

    return once("trained", build)


@pytest.fixture(scope="session")
def demo(once: Once) -> Path:
    """A folder with the demo's clip and sheet, and ``printed.txt``, what it said. Read only."""

    def build(folder: Path) -> None:
        printed = run_verb("demo", "--output_dir", folder)
        (folder / "printed.txt").write_text(printed, encoding="utf-8")

    return once("demo", build)


@pytest.fixture
def feature_models(in_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of mouth and eyes in models/ that answer with the warp, also as pretrained ones."""
    use_feature_models(in_folder / "models", monkeypatch)
