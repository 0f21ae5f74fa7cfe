"""The canvas: strokes of a brush painted over a label map."""

from __future__ import annotations

import cv2
import numpy as np

from face2face.edit.changes import Change
from face2face.segmentation.labels import CLASSES, Labels

#: Value of a pixel that isn't painted: no class has this number.
_UNPAINTED = 255
#: Class number that the brush paints at first: hair is changed most often.
_FIRST_BRUSH = CLASSES.index("hair")
#: Radius of the brush at first, in pixels: a lip's height in the window.
_FIRST_RADIUS = 12
#: Number of strokes that can be undone; each costs a label map of memory.
_MAX_UNDO = 100


class Canvas:
    """Strokes over a label map, with undo and redo.

    Args:
        labels: ``(h, w)`` uint8, the label map to paint over.

    Attributes:
        radius: The brush's radius in pixels, at least 1.
        brush: The class number that the brush paints, or None to erase strokes.

    >>> canvas = Canvas(np.ones((40, 60), np.uint8))
    >>> canvas.press(10, 20); canvas.move(30, 20); canvas.release()
    >>> int(canvas.labels[20, 25]), int(canvas.labels[0, 0])
    (13, 1)
    >>> canvas.undo()
    >>> canvas.change is None
    True
    """

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._painted = np.full_like(labels, _UNPAINTED)
        self._undo_stack: list[Labels] = []
        self._redo_stack: list[Labels] = []
        self._last: tuple[int, int] | None = None
        self.radius = _FIRST_RADIUS
        self.brush: int | None = _FIRST_BRUSH

    def press(self, x: int, y: int) -> None:
        """Begin a stroke at a pixel, which may lie outside the map."""
        self._undo_stack = [*self._undo_stack[-(_MAX_UNDO - 1) :], self._painted.copy()]
        self._redo_stack.clear()
        self._last = (x, y)
        self.move(x, y)

    def move(self, x: int, y: int) -> None:
        """Continue the stroke to a pixel. Do nothing where none has begun."""
        if self._last is not None:
            value = _UNPAINTED if self.brush is None else self.brush
            cv2.line(self._painted, self._last, (x, y), value, 2 * self.radius - 1)
            self._last = (x, y)

    def release(self) -> None:
        """End the stroke."""
        self._last = None

    def undo(self) -> None:
        """Undo the last stroke, if there is one."""
        self._step(self._undo_stack, self._redo_stack)

    def redo(self) -> None:
        """Redo the stroke that was undone last, if there is one."""
        self._step(self._redo_stack, self._undo_stack)

    def _step(self, source: list[Labels], destination: list[Labels]) -> None:
        if source:
            destination.append(self._painted)
            self._painted = source.pop()
        self._last = None

    @property
    def labels(self) -> Labels:
        """The label map with all strokes, ``(h, w)`` uint8."""
        painted = self._painted != _UNPAINTED
        return np.where(painted, self._painted, self._labels).astype(np.uint8)

    @property
    def change(self) -> Change | None:
        """The painted change, or None where nothing is painted."""
        where = np.asarray(self._painted != _UNPAINTED, bool)
        return Change(self._labels, self.labels, where) if where.any() else None
