"""Performances recorded and played back."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from face2face.errors import MediaError
from face2face.landmarks import gaze
from face2face.synthetic.performance import LandmarkRecording, ScriptedDriver


def test_a_recording_is_played_back_unchanged(tmp_path: Path) -> None:
    recording = LandmarkRecording(480, 360)
    for number in range(5):
        scene = ScriptedDriver().scene(number / 25)
        assert scene.landmarks is not None
        recording.add(scene.landmarks, 7 + number / 25)
    recording.save(tmp_path / "takes" / "one.npz")
    again = LandmarkRecording.load(tmp_path / "takes" / "one.npz")
    assert again.fps == pytest.approx(25)
    scenes = list(again)
    assert [scene.seconds for scene in scenes] == pytest.approx([0, 0.04, 0.08, 0.12, 0.16])
    assert (np.array([scene.landmarks for scene in scenes]) == np.array(recording.landmarks)).all()
    assert {scene.photo.shape for scene in scenes} == {(360, 480, 3)}


def test_a_recording_without_irises_looks_straight_ahead(tmp_path: Path) -> None:
    faces = np.zeros((2, 68, 2), np.float32)
    faces[:, [36, 39]], faces[:, [42, 45]] = ((10, 20), (30, 24)), ((50, 24), (70, 20))
    np.savez(tmp_path / "old.npz", size=(640, 480), landmarks=faces, seconds=[0.0, 1.0])
    for scene, face in zip(LandmarkRecording.load(tmp_path / "old.npz"), faces, strict=True):
        assert scene.landmarks is not None
        assert (scene.landmarks[:68] == face).all()
        assert scene.landmarks[68:].tolist() == [[20, 22], [60, 22]]
        assert gaze(scene.landmarks).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("content", [b"", b"PK no zip", b"x" * 1000])
def test_a_damaged_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(MediaError, match="damaged"):
        LandmarkRecording.load(tmp_path / "bad.npz")


WHOLE = {
    "size": (640, 480),
    "landmarks": np.zeros((3, 70, 2), np.float32),
    "seconds": np.array([0.0, 1.0, 2.0]),
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"landmarks": np.full((3, 70, 2), np.nan)}, "landmarks has numbers that are not finite"),
        ({"seconds": [0.0, np.nan, 2.0]}, "seconds has numbers that are not finite"),
        ({"seconds": [0.0, 1.0, np.inf]}, "seconds has numbers that are not finite"),
        ({"seconds": [0.0, 1.0]}, "seconds has another shape than 3"),
        ({"seconds": [0.0, 2.0, 1.0]}, "holds no performance: its times don't ascend"),
        ({"seconds": [0.0, 0.0, 1e-300]}, "holds no performance: it has more than 1000 frames"),
        ({"seconds": [-1e300, 0.0, 1e300]}, "holds no performance: it lasts longer"),
        ({"landmarks": np.zeros((0, 70, 2)), "seconds": []}, "landmarks has another shape"),
        ({"landmarks": np.full((3, 70, 2), -1e9)}, "holds no performance: its landmarks lie far"),
        ({"landmarks": np.zeros((3, 5, 2))}, "holds no performance: its faces have 5 landmarks"),
        ({"size": (60_000, 60_000)}, "holds no performance: its pictures have 60000x60000"),
        ({"size": (640, 0)}, "holds no performance: its pictures have 640x0"),
        ({"size": (640.0, 480.0)}, "size is of another type"),
        ({"size": (2**70, 1)}, "size is of another type"),
    ],
)
def test_a_file_without_a_performance_is_refused(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    np.savez(tmp_path / "other.npz", **(WHOLE | change))
    with pytest.raises(MediaError, match=message):
        LandmarkRecording.load(tmp_path / "other.npz")


def test_a_missing_recording_is_named(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"There is no file .*missing\.npz"):
        LandmarkRecording.load(tmp_path / "missing.npz")
