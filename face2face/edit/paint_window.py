"""Windows to paint in: the brush, its keys, and the question before unsaved work is lost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from face2face.edit.canvas import Canvas
from face2face.errors import Face2FaceError
from face2face.image import Image
from face2face.imaging.text import draw_help, draw_note
from face2face.media.keys import Keys
from face2face.media.window import QUIT, Window

#: The key that saves.
SAVE = "s"
#: The question before a window with unsaved work closes.
UNSAVED = "unsaved changes\ns   save and close\nq   close without saving\nany other key   go on"
#: Seconds to wait for a key before the window is drawn again: about 30 pictures a second.
_KEY_WAIT = 0.03
#: Factor by which a key changes the brush's radius.
_RESIZE_STEP = 1.3
#: Largest radius of the brush in pixels: it covers a whole face in the window.
_MAX_RADIUS = 200


class PaintWindow(ABC):
    """The state of a window in which a person paints over a photo.

    Args:
        canvas: Holds the strokes.
        save: Saves the finished picture, at the photo's own size, and returns a status text.

    Attributes:
        canvas: As given.
        asking: Whether the window is showing the question about unsaved work.
        closed: Whether the window should close.
        stale: Whether strokes were added or undone since the preview was made.
        status: The text at the foot of the window.
    """

    def __init__(self, canvas: Canvas, save: Callable[[Image], str]) -> None:
        self.canvas, self._save = canvas, save
        self._saved_labels = canvas.labels
        self.asking = self.closed = self.stale = False
        self.status = "h shows the keys"
        self._helping = False

    @abstractmethod
    def mouse(self, event: int, x: int, y: int) -> None:
        """Follow the mouse.

        Args:
            event: ``DOWN``, ``MOVED`` or ``UP`` of :mod:`face2face.media.sink`.
            x: Column, in pixels of :meth:`picture`.
            y: Row, in pixels of :meth:`picture`.
        """

    @abstractmethod
    def refresh(self) -> bool:
        """Make the preview again if it is stale; return whether it was."""

    @abstractmethod
    def picture(self) -> Image:
        """Return the window's content, ``(h, w, 3)`` uint8 RGB."""

    @abstractmethod
    def render(self) -> Image | None:
        """Return the finished photo at its own size, or None where nothing is painted.

        Raises:
            Face2FaceError: The change can't be made.
        """

    def erase(self) -> None:
        """Make the brush erase strokes."""
        self.canvas.brush, self.status = None, "erases strokes"

    def resize(self, factor: float) -> None:
        """Multiply the brush's radius by a factor; change it by one pixel at least."""
        radius = round(self.canvas.radius * factor)
        if radius == self.canvas.radius:
            radius += 1 if factor > 1 else -1
        self.canvas.radius = int(np.clip(radius, 1, _MAX_RADIUS))
        self.status = f"brush about {2 * self.canvas.radius} pixels wide"

    def undo(self) -> None:
        """Undo the last stroke."""
        self.canvas.undo()
        self.stale = True

    def redo(self) -> None:
        """Redo the stroke that was undone last."""
        self.canvas.redo()
        self.stale = True

    def help(self) -> None:
        """Show or hide the keys."""
        self._helping = not self._helping

    def save(self) -> None:
        """Save the finished photo, or show in the status why it can't be saved."""
        labels = self.canvas.labels
        try:
            picture = self.render()
            if picture is None:
                self.status = "nothing is painted yet"
            else:
                self.status, self._saved_labels = self._save(picture), labels
        except Face2FaceError as error:  # the strokes stay
            self.status = str(error)

    @property
    def unsaved(self) -> bool:
        """Whether the strokes differ from those that were saved last."""
        return not np.array_equal(self.canvas.labels, self._saved_labels)

    def quit(self) -> None:
        """Close the window, or ask first where work is unsaved."""
        self.closed, self.asking = not self.unsaved, self.unsaved
        if self.asking:
            self.status = UNSAVED

    def cancel_quit(self) -> None:
        """Take the question about unsaved work back."""
        if self.asking:
            self.asking, self.status = False, ""

    def answer(self, key: str) -> None:
        """Answer the question about unsaved work with a key."""
        self.cancel_quit()
        if key == SAVE:
            self.save()
        self.closed = key == QUIT or (key == SAVE and not self.unsaved)

    def draw_text(self, picture: Image, left: int, help_lines: list[str]) -> None:
        """Draw the help or the status into a picture, in place.

        Args:
            picture: ``(h, w, 3)`` uint8 RGB.
            left: The column at which the text's part of the picture begins.
            help_lines: A line for each key.
        """
        part = picture[:, left:]
        helping = self._helping and not self.asking
        part[...] = draw_help(part, help_lines) if helping else draw_note(part, self.status)


#: Key -> its description and action, in every window to paint in.
PAINT_KEYS: dict[str, tuple[str, Callable[[PaintWindow], object]]] = {
    "h": ("show or hide this help", PaintWindow.help),
    "+": ("larger brush", lambda window: window.resize(_RESIZE_STEP)),
    "-": ("smaller brush", lambda window: window.resize(1 / _RESIZE_STEP)),
    "e": ("erase strokes", PaintWindow.erase),
    "u": ("undo", PaintWindow.undo),
    "r": ("redo", PaintWindow.redo),
    QUIT: ("quit (also Escape)", PaintWindow.quit),
}

W = TypeVar("W", bound=PaintWindow)


class PaintKeys(Keys[W]):
    """The keys of a window to paint in. While it asks about unsaved work, every key answers."""

    def press(self, what: W, key: str) -> None:
        """Do what a key stands for; an empty key does nothing."""
        if not what.asking:
            super().press(what, key)
        elif key:
            what.answer(key)


def run_paint_window(painting: W, window: Window, keys: Keys[W]) -> None:
    """Let a person paint until the window is closed.

    Args:
        painting: The state to show and change.
        window: Shows it, and reports mouse and keys.
        keys: What each key does.
    """
    window.on_mouse(painting.mouse)
    while not painting.closed:
        painting.refresh()
        window.write(painting.picture(), 0.0)
        key = window.key(_KEY_WAIT)
        keys.press(painting, key)
        if key == QUIT and not painting.closed:
            window.reopen()  # its own button may have closed it; the question must be seen
