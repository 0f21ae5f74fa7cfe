"""The canvas: what has been painted over a label map, stroke by stroke."""

from __future__ import annotations

import cv2
import numpy as np

from face2face.edit.changes import Change
from face2face.segmentation.labels import CLASSES, Labels

#: Where nothing was painted.
_UNTOUCHED = 255
#: What the brush paints at first.
_FIRST: int | None = CLASSES.index("hair")
#: Strokes that can be taken back.
_REMEMBERED = 100


class Canvas:
    """Strokes over a label map; each can be taken back and made again.

    Args:
        labels: ``(h, w)`` uint8, the photo's own map.

    Attributes:
        radius: Of the brush, in pixels, at least 1.
        brush: The class that it paints; None for one that erases what was painted.
    """

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._painted = np.full_like(labels, _UNTOUCHED)
        self._undone: list[Labels] = []
        self._done: list[Labels] = []
        self._last: tuple[int, int] | None = None
        self.radius, self.brush = 12, _FIRST

    def press(self, x: int, y: int) -> None:
        """A stroke begins at a pixel."""
        self._done = [*self._done[-(_REMEMBERED - 1) :], self._painted.copy()]
        self._undone.clear()
        self._last = (x, y)
        self.move(x, y)

    def move(self, x: int, y: int) -> None:
        """The stroke goes on to a pixel; nothing where none was begun."""
        if self._last is not None:
            cv2.line(
                self._painted,
                self._last,
                (x, y),
                _UNTOUCHED if self.brush is None else self.brush,
                2 * self.radius - 1,
            )
            self._last = (x, y)

    def release(self) -> None:
        """The stroke ends."""
        self._last = None

    def undo(self) -> None:
        """Takes the last stroke back, if there is one."""
        self._step(self._done, self._undone)

    def redo(self) -> None:
        """Makes the stroke that was taken back again, if there is one."""
        self._step(self._undone, self._done)

    def _step(self, source: list[Labels], to: list[Labels]) -> None:
        if source:
            to.append(self._painted)
            self._painted = source.pop()
        self._last = None

    @property
    def labels(self) -> Labels:
        """The map with what was painted over it, ``(h, w)`` uint8."""
        return np.where(self._painted == _UNTOUCHED, self._labels, self._painted).astype(np.uint8)

    @property
    def change(self) -> Change | None:
        """What was painted; None where nothing was."""
        where = np.asarray(self._painted != _UNTOUCHED, bool)
        return Change(self._labels, self.labels, where) if where.any() else None
