"""Performances recorded and played back."""

from pathlib import Path

import numpy as np
import pytest

from face2face.errors import MediaError
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


@pytest.mark.parametrize("content", [b"", b"PK no zip", b"x" * 1000])
def test_a_damaged_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(MediaError, match="damaged"):
        LandmarkRecording.load(tmp_path / "bad.npz")


def test_a_file_without_a_performance_is_refused(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "other.npz",
        size=(640, 480),
        landmarks=np.full((3, 68, 2), np.nan),
        seconds=[0, 1, 2],
    )
    with pytest.raises(MediaError, match="not finite"):
        LandmarkRecording.load(tmp_path / "other.npz")
    np.savez(tmp_path / "other.npz", size=(640, 480), landmarks=np.zeros((0, 68, 2)), seconds=[])
    with pytest.raises(MediaError, match="another shape"):
        LandmarkRecording.load(tmp_path / "other.npz")
    with pytest.raises(MediaError, match="There is no file"):
        LandmarkRecording.load(tmp_path / "missing.npz")
