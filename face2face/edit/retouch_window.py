"""Wiping: a window in which a brush takes away what it goes over."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.edit.canvas import Canvas
from face2face.edit.paint_window import BRUSHING, SAVE, PaintWindow, Tools
from face2face.errors import Face2FaceError
from face2face.image import Image
from face2face.media.keys import Keys
from face2face.media.window import DOWN, MOVED, UP

#: Longest side at which a photo is shown, in pixels, and how much of a stroke is seen while it is drawn.
_SHOWN, _VEIL = 900, 0.6
#: What the brush paints into the mask.
_KEPT, _WIPED = 0, 1
_RED = (255, 40, 40)


class RetouchWindow(PaintWindow):
    """One photo being wiped.

    Args:
        retouch: A photo, and where it is painted over, ``(h, w)`` uint8, to the photo retouched.
        photo: ``(h, w, 3)`` uint8 RGB.
        mask: ``(h, w)`` uint8, what is wiped at first.
        save: Is given the finished photo, at its own size; what it answers is told.
    """

    def __init__(
        self,
        retouch: Callable[[Image, NDArray[np.uint8]], Image],
        photo: Image,
        mask: NDArray[np.uint8],
        save: Callable[[Image], str],
    ) -> None:
        self._retouch, self._photo, self._mask = retouch, photo, mask
        scale = min(1.0, _SHOWN / max(photo.shape[:2]))
        size = [max(1, round(each * scale)) for each in photo.shape[1::-1]]
        self._small = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
        first = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
        super().__init__(Canvas(np.where(first > 0, _WIPED, 0).astype(np.uint8)), save)
        self.canvas.brush = _WIPED
        self.result, self.stale, self._drawing = self._small, bool(mask.any()), False

    def mouse(self, event: int, x: int, y: int) -> None:
        """A button goes down or up, or the mouse moves, at a pixel of :meth:`picture`."""
        if event == DOWN:
            self.go_on()
            self._drawing = True
            self.canvas.press(x, y)
        elif event == MOVED:
            self.canvas.move(x, y)
        elif event == UP:
            self._drawing, self.stale = False, True
            self.canvas.release()

    def wipe(self) -> None:
        """The brush wipes again."""
        self.canvas.brush, self.told = _WIPED, "wipes"

    def erase(self) -> None:
        """The brush brings back the photo, also where something was found."""
        self.canvas.brush, self.told = _KEPT, "brings back what was there"

    def finished(self) -> Image | None:
        """The photo itself, retouched; None where nothing is wiped."""
        painted = self.canvas.change
        mask = self._mask.copy()
        if painted is not None:
            size = mask.shape[::-1]
            now, touched = (
                cv2.resize(each.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
                for each in (painted.labels, painted.where)
            )
            mask = np.where(touched > 0, 255 * now, mask).astype(np.uint8)
        return self._retouch(self._photo, mask) if mask.any() else None

    def refresh(self) -> bool:
        """Wipes the preview anew where something was painted since; whether it did."""
        if not self.stale:
            return False
        self.stale = False
        mask = (255 * self.canvas.labels).astype(np.uint8)
        try:
            self.result = self._retouch(self._small, mask) if mask.any() else self._small
        except Face2FaceError as error:
            self.told = str(error)
        return True

    def picture(self) -> Image:
        """The photo as wiped; what a stroke is going over is seen red: ``(h, w, 3)`` uint8 RGB."""
        shown = self.result.copy()
        if self._drawing:
            going = self.canvas.labels > 0
            shown[going] = np.rint((1 - _VEIL) * shown[going] + _VEIL * np.array(_RED)).astype(
                np.uint8
            )
        self.write_lines(shown, 0, TOOLS.help())
        return shown


#: The keys.
TOOLS: Keys[RetouchWindow] = Tools(
    {
        **BRUSHING,
        "e": ("bring back what was there", RetouchWindow.erase),
        "w": ("wipe again", RetouchWindow.wipe),
        SAVE: ("save", RetouchWindow.save),
    }
)
