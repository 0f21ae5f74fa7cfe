"""The real window, on a virtual screen, with real key presses."""

import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import av
import pytest

from face2face.inference.models import pretrained
from tests.screen import VirtualScreen, needs_screen, until

pytestmark = needs_screen
needs_manager = pytest.mark.skipif(
    not (shutil.which("openbox") and shutil.which("wmctrl")),
    reason="needs a window manager (Debian: openbox, wmctrl)",
)


@pytest.mark.parametrize(
    "how",
    [
        "q",
        pytest.param("Escape", marks=pytest.mark.slow),
        pytest.param("closed", marks=needs_manager),
    ],
)
def test_the_window_opens_and_is_closed(how: str, screen: VirtualScreen, tmp_path: Path) -> None:
    environment = screen.environment
    manager = None
    if how == "closed":
        manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
    process = screen.start(tmp_path, "run", "--source", "demo", "--output", "out.mp4")
    window = screen.window("^face2face$", process)
    until(lambda: (tmp_path / "out.mp4").exists(), process)
    empty = screen.picture()
    until(lambda: screen.picture() != empty, process)
    if how == "closed":
        subprocess.run(["wmctrl", "-c", "face2face"], env=environment, check=True)
    for _ in range(10):
        if how != "closed":  # a busy machine may lose a key
            screen.xdotool("windowfocus", window)
            screen.xdotool("key", "--window", window, how)
        with suppress(subprocess.TimeoutExpired):
            out, err = process.communicate(timeout=3)
            break
    assert process.returncode == 0, err
    assert "frames a second" in out
    assert err == ""
    if manager is not None:
        manager.terminate()
        manager.wait()


def test_every_key_does_what_the_help_says(screen: VirtualScreen, tmp_path: Path) -> None:
    """Where the driver stands still, each key changes the screen, and again changes it back."""
    options = ("--source", "demo", "--tf-model", str(pretrained()))
    process = screen.start(tmp_path, "run", *options)
    window = screen.window("^face2face$", process)
    screen.xdotool("windowfocus", window)

    def press(key: str) -> None:
        screen.xdotool("key", "--window", window, {" ": "space"}.get(key, key))
        time.sleep(0.2)  # of two keys at once the window sees the last

    def press_until(key: str, condition: Callable[[], bool]) -> None:
        """Press a key until a condition holds: a busy machine may lose it."""

        def pressed() -> bool:
            press(key)
            end = time.monotonic() + 5
            while not (reached := condition()) and time.monotonic() < end:
                time.sleep(0.1)
            return reached

        until(pressed, process)

    def shows(key: str, comes: bool) -> None:
        """After the key the screen differs from the paused picture, or is it again."""
        press_until(key, lambda: (screen.picture() != still) == comes)

    def changes(key: str) -> None:
        """After the key the screen differs from what it was: paused, it never changes by itself."""
        before = screen.settled(process, 0.3)
        press_until(key, lambda: screen.picture() != before)

    def again() -> bool:
        """Whether the paused picture is back; z does nothing but have it drawn."""
        press("z")
        return screen.picture() == still

    def snapshot() -> bool:
        """Press p, and wait a while for the file: keys that come too early are lost."""
        press("p")
        time.sleep(1)
        return any(tmp_path.glob("face2face-*.png"))

    def without_note() -> bool:
        """Whether the paused picture is the same after the time that a note stays."""
        nonlocal still
        still = screen.settled(process, 1.0)
        time.sleep(2.5)
        press("z")
        return screen.settled(process, 1.0) == still

    still = b""
    until(snapshot, process)
    press("r")
    until(lambda: list(tmp_path.glob("face2face-*.mp4")), process)
    time.sleep(2)  # is recorded
    press("r")
    press(" ")
    until(without_note, process)
    for key in "him":
        shows(key, True)
        shows(key, False)
    for comes in (True, True, False):
        shows("c", comes)
    for key in "eEtTsS0n":
        changes(key)  # a note says what it did
    until(again, process)
    # Without a window manager nothing fills the screen: that it is tried is tested with a double.
    press("f")
    press("f")
    press(" ")
    press("q")
    _, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    (recorded,) = tmp_path.glob("face2face-*.mp4")
    with av.open(str(recorded)) as container:
        assert sum(1 for _ in container.decode(video=0)) > 2  # a busy machine shows few
