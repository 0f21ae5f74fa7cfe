"""Fixtures: a real face without any download (scikit-image's astronaut), and clips made of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

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

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


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


@pytest.fixture
def face2face(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Runs the command line: ``face2face("train", "--input_dir", path)`` gives status, stdout, stderr."""
    from face2face.commands.console import main

    def call(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main([str(each) for each in arguments])
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
