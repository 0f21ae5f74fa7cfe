"""However a live recording is ended from outside, what was recorded is kept."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from face2face.inference.models import pretrained
from face2face.synthetic.performance import LandmarkRecording, ScriptedDriver

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals as a terminal does")
SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
#: Longer than any test records.
_FRAMES = 4000


@pytest.fixture(scope="module")
def recording_of_leaps() -> LandmarkRecording:
    """A driver who leaps from pose to pose: a clip of it soon fills the encoder's buffers."""
    take, script = LandmarkRecording(480, 480), ScriptedDriver()
    for number in range(_FRAMES):
        landmarks = script.scene(0.7 * number).landmarks
        assert landmarks is not None
        take.add(landmarks, number / script.fps)
    return take


@pytest.fixture
def long_take(recording_of_leaps: LandmarkRecording, in_folder: Path) -> Path:
    recording_of_leaps.save(in_folder / "long.npz")
    return in_folder / "long.npz"


def default_signals() -> None:
    """As in a shell of its own, whatever runs the tests."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_DFL)


def start(source: Path | str, output: int, *options: str) -> subprocess.Popen[str]:
    program = [
        sys.executable,
        "-m",
        "face2face",
        "run",
        "--source",
        str(source),
        "--tf-model",
        str(pretrained()),
        "--no-window",
    ]
    return subprocess.Popen(
        [*program, *options],
        stdout=output,
        stderr=output,
        text=True,
        preexec_fn=default_signals,
        start_new_session=True,
    )


def until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def has_frames(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 2000


def pictures(path: Path) -> int:
    with av.open(str(path)) as container:
        assert container.duration
        return sum(1 for _ in container.decode(video=0))


@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("SIGINT", ""),
        pytest.param("SIGTERM", "", marks=pytest.mark.slow),
        pytest.param("SIGHUP", "", marks=pytest.mark.slow),
        pytest.param("SIGINT", "SIGINT", marks=pytest.mark.slow),
        ("SIGTERM", "SIGHUP"),
        pytest.param("SIGHUP", "SIGTERM", marks=pytest.mark.slow),
    ],
)
def test_a_signal_closes_what_was_recorded(name: str, second: str, long_take: Path) -> None:
    process = start(
        long_take, subprocess.PIPE, "--output", "out.mp4", "--save-performance", "takes/me.npz"
    )
    until(lambda: has_frames(long_take.with_name("out.mp4")), process)
    process.send_signal(getattr(signal, name))
    if second:  # as somebody does who has no patience
        for _ in range(5):
            time.sleep(0.01)
            process.send_signal(getattr(signal, second))
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err == "interrupted\n"
    assert "takes/me.npz" in out
    recorded, kept = (
        pictures(long_take.with_name("out.mp4")),
        len(LandmarkRecording.load(long_take.with_name("takes") / "me.npz").landmarks),
    )
    assert 0 < recorded < _FRAMES
    assert abs(recorded - kept) <= 1


@pytest.mark.parametrize(
    ("options", "files"),
    [
        pytest.param(("--output", "out.mp4"), {"out.mp4"}, marks=pytest.mark.slow),
        (
            ("--output", "deep/out.mp4", "--save-performance", "me.npz", "--compose", "target"),
            {"deep/out.mp4", "me.npz"},
        ),
    ],
)
def test_a_terminal_that_is_closed_loses_nothing(
    options: tuple[str, ...], files: set[str], long_take: Path
) -> None:
    """Writing to it fails from then on."""
    ours, theirs = os.openpty()
    process = start(long_take, theirs, *options)
    os.close(theirs)
    recording = (
        long_take.with_name(options[1]) if "/" not in options[1] else long_take.parent / options[1]
    )
    until(lambda: has_frames(recording), process)
    os.close(ours)
    process.send_signal(signal.SIGHUP)
    assert process.wait(timeout=60) == 130
    assert {
        str(path.relative_to(long_take.parent))
        for path in long_take.parent.rglob("*.*")
        if path != long_take
    } == files
    assert pictures(recording) > 0
    if "me.npz" in files:
        assert LandmarkRecording.load(long_take.with_name("me.npz")).landmarks


def test_nohup_is_obeyed(long_take: Path) -> None:
    program = [
        "nohup",
        sys.executable,
        "-c",
        "import os, signal, time\nfrom face2face.commands.console import report_errors\n"
        + _HANG_UP,
    ]
    done = subprocess.run(
        program, capture_output=True, text=True, check=False, cwd=long_take.parent
    )
    assert (done.returncode, done.stdout) == (0, "goes on\n")


_HANG_UP = """
def action():
    os.kill(os.getpid(), signal.SIGHUP)
    time.sleep(0.1)
    print("goes on")
    return 0

raise SystemExit(report_errors(action))
"""


@pytest.mark.parametrize("kind", ["http", "rtsp", "tcp"])
def test_a_silent_stream_can_be_interrupted(kind: str, in_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"{kind}://127.0.0.1:{server.getsockname()[1]}/camera"
        process = start(url, subprocess.PIPE, "--output", "out.mp4")
        connection, _ = server.accept()
        process.send_signal(signal.SIGINT)
        with connection:
            _, err = process.communicate(timeout=15)  # it waits for half a minute or longer
    assert (process.returncode, err) == (130, "interrupted\n")
    assert list(in_folder.iterdir()) == []
