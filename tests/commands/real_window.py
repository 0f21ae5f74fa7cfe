"""A command with a window on a virtual screen, with real mouse and keys."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from face2face.image import Image
from face2face.media.stills import read_image
from tests.commands.test_window import until

needs_screen = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")),
    reason="needs Xvfb and xdotool (Debian: xvfb, xdotool)",
)


class RealWindow:
    """A command's window.

    Args:
        command: The verb and its options, as typed. The window's title is the verb's.
        screen: The virtual screen's environment.
        folder: Where the command runs.
    """

    def __init__(self, command: str, screen: dict[str, str], folder: Path) -> None:
        self._screen = screen
        self.process = subprocess.Popen(
            [sys.executable, "-m", "face2face", *command.split()],
            env=screen,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        title = f"face2face {command.split()[0]}"
        until(lambda: self._xdotool("search", "--name", title) != "", self.process)
        self._window = self._xdotool("search", "--name", title).splitlines()[-1]
        time.sleep(3)
        lines = self._xdotool("getwindowgeometry", "--shell", self._window).splitlines()
        place = dict(line.split("=") for line in lines)
        self._left, self._top = int(place["X"]), int(place["Y"])

    def _xdotool(self, *arguments: object) -> str:
        command = ["xdotool", *map(str, arguments)]
        return subprocess.run(
            command, env=self._screen, capture_output=True, text=True, check=False
        ).stdout.strip()

    def _move(self, x: int, y: int, *then: object) -> None:
        self._xdotool("mousemove", self._left + x, self._top + y, *then)

    def click(self, x: int, y: int) -> None:
        """Click at a pixel of the window."""
        self._move(x, y, "click", 1)
        time.sleep(0.3)

    def stroke(self, x: int, y: int) -> None:
        """Draw 50 pixels to the right from a pixel of the window, and give it the keys."""
        self._move(x, y, "mousedown", 1)
        for step in range(1, 6):
            self._move(x + 10 * step, y)
            time.sleep(0.05)
        self._xdotool("mouseup", 1)
        time.sleep(1.5)
        self._xdotool("windowfocus", self._window)

    def press(self, *keys: str) -> None:
        """Press keys one after another."""
        for key in keys:
            self._xdotool("key", "--window", self._window, key)
            time.sleep(0.4)

    def save(self, output: Path) -> Image:
        """Press s and return the picture that is then written."""
        output.unlink(missing_ok=True)
        self.press("s")
        until(output.is_file, self.process)
        time.sleep(0.3)
        return read_image(output)

    def quit(self) -> None:
        """Press q; the command must end without an error."""
        self.press("q")
        _, err = self.process.communicate(timeout=20)
        assert (self.process.returncode, err) == (0, "")
