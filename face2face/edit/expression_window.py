"""The window to change an expression in: sliders, the photo, and the changed photo."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.edit.photo_window import PHOTO_KEYS, PhotoKeys, PhotoWindow
from face2face.edit.sliders import COLUMN_WIDTH, draw_column, sliders_for
from face2face.errors import Face2FaceError
from face2face.face.crop import head_box
from face2face.face.expression_model import ExpressionModel
from face2face.face.facial_change import FacialChange
from face2face.image import Image, Landmarks
from face2face.media.keys import Keys
from face2face.media.window import DOWN, MOVED, UP

#: Width and height of each of the two pictures, in pixels: both fit on a laptop's screen.
_VIEW_SIDE = 512


class ExpressionWindow(PhotoWindow):
    """A window to change the expression of one face in.

    It shows the column of sliders, the surroundings of the face, and the same surroundings as
    changed. The preview is made at the window's size.

    Args:
        paint: Returns a copy of a photo with landmarks moved, see
            :class:`face2face.edit.face_painter.FacePainter`.
        expressions: Knows the ways to expressions.
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)`` float32, the face to change, in the photo's pixels.
        changes: Changes to begin with.
        save: Saves the finished photo, at its own size, and returns a status text.

    Attributes:
        values: Value of each slider, from the top.
        result: The surroundings of the face as changed, ``(512, 512, 3)`` uint8 RGB.
    """

    def __init__(
        self,
        paint: Callable[[Image, Landmarks, Landmarks], Image],
        expressions: ExpressionModel,
        photo: Image,
        landmarks: Landmarks,
        changes: Iterable[FacialChange],
        save: Callable[[Image], str],
    ) -> None:
        self._paint, self._expressions = paint, expressions
        self._photo, self._landmarks = photo, landmarks
        self._sliders = sliders_for(expressions.ways)
        self.values = [0.0] * len(self._sliders)
        self._dragged: int | None = None
        super().__init__(self.work, save)
        box = head_box(landmarks[None], *photo.shape[:2])
        scale = _VIEW_SIDE / box.side
        interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        small = cv2.resize(box.cut(photo), (_VIEW_SIDE, _VIEW_SIDE), interpolation=interpolation)
        self._small = self.result = np.asarray(small, np.uint8)
        self._small_landmarks = ((landmarks - (box.x, box.y)) * scale).astype(np.float32)
        for change in changes:
            for number, slider in enumerate(self._sliders):
                if (value := slider.value(change)) is not None:
                    self._set(number, value)

    @property
    def work(self) -> NDArray[Any]:
        """The sliders' values, ``(n,)``."""
        return np.array(self.values)

    def mouse(self, event: int, x: int, y: int) -> None:
        """Drag a slider; see the base class."""
        if event == DOWN:
            self.cancel_quit()
            inside = 0 <= x < COLUMN_WIDTH and 0 <= y < _VIEW_SIDE
            self._dragged = y * len(self._sliders) // _VIEW_SIDE if inside else None
        if event in (DOWN, MOVED) and self._dragged is not None:
            self._set(self._dragged, self._sliders[self._dragged].value_at(x))
        elif event == UP:
            self._dragged = None

    def reset(self) -> None:
        """Set all sliders to zero."""
        for number in range(len(self.values)):
            self._set(number, 0.0)

    def _set(self, number: int, value: float) -> None:
        """Set a slider; the preview is made again if its value changes."""
        self.stale |= self.values[number] != value
        self.values[number] = value

    def _wanted(self, landmarks: Landmarks) -> Landmarks:
        """Return landmarks moved as the sliders say, ``(70, 2)`` float32."""
        for slider, value in zip(self._sliders, self.values, strict=True):
            if value:
                landmarks = slider.change(value).applied_to(landmarks, self._expressions)
        return landmarks

    def render(self) -> Image | None:
        """Return the changed photo at its own size, or None where all sliders are at zero."""
        if not any(self.values):
            return None
        return self._paint(self._photo, self._landmarks, self._wanted(self._landmarks))

    def refresh(self) -> bool:
        """Make the preview again if it is stale; return whether it was."""
        if not self.stale:
            return False
        self.stale = False
        face = self._small_landmarks
        try:
            self.result = self._paint(self._small, face, self._wanted(face))
        except Face2FaceError as error:
            self.status = str(error)
        return True

    def picture(self) -> Image:
        """Return sliders, photo and changed photo in a row, uint8 RGB."""
        column = draw_column(self._sliders, self.values, _VIEW_SIDE)
        whole = np.concatenate([column, self._small, self.result], axis=1)
        self.draw_text(whole, COLUMN_WIDTH, KEYS.help())
        return whole


#: The keys of the window.
KEYS: Keys[ExpressionWindow] = PhotoKeys(
    {**PHOTO_KEYS, "r": ("set all sliders to zero", ExpressionWindow.reset)}
)
