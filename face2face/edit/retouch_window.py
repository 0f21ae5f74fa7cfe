"""The window to retouch a photo in: a brush removes whatever it is drawn over."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.edit.canvas import Canvas
from face2face.edit.paint_window import PAINT_KEYS, PaintWindow
from face2face.edit.photo_window import PhotoKeys
from face2face.errors import Face2FaceError
from face2face.image import Image
from face2face.media.keys import Keys
from face2face.media.window import DOWN, MOVED, UP

#: Longer side of the photo in the window, in pixels, at most: it fits on a laptop's screen.
_VIEW_SIDE = 900
#: Opacity of a stroke while it is drawn.
_STROKE_OPACITY = 0.6
#: Colour of a stroke while it is drawn, RGB.
_STROKE_COLOUR = (255, 40, 40)
#: Value of a canvas pixel that keeps the photo.
_KEEP = 0
#: Value of a canvas pixel that is removed from the photo.
_REMOVE = 1


class RetouchWindow(PaintWindow):
    """A window to retouch one photo in.

    Args:
        retouch: Returns a retouched photo, given an ``(h, w, 3)`` uint8 RGB photo and an
            ``(h, w)`` uint8 mask. The mask is 255 where the photo is painted over.
        photo: ``(h, w, 3)`` uint8 RGB.
        mask: ``(h, w)`` uint8, the mask to begin with; zeros for none.
        save: Saves the finished photo, at its own size, and returns a status text.

    Attributes:
        result: The photo as retouched, at the window's size, ``(h, w, 3)`` uint8 RGB.
    """

    def __init__(
        self,
        retouch: Callable[[Image, NDArray[np.uint8]], Image],
        photo: Image,
        mask: NDArray[np.uint8],
        save: Callable[[Image], str],
    ) -> None:
        self._retouch, self._photo, self._mask = retouch, photo, mask
        scale = min(1.0, _VIEW_SIDE / max(photo.shape[:2]))
        size = [max(1, round(each * scale)) for each in photo.shape[1::-1]]
        self._small = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
        small_mask = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
        super().__init__(Canvas(np.where(small_mask > 0, _REMOVE, _KEEP).astype(np.uint8)), save)
        self.canvas.brush = _REMOVE
        self.result, self.stale, self._drawing = self._small, bool(mask.any()), False

    def mouse(self, event: int, x: int, y: int) -> None:
        """Paint over the photo; see the base class."""
        if event == DOWN:
            self.cancel_quit()
            self._drawing = True
            self.canvas.press(x, y)
        elif event == MOVED:
            self.canvas.move(x, y)
        elif event == UP:
            self._drawing, self.stale = False, True
            self.canvas.release()

    def remove(self) -> None:
        """Make the brush remove again."""
        self.canvas.brush, self.status = _REMOVE, "removes"

    def erase(self) -> None:
        """Make the brush bring the photo back, also where the first mask was."""
        self.canvas.brush, self.status = _KEEP, "brings the photo back"

    def render(self) -> Image | None:
        """Return the retouched photo at its own size, or None where nothing is masked."""
        change = self.canvas.change
        mask = self._mask.copy()
        if change is not None:
            size = mask.shape[::-1]
            labels, where = (
                cv2.resize(each.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
                for each in (change.labels, change.where)
            )
            mask = np.where(where > 0, 255 * labels, mask).astype(np.uint8)
        return self._retouch(self._photo, mask) if mask.any() else None

    def refresh(self) -> bool:
        """Make the preview again if it is stale; return whether it was."""
        if not self.stale:
            return False
        self.stale = False
        mask = (255 * self.canvas.labels).astype(np.uint8)
        try:
            self.result = self._retouch(self._small, mask) if mask.any() else self._small
        except Face2FaceError as error:
            self.status = str(error)
        return True

    def picture(self) -> Image:
        """Return the retouched photo, with an unfinished stroke in red, uint8 RGB."""
        picture = self.result.copy()
        if self._drawing:
            stroke = self.canvas.labels == _REMOVE
            colour = _STROKE_OPACITY * np.array(_STROKE_COLOUR)
            mixed = (1 - _STROKE_OPACITY) * picture[stroke] + colour
            picture[stroke] = np.rint(mixed).astype(np.uint8)
        self.draw_text(picture, 0, KEYS.help())
        return picture


#: The keys of the window.
KEYS: Keys[RetouchWindow] = PhotoKeys(
    {
        **PAINT_KEYS,
        "e": ("bring the photo back", RetouchWindow.erase),
        "w": ("remove again", RetouchWindow.remove),
    }
)
