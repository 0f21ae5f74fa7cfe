"""The virtual camera, with a fake back end."""

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from face2face.errors import MediaError
from face2face.media.virtual import VirtualCamera


class Backend:
    """A device that keeps the pictures sent to it, until it is removed."""

    sent: list[np.ndarray] = []
    gone = False

    def __init__(self, **options: Any) -> None:
        self.options = options

    def send(self, frame: np.ndarray) -> None:
        if Backend.gone:
            raise RuntimeError("device disappeared")
        Backend.sent.append(frame.reshape(self.options["height"], self.options["width"], 3).copy())

    def device(self) -> str:
        return "test"

    def native_fourcc(self) -> None:
        return None

    def close(self) -> None:
        pass


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Backend]]:
    camera = pytest.importorskip("pyvirtualcam.camera", reason="pyvirtualcam is not installed")
    monkeypatch.setattr(camera, "BACKENDS", {"test": Backend})
    Backend.sent, Backend.gone = [], False
    yield Backend


def test_pictures_arrive_as_they_are(system: type[Backend]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    with VirtualCamera(30) as camera:
        camera.write(picture, 0.0)
        camera.write(picture[:, ::-1], 1 / 30)
    assert (system.sent[0] == picture).all()
    assert (system.sent[1] == picture[:, ::-1]).all()


def test_a_removed_camera_is_reported(system: type[Backend]) -> None:
    with VirtualCamera(30) as camera:
        camera.write(np.zeros((48, 64, 3), np.uint8), 0.0)
        system.gone = True
        with pytest.raises(MediaError, match="disappeared"):
            camera.write(np.zeros((48, 64, 3), np.uint8), 0.1)


@pytest.mark.parametrize(
    ("platform", "advice"),
    [("linux", "v4l2loopback"), ("win32", "OBS"), ("darwin", "OBS"), ("sunos", "--output")],
)
def test_a_system_without_one_is_told_how_to_install_it(
    platform: str, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(MediaError, match=advice):
        VirtualCamera(30)


def test_the_reasons_of_all_back_ends_are_reported(
    system: type[Backend], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**options: Any) -> None:
        raise RuntimeError("no device")

    monkeypatch.setattr("pyvirtualcam.camera.BACKENDS", {"one": refuse, "other": refuse})
    with pytest.raises(MediaError, match="'one' backend: no device; 'other' backend: no device"):
        VirtualCamera(30).write(np.zeros((48, 64, 3), np.uint8), 0.0)
