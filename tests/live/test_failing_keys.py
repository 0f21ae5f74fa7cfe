"""A key that fails says so in the window, and the live program goes on."""

import errno
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from face2face.card import ModelCard
from face2face.errors import MediaError, ModelError
from face2face.image import Image, Scene
from face2face.inference.models import pretrained
from face2face.live.controls import LiveControls
from face2face.live.frame import RenderedFrame
from face2face.live.loop import Summary, run
from face2face.live.outputs import LiveOutputs
from face2face.live.pipeline import LivePipeline
from face2face.media.sink import Sink
from face2face.synthetic.performance import ScriptedDriver
from tests.live.test_loop import Collector, Typist, pipeline

Loader = Callable[[], LivePipeline]


class Notes(LiveControls):
    """Live controls that keep all notes."""

    def __init__(self, *arguments: object, **options: object) -> None:
        self.notes: list[str] = []
        super().__init__(*arguments, clock=lambda: 0.0, **options)  # type: ignore[arg-type]

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name == "_note" and value:
            self.notes.append(str(value))


def typed(keys: str, *others: Loader, outputs: LiveOutputs | None = None) -> tuple[Notes, Summary]:
    """Type keys, one after each frame, and return the controls and the result of the run."""
    state = Notes([pipeline, *others], outputs=outputs, window=Typist(keys))
    with state.outputs:
        return state, run(state, ScriptedDriver(loops=True))


def damaged(folder: Path, file: str, content: bytes | None) -> Loader:
    """Copy the pretrained model with a damaged file, and return what loads the copy."""
    shutil.copytree(pretrained(), folder)
    replace(ModelCard.load(folder), precision="f32").save(folder)
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    return lambda: LivePipeline.load(folder)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("frozen_model.pb", b""),
        ("frozen_model.pb", b"\xff\x00garbage" * 50),
        ("frozen_model.pb", None),
        ("card.json", b"{}"),
        ("bank.npz", b"no archive"),
        ("bank.npz", None),
    ],
)
def test_a_damaged_model_is_passed_over(file: str, content: bytes | None, tmp_path: Path) -> None:
    load = damaged(tmp_path / "other", file, content)
    state, summary = typed("..n....", load)
    assert len(state.notes) == 1
    assert str(tmp_path / "other") in state.notes[0]
    assert (state.pipeline.model, summary.frames) == ("fake", 8)


def test_the_next_key_loads_the_model_after_the_damaged_one(tmp_path: Path) -> None:
    load = damaged(tmp_path / "other", "card.json", b"")
    state, _ = typed("n.n.", load, lambda: pipeline("third"))
    assert state.pipeline.model == "third"
    assert state.notes[-1] == "third"


class FailsLater:
    """A renderer whose damage shows at the first frame, as that of a graph does."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __call__(self, pose: object) -> RenderedFrame:
        raise self._error


def failing_later(error: Exception = ModelError("The graph is damaged.")) -> LivePipeline:
    return replace(pipeline("late"), renderer=FailsLater(error))


@pytest.mark.parametrize("keys", ["..n...", "..nn..", "..nnnn"])
@pytest.mark.parametrize(
    "error", [ModelError("The graph is damaged."), MemoryError(), OSError(errno.EIO, "broken")]
)
def test_a_model_that_fails_at_its_first_frame_gives_way(keys: str, error: Exception) -> None:
    state, summary = typed(keys, lambda: failing_later(error))
    assert (state.pipeline.model, summary.frames, summary.found) == ("fake", 7, 7)
    assert any(note not in ("fake", "late") for note in state.notes)


def test_a_fault_of_the_program_is_not_hidden() -> None:
    with pytest.raises(KeyError):
        typed("..n...", lambda: failing_later(KeyError("x")))


def test_the_only_model_ends_the_run() -> None:
    state = Notes([failing_later], window=Typist("..."))
    with pytest.raises(ModelError):
        run(state, ScriptedDriver(loops=True))


@pytest.mark.parametrize("key", ["p", "r"])
@pytest.mark.parametrize(
    "error",
    [
        MediaError("out can't be written: No space left on device."),
        OSError(errno.EROFS, "Read-only file system"),
        MemoryError(),
    ],
)
def test_a_file_that_cannot_be_begun_is_said(
    key: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> tuple[Sink, Path]:
        raise error

    monkeypatch.setattr("face2face.live.outputs.write_image", fail)
    state, summary = typed(f"..{key}...", outputs=LiveOutputs(open_recording=fail))
    assert len(state.notes) == 1
    assert summary.frames == 7


def test_a_snapshot_into_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    outputs = LiveOutputs(name_snapshot=lambda: tmp_path / "gone" / "now.png")
    state, summary = typed("..p...", outputs=outputs)
    assert "There is no folder" in state.notes[0]
    assert summary.frames == 7


class FullDisk(Collector):
    """A sink that takes two pictures, and whose end fails too."""

    def write(self, image: Image, seconds: float) -> None:
        if len(self.pictures) == 2:
            raise MediaError("now.mp4 can't be written: No space left on device.")
        super().write(image, seconds)

    def __exit__(self, *error: object) -> None:
        raise MediaError("now.mp4 can't be written: No space left on device.")


@pytest.mark.parametrize("keys", ["r.......", "r.r.....", "r....r.."])
def test_a_recording_that_fills_the_disk_ends_alone(keys: str) -> None:
    sinks: list[FullDisk] = []

    def open_recording() -> tuple[Sink, Path]:
        sinks.append(FullDisk())
        return sinks[-1], Path("now.mp4")

    kept = Collector()
    state, summary = typed(keys, outputs=LiveOutputs([kept], open_recording=open_recording))
    assert "now.mp4 can't be written: No space left on device." in state.notes
    assert summary.frames == len(kept.pictures) == 9
    assert all(len(sink.pictures) <= 2 for sink in sinks)


def test_an_output_of_the_command_line_still_ends_the_run() -> None:
    class Broken(Collector):
        def write(self, image: Image, seconds: float) -> None:
            raise MediaError("out.mp4 can't be written.")

    with pytest.raises(MediaError):
        typed("....", outputs=LiveOutputs([Broken()]))


def test_an_error_is_shown_longer_than_a_note() -> None:
    now = [0.0]
    state = LiveControls([pipeline], clock=lambda: now[0])
    state.show_error(MediaError("now.png can't be written.", hint="Free some disk space."))
    now[0] = 5.0
    assert state.note == "now.png can't be written. Free some disk space."
    state.show("mirror")
    now[0] = 7.1
    assert state.note == ""


def test_a_driver_without_a_face_does_not_prove_a_model() -> None:
    scene = next(iter(ScriptedDriver()))
    empty = Scene(scene.photo, None, 0.1)
    state = Notes([pipeline, failing_later])
    state.next_model()
    state.pipeline = replace(pipeline("late"))
    assert not state.render(empty).found
    state.pipeline = failing_later()
    assert state.render(scene).found
    assert state.pipeline.model == "fake"
