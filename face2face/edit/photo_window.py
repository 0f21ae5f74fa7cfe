"""Windows in which a person changes a photo: saving, help, and the question before work is lost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

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


class PhotoWindow(ABC):
    """The state of a window in which a person changes a photo.

    Args:
        work: The work to begin with, see :attr:`work`.
        save: Saves the finished picture, at the photo's own size, and returns a status text.

    Attributes:
        asking: Whether the window is showing the question about unsaved work.
        closed: Whether the window should close.
        stale: Whether the work changed since the preview was made.
        status: The text at the foot of the window.
    """

    def __init__(self, work: NDArray[Any], save: Callable[[Image], str]) -> None:
        self._save, self._saved_work = save, work
        self.asking = self.closed = self.stale = False
        self.status = "h shows the keys"
        self._helping = False

    @property
    @abstractmethod
    def work(self) -> NDArray[Any]:
        """What the person has made so far; it is compared with what was saved last."""

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
        """Return the finished photo at its own size, or None where nothing is changed.

        Raises:
            Face2FaceError: The change can't be made.
        """

    def help(self) -> None:
        """Show or hide the keys."""
        self._helping = not self._helping

    def save(self) -> None:
        """Save the finished photo, or show in the status why it can't be saved."""
        work = self.work
        try:
            picture = self.render()
            if picture is None:
                self.status = "nothing is changed yet"
            else:
                self.status, self._saved_work = self._save(picture), work
        except Face2FaceError as error:  # the work stays
            self.status = str(error)

    @property
    def unsaved(self) -> bool:
        """Whether the work differs from what was saved last."""
        return not np.array_equal(self.work, self._saved_work)

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


#: Key -> its description and action, in every window to change a photo in.
PHOTO_KEYS: dict[str, tuple[str, Callable[[PhotoWindow], object]]] = {
    "h": ("show or hide this help", PhotoWindow.help),
    SAVE: ("save", PhotoWindow.save),
    QUIT: ("quit (also Escape)", PhotoWindow.quit),
}

W = TypeVar("W", bound=PhotoWindow)


class PhotoKeys(Keys[W]):
    """The keys of a window to change a photo in. While it asks, every key answers."""

    def press(self, what: W, key: str) -> None:
        """Do what a key stands for; an empty key does nothing."""
        if not what.asking:
            super().press(what, key)
        elif key:
            what.answer(key)


def run_photo_window(work: W, window: Window, keys: Keys[W]) -> None:
    """Let a person change a photo until the window is closed.

    Args:
        work: The state to show and change.
        window: Shows it, and reports mouse and keys.
        keys: What each key does.
    """
    window.on_mouse(work.mouse)
    while not work.closed:
        work.refresh()
        window.write(work.picture(), 0.0)
        key = window.key(_KEY_WAIT)
        keys.press(work, key)
        if key == QUIT and not work.closed:
            window.reopen()  # its own button may have closed it; the question must be seen
