"""Windows to paint in: the brush and its keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.edit.canvas import Canvas
from face2face.edit.photo_window import PHOTO_KEYS, PhotoWindow
from face2face.image import Image

#: Factor by which a key changes the brush's radius.
_RESIZE_STEP = 1.3
#: Largest radius of the brush in pixels: it covers a whole face in the window.
_MAX_RADIUS = 200


class PaintWindow(PhotoWindow):
    """The state of a window in which a person paints over a photo.

    Args:
        canvas: Holds the strokes.
        save: Saves the finished picture, at the photo's own size, and returns a status text.

    Attributes:
        canvas: As given.
    """

    def __init__(self, canvas: Canvas, save: Callable[[Image], str]) -> None:
        self.canvas = canvas
        super().__init__(canvas.labels, save)

    @property
    def work(self) -> NDArray[Any]:
        """The strokes over the photo, ``(h, w)``."""
        return self.canvas.labels

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


#: Key -> its description and action, in every window to paint in.
PAINT_KEYS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "+": ("larger brush", lambda window: window.resize(_RESIZE_STEP)),
    "-": ("smaller brush", lambda window: window.resize(1 / _RESIZE_STEP)),
    "e": ("erase strokes", PaintWindow.erase),
    "u": ("undo", PaintWindow.undo),
    "r": ("redo", PaintWindow.redo),
    **PHOTO_KEYS,
}
