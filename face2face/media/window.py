"""A window on the screen, with its keys and mouse."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from types import TracebackType

import cv2

from face2face.errors import MediaError
from face2face.image import Image

#: Key that ends a program.
QUIT = "q"
#: Mouse events: the left button is pressed, the pointer moves, the button is released.
DOWN, MOVED, UP = range(3)
#: OpenCV's code of the Escape key.
_ESCAPE = 27
#: OpenCV's code where no key was pressed.
_NO_KEY = 255


class Window:
    """An OpenCV window. Use it as a context manager.

    Args:
        title: Title, which is also OpenCV's name of the window.
        scale: Pixels of the screen for each pixel of a picture.

    Raises:
        MediaError: There is no screen.
    """

    def __init__(self, title: str = "face2face", scale: int = 2) -> None:
        if not has_screen():
            raise MediaError(
                "There is no screen to open a window on.",
                hint="Add --no-window --output out.mp4, or leave --show out.",
            )
        self._title, self._scale = title, scale
        self._mouse_callback: Callable[[int, int, int], None] | None = None
        self._open()

    def _open(self) -> None:
        cv2.namedWindow(
            self._title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL
        )
        self._shape: tuple[int, ...] = ()
        if self._mouse_callback is not None:
            self.on_mouse(self._mouse_callback)

    def reopen(self) -> None:
        """Open the window again if a person has closed it."""
        if self._closed():
            self._open()

    def _closed(self) -> bool:
        try:
            return bool(cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) < 1)
        except cv2.error:  # Qt forgets its last window once a person has closed it
            return True

    def write(self, image: Image, seconds: float) -> None:
        """Show an ``(h, w, 3)`` uint8 RGB picture at once; its time isn't used."""
        if image.shape != self._shape:
            self._shape = image.shape
            cv2.resizeWindow(
                self._title, image.shape[1] * self._scale, image.shape[0] * self._scale
            )
        cv2.imshow(self._title, image[..., ::-1])

    def key(self, wait: float = 0.0) -> str:
        """Handle the window's events and return the pressed key; empty for none.

        Escape and the window's close button return :data:`QUIT`.

        Args:
            wait: Longest time to wait for a key, in seconds; at least a millisecond is waited.
        """
        code = cv2.waitKey(max(1, round(wait * 1000))) & 0xFF
        if code == _ESCAPE or self._closed():
            return QUIT
        return chr(code) if code < _NO_KEY else ""

    def on_mouse(self, callback: Callable[[int, int, int], None]) -> None:
        """Set the function that is called with mouse events while :meth:`key` waits.

        Args:
            callback: Takes :data:`DOWN`, :data:`MOVED` or :data:`UP`, and a pixel's x and y.
        """
        events = {cv2.EVENT_LBUTTONDOWN: DOWN, cv2.EVENT_MOUSEMOVE: MOVED, cv2.EVENT_LBUTTONUP: UP}

        def forward(event: int, x: int, y: int, flags: int, data: object) -> None:
            if event in events:
                callback(events[event], x, y)

        self._mouse_callback = callback
        cv2.setMouseCallback(self._title, forward)

    def fill_screen(self, fill: bool) -> None:
        """Switch to full screen, or back."""
        cv2.setWindowProperty(
            self._title,
            cv2.WND_PROP_FULLSCREEN,
            cv2.WINDOW_FULLSCREEN if fill else cv2.WINDOW_NORMAL,
        )

    def __enter__(self) -> Window:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        cv2.destroyAllWindows()


def has_screen() -> bool:
    """Return whether a window can be opened.

    Call it first: without a screen, OpenCV's window library ends the whole program.

    >>> isinstance(has_screen(), bool)
    True
    """
    if not sys.platform.startswith("linux"):
        return True
    display = os.environ.get("DISPLAY", "")
    if not display:
        return False
    host, _, number = display.rpartition(":")
    screen = number.partition(".")[0]
    if host not in ("", "unix") or not screen.isdecimal():
        return bool(screen)
    for address in (f"\0/tmp/.X11-unix/X{screen}", f"/tmp/.X11-unix/X{screen}"):
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(address)
            except OSError:
                continue
            return True
    return False
