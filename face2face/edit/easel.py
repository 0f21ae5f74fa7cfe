"""The easel: a window in which something is painted over a picture, stroke by stroke."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np

from face2face.edit.canvas import Canvas
from face2face.image import Image
from face2face.imaging.text import draw_help, draw_note
from face2face.media.keys import Keys
from face2face.media.sink import QUIT, Window

#: Seconds between looks at keys and mouse.
_IDLE = 0.03
_LARGER, _LARGEST = 1.3, 200


class Easel:
    """What all that is painted in has in common: brush, strokes taken back and made again, and what a person is told.

    Args:
        canvas: What is painted on.

    Attributes:
        canvas: As given.
        over: Whether it shall be closed.
        stale: Whether something was painted since what comes of it was last made.
        told: What a person should know.
    """

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.over = self.stale = False
        self.told = "h shows what the keys do"
        self._helping = False

    def erase(self) -> None:
        """The brush takes away what was painted."""
        self.canvas.brush, self.told = None, "erases what was painted"

    def resize(self, by: float) -> None:
        """A larger or smaller brush."""
        wider = round(self.canvas.radius * by)
        self.canvas.radius = int(np.clip(wider + (wider == self.canvas.radius) * (1 if by > 1 else -1), 1, _LARGEST))
        self.told = f"brush about {2 * self.canvas.radius} pixels wide"

    def undo(self) -> None:
        """Takes the last stroke back."""
        self.canvas.undo()
        self.stale = True

    def redo(self) -> None:
        """Makes it again."""
        self.canvas.redo()
        self.stale = True

    def help(self) -> None:
        """Shows the keys, or hides them."""
        self._helping = not self._helping

    def quit(self) -> None:
        """Ends it."""
        self.over = True

    def write_lines(self, picture: Image, left: int, help_lines: list[str]) -> None:
        """Draws the status at the foot of a picture, or the help from its top, to the right of a column."""
        part = picture[:, left:]
        part[...] = draw_help(part, help_lines) if self._helping else draw_note(part, self.told)


#: Key -> what it does at any easel.
BRUSHING: dict[str, tuple[str, Callable[[Easel], object]]] = {
    "h": ("show or hide this help", Easel.help),
    "+": ("larger brush", lambda easel: easel.resize(_LARGER)),
    "-": ("smaller brush", lambda easel: easel.resize(1 / _LARGER)),
    "e": ("erase what was painted", Easel.erase),
    "u": ("undo", Easel.undo),
    "r": ("redo", Easel.redo),
    QUIT: ("quit (also Escape)", Easel.quit),
}


class Painting(Protocol):
    """An easel with something on it."""

    over: bool

    def mouse(self, event: int, x: int, y: int) -> None:
        """A button goes down or up, or the mouse moves, at a pixel of :meth:`picture`."""

    def refresh(self) -> bool:
        """Makes what comes of the strokes anew, if there are new ones; whether it did."""

    def picture(self) -> Image:
        """What is shown."""


P = TypeVar("P", bound=Painting)


def run(painting: P, window: Window, tools: Keys[P]) -> None:
    """Lets a person paint until the window is closed."""
    window.on_mouse(painting.mouse)
    while not painting.over:
        painting.refresh()
        window.write(painting.picture(), 0.0)
        tools.press(painting, window.key(_IDLE))
