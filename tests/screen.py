"""A virtual screen for tests of real windows: what it shows, and keys and clicks on it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

needs_screen = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")),
    reason="needs Xvfb and xdotool (Debian: xvfb, xdotool)",
)

#: Bytes of the frame buffer above the pointer, which lies in the middle. Windows reach there.
_TOP_BYTES = 1_900_000
#: Seconds after which a window that isn't painted is shown again.
_PAINT_SECONDS = 5.0


def until(condition: Callable[[], object], process: subprocess.Popen, seconds: float = 40) -> None:
    """Poll until a condition holds, while a process runs."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)


class VirtualScreen:
    """A running Xvfb.

    Args:
        number: The display's number.
        frame_buffer: The file in which Xvfb keeps the screen's pixels.
    """

    def __init__(self, number: str, frame_buffer: Path) -> None:
        self.environment = os.environ | {"DISPLAY": f":{number}"}
        self._frame_buffer = frame_buffer
        self._blank = b""

    def xdotool(self, *arguments: object) -> str:
        """Run xdotool, and return what it prints."""
        command = ["xdotool", *map(str, arguments)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        return done.stdout.strip()

    def picture(self) -> bytes:
        """Return the screen's pixels."""
        return self._frame_buffer.read_bytes()

    def settled(self, process: subprocess.Popen, seconds: float = 0.5) -> bytes:
        """Return the screen's pixels once they have not changed for a while."""
        last, since = self.picture(), time.monotonic()

        def unchanged() -> bool:
            nonlocal last, since
            if (now := self.picture()) != last:
                last, since = now, time.monotonic()
            return time.monotonic() - since > seconds

        until(unchanged, process)
        return last

    def start(self, folder: Path, *arguments: str) -> subprocess.Popen:
        """Start ``face2face`` with some arguments in a folder, on this screen."""
        self._blank = self.picture()[:_TOP_BYTES]
        pipe = subprocess.PIPE
        program = [sys.executable, "-m", "face2face", *arguments]
        return subprocess.Popen(
            program, env=self.environment, cwd=folder, stdout=pipe, stderr=pipe, text=True
        )

    def window(self, name: str, process: subprocess.Popen) -> str:
        """Wait until the window of a name is painted, and return its number.

        Without a window manager, Qt at times misses that its window is shown, and never paints it.
        """
        until(lambda: self.xdotool("search", "--name", name), process)
        window = self.xdotool("search", "--name", name).splitlines()[-1]
        due = time.monotonic() + _PAINT_SECONDS

        def painted() -> bool:
            nonlocal due
            if time.monotonic() > due:
                self.xdotool("windowunmap", "--sync", window, "windowmap", "--sync", window)
                due = time.monotonic() + _PAINT_SECONDS
            return self.picture()[:_TOP_BYTES] != self._blank

        until(painted, process)
        return window

    def corner(self, window: str) -> tuple[int, int]:
        """Return where the left upper corner of a window is, in pixels."""
        lines = self.xdotool("getwindowgeometry", "--shell", window).splitlines()
        place = dict(line.split("=") for line in lines)
        return int(place["X"]), int(place["Y"])


@contextmanager
def virtual_screen(folder: Path) -> Iterator[VirtualScreen]:
    """Start a screen of 1280x800 pixels, and end it."""
    read, write = os.pipe()
    options = ["-displayfd", str(write), "-screen", "0", "1280x800x24", "-noreset"]
    server = subprocess.Popen(
        ["Xvfb", *options, "-fbdir", str(folder)], pass_fds=[write], stderr=subprocess.DEVNULL
    )
    screen = VirtualScreen(os.read(read, 16).decode().strip(), folder / "Xvfb_screen0")
    os.close(write)
    until(lambda: screen.xdotool("getdisplaygeometry"), server)
    try:
        yield screen
    finally:
        server.terminate()
        server.wait()
        os.close(read)
