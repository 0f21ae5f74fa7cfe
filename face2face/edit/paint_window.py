"""The easel: a window in which something is painted over a picture, stroke by stroke."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np

from face2face.edit.canvas import Canvas
from face2face.errors import Face2FaceError
from face2face.image import Image
from face2face.imaging.text import draw_help, draw_note
from face2face.media.keys import Keys
from face2face.media.window import QUIT, Window

#: The key that saves at any easel, and what is asked before unsaved work is left.
SAVE = "s"
UNSAVED = "unsaved changes\ns   save and close\nq   close without saving\nany other key   go on"
#: Seconds between looks at keys and mouse.
_IDLE = 0.03
_LARGER, _LARGEST = 1.3, 200


class PaintWindow:
    """What all that is painted in has in common: brush, strokes taken back and made again, and what a person is told.

    Args:
        canvas: What is painted on.
        write: Is given the finished picture, at its own size; what it answers is told.

    Attributes:
        canvas: As given.
        asking: Whether the next key answers whether unsaved work is left.
        over: Whether it shall be closed.
        stale: Whether something was painted since what comes of it was last made.
        told: What a person should know.
    """

    def __init__(self, canvas: Canvas, write: Callable[[Image], str]) -> None:
        self.canvas, self._write = canvas, write
        self._saved = canvas.labels
        self.asking = self.over = self.stale = False
        self.told = "h shows what the keys do"
        self._helping = False

    def erase(self) -> None:
        """The brush takes away what was painted."""
        self.canvas.brush, self.told = None, "erases what was painted"

    def resize(self, by: float) -> None:
        """A larger or smaller brush."""
        wider = round(self.canvas.radius * by)
        self.canvas.radius = int(
            np.clip(wider + (wider == self.canvas.radius) * (1 if by > 1 else -1), 1, _LARGEST)
        )
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

    def finished(self) -> Image | None:
        """The picture at its own size with all that was painted; None where nothing was.

        Raises:
            Face2FaceError: It can't be made.
        """
        raise NotImplementedError

    def save(self) -> None:
        """Makes the picture at its own size and saves it."""
        painted = self.canvas.labels
        try:
            picture = self.finished()
            if picture is None:
                self.told = "nothing is painted yet"
            else:
                self.told, self._saved = self._write(picture), painted
        except Face2FaceError as error:  # what was painted isn't lost for it
            self.told = str(error)

    @property
    def unsaved(self) -> bool:
        """Whether something was painted, or taken back, since it was last saved."""
        return not np.array_equal(self.canvas.labels, self._saved)

    def quit(self) -> None:
        """Ends it, or asks first where work isn't saved."""
        self.over, self.asking = not self.unsaved, self.unsaved
        if self.asking:
            self.told = UNSAVED

    def go_on(self) -> None:
        """Takes back what is asked."""
        if self.asking:
            self.asking, self.told = False, ""

    def answer(self, key: str) -> None:
        """Saves and ends it, ends it without saving, or goes on, as a key says."""
        self.go_on()
        if key == SAVE:
            self.save()
        self.over = key == QUIT or (key == SAVE and not self.unsaved)

    def write_lines(self, picture: Image, left: int, help_lines: list[str]) -> None:
        """Draws the status at the foot of a picture, or the help from its top, to the right of a column."""
        part = picture[:, left:]
        part[...] = (
            draw_help(part, help_lines)
            if self._helping and not self.asking
            else draw_note(part, self.told)
        )


#: Key -> what it does at any easel.
BRUSHING: dict[str, tuple[str, Callable[[PaintWindow], object]]] = {
    "h": ("show or hide this help", PaintWindow.help),
    "+": ("larger brush", lambda easel: easel.resize(_LARGER)),
    "-": ("smaller brush", lambda easel: easel.resize(1 / _LARGER)),
    "e": ("erase what was painted", PaintWindow.erase),
    "u": ("undo", PaintWindow.undo),
    "r": ("redo", PaintWindow.redo),
    QUIT: ("quit (also Escape)", PaintWindow.quit),
}


class Painting(Protocol):
    """An easel with something on it."""

    asking: bool
    over: bool

    def answer(self, key: str) -> None:
        """Takes the answer to what is asked."""

    def mouse(self, event: int, x: int, y: int) -> None:
        """A button goes down or up, or the mouse moves, at a pixel of :meth:`picture`."""

    def refresh(self) -> bool:
        """Makes what comes of the strokes anew, if there are new ones; whether it did."""

    def picture(self) -> Image:
        """What is shown."""


P = TypeVar("P", bound=Painting)


class Tools(Keys[P]):
    """The keys of an easel; while it asks something, they answer."""

    def press(self, what: P, key: str) -> None:
        """Does what a key says."""
        if not what.asking:
            super().press(what, key)
        elif key:
            what.answer(key)


def run(painting: P, window: Window, tools: Keys[P]) -> None:
    """Lets a person paint until the window is closed."""
    window.on_mouse(painting.mouse)
    while not painting.over:
        painting.refresh()
        window.write(painting.picture(), 0.0)
        key = window.key(_IDLE)
        tools.press(painting, key)
        if key == QUIT and not painting.over:
            window.reopen()  # it asks, and may have been closed by its own button
