"""``express --file`` through the command line, with the warp as the models' answer."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from face2face.image import Image
from face2face.media.recording import SYNTHETIC_NOTICE
from face2face.media.stills import write_image
from tests.conftest import write_video
from tests.media.clips import read

Command = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.usefixtures("feature_models")
OPEN = ("--mouth", "open", "--models", "models")
#: Frames a second of the clips.
FPS = 12


@pytest.fixture
def clip(in_folder: Path, frames: list[Image]) -> Path:
    """Six frames of a face, after four of a wall."""
    wall = [np.full_like(frames[0], 90)] * 4
    return write_video(in_folder / "clip.mp4", [*wall, *frames[:6]], FPS)


def add_tone(clip: Path, path: Path) -> None:
    """Copy a clip, with a tone."""
    with av.open(str(clip)) as source, av.open(str(path), "w") as container:
        pictures = container.add_stream_from_template(source.streams.video[0])
        sound = container.add_stream("aac", rate=48000, layout="mono")
        for number in range(40):
            times = (1024 * number + np.arange(1024)) / 48000
            tone = 0.5 * np.sin(2 * np.pi * 1000 * times).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
            frame.rate, frame.pts, frame.time_base = 48000, 1024 * number, Fraction(1, 48000)
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = pictures
                container.mux(packet)


def changes(one: Path, other: Path) -> list[float]:
    """The largest mean change of a row in each frame, in grey levels; the mark is left out."""
    return [
        float(np.abs(a.astype(int) - b)[60:].mean((1, 2)).max())
        for a, b in zip(read(one), read(other), strict=True)
    ]


def test_the_face_changes_and_frames_without_one_stay(clip: Path, face2face: Command) -> None:
    status, out, err = face2face("express", "--file", clip, "--output", "out/new.mp4", *OPEN)
    assert status == 0, err
    assert out == "written: out/new.mp4, the face changed in 6 of 10 frames\n"
    assert "frames: 100%" in err
    change = changes(clip, Path("out/new.mp4"))
    assert max(change[:4]) < 2
    assert change[4] < change[5] < change[7], "it fades in"
    assert change[9] > 4


def test_rate_size_sound_and_the_mark_of_synthetic_pictures(clip: Path, face2face: Command) -> None:
    add_tone(clip, Path("tone.mp4"))
    command = ("express", "--file", "tone.mp4", "--gaze", "left")
    assert face2face(*command, "--output", "new.mp4")[0] == 0
    with av.open("new.mp4") as container:
        assert container.metadata["comment"] == SYNTHETIC_NOTICE
        stream = container.streams.video[0]
        assert (stream.average_rate, stream.width, stream.height) == (FPS, 256, 256)
        loudest = max(np.abs(each.to_ndarray()).max() for each in container.decode(audio=0))
        assert loudest == pytest.approx(0.5, abs=0.1)
    assert face2face(*command, "--output", "plain.mp4", "--no-mark")[0] == 0
    wall, marked = (read(Path(name))[0][:50].astype(int) for name in ("plain.mp4", "new.mp4"))
    assert np.abs(wall - 90).max() < 5 < np.abs(marked - 90).max()


def test_an_interrupted_run_leaves_no_file(
    clip: Path, face2face: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> Image:
        raise KeyboardInterrupt

    monkeypatch.setattr("face2face.edit.face_painter.FacePainter.__call__", interrupt)
    status, _, err = face2face("express", "--file", clip, "--output", "new.mp4", *OPEN)
    assert status == 130, err
    assert sorted(each.name for each in Path().iterdir()) == ["clip.mp4", "models"]


def test_a_video_may_replace_itself(clip: Path, face2face: Command) -> None:
    before = clip.read_bytes()
    command = ("express", "--file", clip, "--output", clip, *OPEN)
    assert face2face(*command)[0] == 2
    assert clip.read_bytes() == before
    assert face2face(*command, "--overwrite")[0] == 0
    assert clip.read_bytes() != before
    assert len(read(clip)) == 10


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--output", "new.avi"), "new.avi doesn't end with .mp4"),
        (("--file", "me.png"), "me.png is no video. Use --photo me.png"),
        (("--file", "models"), "models is no video. Use --photo models"),
        (("--file", "none.mp4"), "There is no file none.mp4"),
        (("--file", "wall.mp4"), "No frame of wall.mp4 shows a face"),
        (("--face", 2), "clip.mp4 shows 2 faces"),
        (("--models", "none"), "There is no model none/mouth"),
    ],
)
def test_an_impossible_change_is_one_line(
    options: tuple[object, ...], message: str, clip: Path, face2face: Command
) -> None:
    wall = np.full((64, 64, 3), 90, np.uint8)
    write_image(Path("me.png"), wall)
    write_video(Path("wall.mp4"), [wall] * 3)
    status, _, err = face2face(
        "express", "--file", clip.name, "--output", "new.mp4", *OPEN, *options
    )
    assert status == 2, err
    lines = [each for each in err.splitlines() if "error: " in each]
    assert len(lines) == 1
    assert message in lines[0]
    assert not list(Path().glob("*new*"))
