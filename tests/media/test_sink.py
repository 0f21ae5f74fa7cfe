import contextlib
import json
import shutil
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest

from face2face.errors import MediaError
from face2face.media.sink import SYNTHETIC_NOTICE, Recording, Window, has_screen


def grey(level: int, height: int = 64, width: int = 96) -> np.ndarray:
    return np.full((height, width, 3), level, np.uint8)


def read(path: Path) -> tuple[list[float], list[int], dict[str, str]]:
    with av.open(str(path)) as container:
        frames = [(float(frame.time), int(frame.to_ndarray(format="rgb24").mean())) for frame in container.decode(video=0)]
        return [time for time, _ in frames], [level for _, level in frames], dict(container.metadata)


def test_a_recording_has_every_picture_at_its_time_and_says_that_it_is_synthetic(tmp_path: Path) -> None:
    with Recording(tmp_path / "new" / "out.mp4", 25) as recording:
        for number in range(10):
            recording.write(grey(20 * number), number / 25)
    times, levels, metadata = read(tmp_path / "new" / "out.mp4")
    assert times == pytest.approx([number / 25 for number in range(10)])
    assert levels == pytest.approx([20 * number for number in range(10)], abs=4)
    assert metadata["comment"] == SYNTHETIC_NOTICE


def test_late_pictures_are_made_up_for_and_early_ones_left_out(tmp_path: Path) -> None:
    with Recording(tmp_path / "out.mp4", 10) as recording:
        for level, seconds in ((0, 0.0), (50, 0.02), (100, 0.1), (200, 0.4)):
            recording.write(grey(level), seconds)
    times, levels, _ = read(tmp_path / "out.mp4")
    assert times == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert levels == pytest.approx([0, 100, 200, 200, 200], abs=4)


def test_odd_sizes_are_cut(tmp_path: Path) -> None:
    with Recording(tmp_path / "out.mp4", 25) as recording:
        recording.write(grey(9, 65, 97), 0)
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert (container.streams.video[0].height, container.streams.video[0].width) == (64, 96)


def test_an_error_on_the_way_leaves_a_playable_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Recording(tmp_path / "out.mp4", 25) as recording:
        for number in range(10):
            recording.write(grey(100), number / 25)
        raise RuntimeError
    assert len(read(tmp_path / "out.mp4")[0]) == 10


def test_a_killed_program_leaves_a_playable_file(tmp_path: Path) -> None:
    code = f"""
import numpy as np, os, signal
from pathlib import Path
from face2face.media.sink import Recording
recording = Recording(Path({str(tmp_path / "out.mp4")!r}), 25)
rng = np.random.default_rng(0)
for number in range(500):
    recording.write(rng.integers(0, 256, (64, 64, 3), np.uint8), number / 25)
os.kill(os.getpid(), signal.SIGKILL)
"""
    import sys

    subprocess.run([sys.executable, "-c", code], check=False)
    decoded = 0
    with av.open(str(tmp_path / "out.mp4")) as container, contextlib.suppress(av.FFmpegError):
        for _ in container.decode(video=0):
            decoded += 1
    assert decoded > 100


@pytest.mark.skipif(not shutil.which("ffprobe"), reason="needs ffprobe")
def test_another_program_opens_it(tmp_path: Path) -> None:
    with Recording(tmp_path / "out.mp4", 30000 / 1001) as recording:
        for number in range(30):
            recording.write(grey(number), number * 1001 / 30000)
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(tmp_path / "out.mp4")]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    (stream,) = report["streams"]
    assert (stream["codec_name"], stream["pix_fmt"], stream["avg_frame_rate"], stream["nb_frames"]) == (
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


def test_no_screen_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for display in ("", ":987"):
        monkeypatch.setenv("DISPLAY", display)
        assert not has_screen()
        with pytest.raises(MediaError, match="--output"):
            Window()
