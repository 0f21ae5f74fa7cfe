"""The live program from its options, without the console."""

from pathlib import Path

import av
import pytest

from face2face.edit.face_painter import FacePainter
from face2face.errors import MediaError, ModelError
from face2face.inference.models import pretrained
from face2face.live.options import LiveOptions, OutputOptions
from face2face.live.program import run_live, unused_name
from face2face.synthetic.performance import LandmarkRecording, ScriptedDriver


def recorded(path: Path, frames: int) -> Path:
    """Record the first frames of the scripted driver."""
    recording = LandmarkRecording(480, 480)
    for _, scene in zip(range(frames), ScriptedDriver(), strict=False):
        assert scene.landmarks is not None
        recording.add(scene.landmarks, scene.seconds or 0.0)
    recording.save(path)
    return path


def test_it_runs_from_options_alone(in_folder: Path) -> None:
    output = OutputOptions(window=False, recording=Path("out.mp4"), landmarks=Path("again.npz"))
    driver = recorded(in_folder / "take.npz", 5)
    lines: list[str] = []
    result = run_live(LiveOptions(str(driver), output=output), None, FacePainter(), lines.append)
    assert (result.model, result.summary.frames, result.summary.found) == ("astronaut", 5, 5)
    assert str(result).startswith("astronaut on OpenVINO")
    assert lines == ["written: again.npz, 5 poses", str(result), "written: out.mp4"]
    assert len(LandmarkRecording.load(Path("again.npz")).landmarks) == 5
    with av.open("out.mp4") as container:
        assert sum(1 for _ in container.decode(video=0)) == 5


def test_landmarks_are_saved_even_if_the_run_breaks_off(
    in_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        """A recording on a full disk."""

        def __init__(self, *arguments: object, **options: object) -> None: ...

        def write(self, image: object, seconds: float) -> None:
            if seconds > 0.05:
                raise MediaError("The disk is full.")

        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *error: object) -> None: ...

    monkeypatch.setattr("face2face.live.program.Recording", Full)
    output = OutputOptions(window=False, recording=Path("out.mp4"), landmarks=Path("again.npz"))
    driver = recorded(in_folder / "take.npz", 5)
    with pytest.raises(MediaError, match="disk"):
        run_live(LiveOptions(str(driver), output=output), None, FacePainter())
    assert len(LandmarkRecording.load(Path("again.npz")).landmarks) == 2


def test_results_are_saved_before_the_source_is_closed(
    in_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A camera's driver may hang when it is closed."""
    recorded(in_folder / "take.npz", 5)
    files: list[str] = []

    def close(self: LandmarkRecording, *error: object) -> None:
        files.extend(path.name for path in in_folder.iterdir())

    monkeypatch.setattr(LandmarkRecording, "__exit__", close)
    output = OutputOptions(window=False, recording=Path("out.mp4"), landmarks=Path("again.npz"))
    run_live(LiveOptions("take.npz", output=output), None, FacePainter())
    assert sorted(files) == ["again.npz", "out.mp4", "take.npz"]


def test_a_model_for_photos_does_not_run_live(in_folder: Path) -> None:
    output = OutputOptions(window=False, recording=Path("out.mp4"))
    with pytest.raises(ModelError, match="mode edit, not reenact or inpaint"):
        run_live(LiveOptions("demo", pretrained("edit"), output=output), None, FacePainter())


def test_an_unused_name_is_no_file_that_exists(in_folder: Path) -> None:
    first = unused_name("face2face", ".png")
    first.touch()
    second = unused_name("face2face", ".png")
    assert second != first
    assert second.suffix == ".png"
