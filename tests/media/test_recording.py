import contextlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from face2face.errors import MediaError
from face2face.media.recording import SYNTHETIC_NOTICE, Recording


def grey(level: int, height: int = 64, width: int = 96) -> np.ndarray:
    return np.full((height, width, 3), level, np.uint8)


def read(path: Path) -> tuple[list[float], list[int], dict[str, str]]:
    with av.open(str(path)) as container:
        frames = [
            (float(frame.time), int(frame.to_ndarray(format="rgb24").mean()))
            for frame in container.decode(video=0)
        ]
        return (
            [time for time, _ in frames],
            [level for _, level in frames],
            dict(container.metadata),
        )


def test_a_recording_has_every_picture_at_its_time_and_is_marked_synthetic(
    tmp_path: Path,
) -> None:
    with Recording(tmp_path / "new" / "out.mp4", 25) as recording:
        for number in range(10):
            recording.write(grey(20 * number), number / 25)
    times, levels, metadata = read(tmp_path / "new" / "out.mp4")
    assert times == pytest.approx([number / 25 for number in range(10)])
    assert levels == pytest.approx([20 * number for number in range(10)], abs=4)
    assert metadata["comment"] == SYNTHETIC_NOTICE


def test_a_picture_is_repeated_until_the_next_and_early_ones_are_dropped(tmp_path: Path) -> None:
    with Recording(tmp_path / "out.mp4", 10) as recording:
        for level, seconds in ((0, 0.0), (50, 0.02), (100, 0.1), (200, 0.4)):
            recording.write(grey(level), seconds)
    times, levels, _ = read(tmp_path / "out.mp4")
    assert times == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert levels == pytest.approx([0, 100, 100, 100, 200], abs=4)


def test_the_file_is_there_with_the_first_picture_and_not_before(tmp_path: Path) -> None:
    with Recording(tmp_path / "out.mp4", 25) as recording:
        assert not (tmp_path / "out.mp4").exists()
        recording.write(grey(100), 0.0)
        assert (tmp_path / "out.mp4").is_file()


def test_odd_sizes_are_cut(tmp_path: Path) -> None:
    with Recording(tmp_path / "out.mp4", 25) as recording:
        recording.write(grey(9, 65, 97), 0)
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert (container.streams.video[0].height, container.streams.video[0].width) == (64, 96)


def test_a_camera_that_changes_its_size_goes_on(tmp_path: Path) -> None:
    with Recording(tmp_path / "out.mp4", 25) as recording:
        recording.write(grey(50, 48, 64), 0.0)
        recording.write(grey(150, 72, 128), 0.04)
    _, levels, _ = read(tmp_path / "out.mp4")
    assert levels == pytest.approx([50, 150], abs=4)


def decodable(path: Path) -> int:
    """Return the number of pictures that can be decoded from a file that may be cut off."""
    decoded = 0
    with av.open(str(path)) as container, contextlib.suppress(av.FFmpegError):
        for _ in container.decode(video=0):
            decoded += 1
    return decoded


def test_an_error_on_the_way_leaves_a_playable_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Recording(tmp_path / "out.mp4", 25) as recording:
        for number in range(10):
            recording.write(grey(100), number / 25)
        raise RuntimeError
    assert len(read(tmp_path / "out.mp4")[0]) == 10


@pytest.mark.parametrize(
    ("fps", "seconds", "sound"),
    [
        (25, 20, False),
        (30, 1, False),
        (30, 1, True),
        (60, 1, False),
        (10, 1.5, True),
        (4, 2, False),
    ],
)
def test_a_killed_program_leaves_all_but_the_last_moment(
    tmp_path: Path, fps: float, seconds: float, sound: bool
) -> None:
    driver = with_sound(tmp_path / "driver.mp4", 0.5) if sound else None
    code = f"""
import numpy as np, os, signal
from pathlib import Path
from face2face.media.recording import Recording
sound = Path({str(driver)!r}) if {sound} else None
recording = Recording(Path({str(tmp_path / "out.mp4")!r}), {fps}, sound)
rng = np.random.default_rng(0)
for number in range(round({fps * seconds})):
    recording.write(rng.integers(0, 256, (64, 64, 3), np.uint8), number / {fps})
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], check=False)
    # The encoder holds back 0.3 s, FFmpeg 0.2 s, and each of its threads a picture.
    assert decodable(tmp_path / "out.mp4") >= fps * (seconds - 0.5) - 4


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on a file's size")
def test_a_full_disk_is_reported_and_the_recording_stays_playable(tmp_path: Path) -> None:
    code = f"""
import numpy as np, resource, signal
from pathlib import Path
from face2face.errors import MediaError
from face2face.media.recording import Recording
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
rng = np.random.default_rng(0)
try:
    with Recording(Path({str(tmp_path / "out.mp4")!r}), 25) as recording:
        for number in range(1000):
            recording.write(rng.integers(0, 256, (64, 64, 3), np.uint8), number / 25)
except MediaError as error:
    print(error)
"""
    message = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert f"{tmp_path / 'out.mp4'} can't be written" in message
    assert "Free some disk space" in message
    assert decodable(tmp_path / "out.mp4") > 100


@pytest.mark.skipif(not shutil.which("ffprobe"), reason="needs ffprobe")
def test_another_program_opens_it(tmp_path: Path) -> None:
    with Recording(tmp_path / "out.mp4", 30000 / 1001) as recording:
        for number in range(30):
            recording.write(grey(number), number * 1001 / 30000)
    command = [
        "ffprobe",
        "-v",
        "error",
        "-show_streams",
        "-show_format",
        "-of",
        "json",
        str(tmp_path / "out.mp4"),
    ]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    (stream,) = report["streams"]
    assert (
        stream["codec_name"],
        stream["pix_fmt"],
        stream["avg_frame_rate"],
        stream["nb_frames"],
    ) == (
        "h264",
        "yuv420p",
        "30000/1001",
        "30",
    )
    assert report["format"]["tags"]["comment"] == SYNTHETIC_NOTICE


def test_other_suffixes_and_unwritable_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"\.mp4"):
        Recording(tmp_path / "out.avi", 25)
    (tmp_path / "file").touch()
    with pytest.raises(MediaError, match="writable"):
        Recording(tmp_path / "file" / "out.mp4", 25)


def with_sound(path: Path, seconds: float) -> Path:
    """A video with a tone that rises, 440 Hz and up."""
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("libx264", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
        track = container.add_stream("aac", rate=48000, layout="stereo")
        for _ in range(round(seconds * 25)):
            container.mux(pictures.encode(av.VideoFrame.from_ndarray(grey(0), format="rgb24")))
        tone = np.sin(2 * np.pi * 440 * np.arange(round(seconds * 48000)) / 48000).astype(
            np.float32
        )
        for start in range(0, len(tone), 1024):
            frame = av.AudioFrame.from_ndarray(
                np.tile(tone[start : start + 1024], (2, 1)), format="fltp", layout="stereo"
            )
            frame.rate = 48000
            container.mux(track.encode(frame))
        container.mux(pictures.encode(None))
        container.mux(track.encode(None))
    return path


def lengths(path: Path) -> dict[str, float]:
    with av.open(str(path)) as container:
        return {
            stream.type: float(stream.duration * stream.time_base) for stream in container.streams
        }


def test_the_drivers_sound_goes_with_the_pictures_as_far_as_they_go(tmp_path: Path) -> None:
    driver = with_sound(tmp_path / "driver.mp4", 4.0)
    with Recording(tmp_path / "out.mp4", 25, sound=driver) as recording:
        for number in range(50):
            recording.write(grey(number), number / 25)
    assert lengths(tmp_path / "out.mp4") == pytest.approx({"video": 2.0, "audio": 2.0}, abs=1 / 25)
    with av.open(str(tmp_path / "out.mp4")) as container:
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    assert np.abs(sound[:, 4800:90000]).max() > 0.5, "the track has sound"


def test_a_driver_without_sound_is_recorded_without(tmp_path: Path, video: Path) -> None:
    with Recording(tmp_path / "out.mp4", 25, sound=video) as recording:
        recording.write(grey(0), 0.0)
    assert set(lengths(tmp_path / "out.mp4")) == {"video"}


@pytest.mark.parametrize(
    ("height", "width", "matrix"),
    [(64, 96, 6), (480, 640, 6), (576, 720, 6), (720, 960, 1), (512, 1280, 1), (1080, 1920, 1)],
)
def test_colours_are_those_of_the_tagged_matrix(
    tmp_path: Path, height: int, width: int, matrix: int
) -> None:
    colour = (20, 160, 230)
    with Recording(tmp_path / "out.mp4", 25) as recording:
        recording.write(np.full((height, width, 3), colour, np.uint8), 0.0)
    with av.open(str(tmp_path / "out.mp4")) as container:
        codec = container.streams.video[0].codec_context
        assert (codec.colorspace, codec.color_primaries, codec.color_trc) == (matrix, 1, 1)
        (frame,) = container.decode(video=0)
    luma, blue, red = (int(np.median(np.frombuffer(plane, np.uint8))) for plane in frame.planes)
    kr, kb = (0.2126, 0.0722) if matrix == 1 else (0.299, 0.114)
    r, g, b = (each / 255 for each in colour)
    y = kr * r + (1 - kr - kb) * g + kb * b
    assert luma == pytest.approx(16 + 219 * y, abs=2)
    assert blue == pytest.approx(128 + 112 * (b - y) / (1 - kb), abs=2)
    assert red == pytest.approx(128 + 112 * (r - y) / (1 - kr), abs=2)


@pytest.mark.parametrize("fps", [30, 30000 / 1001, 12.5, 60, 120, 300, 1000])
def test_a_recording_has_the_sources_rate_and_length(tmp_path: Path, fps: float) -> None:
    with Recording(tmp_path / "out.mp4", fps) as recording:
        for number in range(60):
            recording.write(grey(number), number / fps)
    times, _, _ = read(tmp_path / "out.mp4")
    assert times == pytest.approx([number / fps for number in range(60)], abs=1e-3)
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert float(container.streams.video[0].average_rate) == pytest.approx(fps, rel=1e-3)


@pytest.mark.parametrize(("height", "width"), [(1, 640), (640, 1), (1, 1), (2, 20000), (20000, 64)])
def test_sizes_that_h264_cannot_hold_are_refused(tmp_path: Path, height: int, width: int) -> None:
    with (
        pytest.raises(
            MediaError,
            match=rf"{width}x{height} pixels can't be recorded\. Use a source of 2 to 16384",
        ),
        Recording(tmp_path / "out.mp4", 25) as recording,
    ):
        recording.write(grey(1, height, width), 0.0)
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no colon in a name")
@pytest.mark.parametrize("name", ["a:b.mp4", "http:x.mp4", "file:me.mp4", "50%d.mp4"])
def test_a_name_is_no_protocol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with Recording(Path(name), 25) as recording:
        recording.write(grey(1), 0.0)
    assert [path.name for path in tmp_path.iterdir()] == [name]
