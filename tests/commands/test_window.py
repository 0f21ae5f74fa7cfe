"""The real window, on a virtual screen, with real key presses."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest

from face2face.inference.models import pretrained

pytestmark = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")),
    reason="needs Xvfb and xdotool (Debian: xvfb, xdotool)",
)


def until(condition: Callable[[], bool], process: subprocess.Popen, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a virtual screen; FRAMEBUFFER names the file with its pixels."""
    framebuffer = tmp_path / "screen"
    framebuffer.mkdir()
    read, write = os.pipe()
    server = subprocess.Popen(
        [
            *("Xvfb", "-noreset", "-screen", "0", "1280x800x24"),
            *("-displayfd", str(write), "-fbdir", str(framebuffer)),
        ],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    number = os.read(read, 16).decode().strip()
    os.close(write)
    environment = os.environ | {
        "DISPLAY": f":{number}",
        "FRAMEBUFFER": str(framebuffer / "Xvfb_screen0"),
    }
    until(
        lambda: (
            subprocess.run(
                ["xdotool", "getdisplaygeometry"], env=environment, capture_output=True
            ).returncode
            == 0
        ),
        server,
    )
    yield environment
    server.terminate()
    server.wait()
    os.close(read)


needs_manager = pytest.mark.skipif(
    not (shutil.which("openbox") and shutil.which("wmctrl")),
    reason="needs a window manager (Debian: openbox, wmctrl)",
)


@pytest.mark.parametrize("how", ["q", "Escape", pytest.param("closed", marks=needs_manager)])
def test_the_window_opens_and_is_closed(how: str, screen: dict[str, str], tmp_path: Path) -> None:
    def xdotool(*arguments: str) -> str:
        return subprocess.run(
            ["xdotool", *arguments], env=screen, capture_output=True, text=True, check=False
        ).stdout.strip()

    manager = (
        subprocess.Popen(["openbox"], env=screen, stderr=subprocess.DEVNULL)
        if how == "closed"
        else None
    )
    program = [
        sys.executable,
        "-m",
        "face2face",
        "run_webcam",
        "--source",
        "demo",
        "--output",
        "out.mp4",
    ]
    process = subprocess.Popen(
        program, env=screen, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until(
        lambda: (
            xdotool("search", "--name", "^face2face$") != "" and (tmp_path / "out.mp4").exists()
        ),
        process,
    )
    window = xdotool("search", "--name", "^face2face$").splitlines()[-1]
    time.sleep(0.5)
    if how == "closed":
        subprocess.run(["wmctrl", "-c", "face2face"], env=screen, check=True)
    else:
        xdotool("windowfocus", window)
        xdotool("key", "--window", window, how)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "frames a second" in out
    assert err == ""
    if manager is not None:
        manager.terminate()
        manager.wait()


def test_every_key_does_what_its_help_says(screen: dict[str, str], tmp_path: Path) -> None:
    """In a pause, each display key changes the screen, and once more changes it back."""
    model = pretrained()
    program = [
        sys.executable,
        "-m",
        "face2face",
        "run_webcam",
        "--source",
        "demo",
        "--tf-model",
        str(model),
    ]
    process = subprocess.Popen(
        program, env=screen, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )

    def xdotool(*arguments: str) -> str:
        return subprocess.run(
            ["xdotool", *arguments], env=screen, capture_output=True, text=True, check=False
        ).stdout.strip()

    def press(key: str) -> None:
        xdotool("key", "--window", window, {" ": "space"}.get(key, key))
        time.sleep(0.3)

    def seen() -> bytes:
        return Path(screen["FRAMEBUFFER"]).read_bytes()

    until(lambda: xdotool("search", "--name", "^face2face$") != "", process)
    window = xdotool("search", "--name", "^face2face$").splitlines()[-1]
    xdotool("windowfocus", window)
    time.sleep(3)
    press("r")
    time.sleep(1)
    press("r")
    press("p")
    until(lambda: len(list(tmp_path.glob("face2face-*.png"))) == 1, process)

    def shows(key: str, comes: bool) -> None:
        """Press a key, and wait until the screen differs from the paused picture, or equals it."""
        press(key)
        until(lambda: (seen() != still) == comes, process)

    press(" ")
    time.sleep(3)  # until the last note is out of date
    press("x")  # bound to nothing
    time.sleep(1)
    still = seen()
    time.sleep(1)
    assert seen() == still, "paused"
    for key in "him":
        shows(key, True)
        shows(key, False)
    for comes in (True, True, False):
        shows("c", comes)
    for key in "eEtTsS0n":
        shows(key, True)  # shows a note
        time.sleep(2)
        shows("x", False)
    # Without a window manager nothing fills the screen; a fake window tests the call.
    press("f")
    press("f")
    press(" ")
    press("q")
    _, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    (recorded,) = tmp_path.glob("face2face-*.mp4")
    with av.open(str(recorded)) as container:
        assert sum(1 for _ in container.decode(video=0)) > 10
