"""The window to edit a photo in: a person paints its label map, and the photo follows."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from face2face.edit.canvas import Canvas
from face2face.edit.changes import Change
from face2face.edit.editor import Editor
from face2face.edit.paint_window import PAINT_KEYS, PaintWindow
from face2face.edit.photo_window import PhotoKeys
from face2face.image import Image, Landmarks
from face2face.imaging.text import draw_note
from face2face.media.keys import Keys
from face2face.media.window import DOWN, MOVED, UP
from face2face.segmentation.labels import CLASSES, COLOURS, Labels, colorize
from face2face.segmentation.parser import verified_crop

#: Longer side of each of the two pictures, in pixels: both fit on a laptop's screen.
_VIEW_SIDE = 560
#: Width of the column of classes, in pixels: the longest name fits.
_PALETTE_WIDTH = 132
#: Least height of the window, in pixels: the names of 19 classes fit.
_MIN_HEIGHT = 480
#: Opacity of the label map over the photo.
_MAP_OPACITY = 0.45


class LabelEditorWindow(PaintWindow):
    """A window to paint the label map of one photo in.

    It shows the column of classes, the surroundings of the face under their label map, and the
    same surroundings as edited.

    Args:
        editor: Makes the changes.
        photo: ``(h, w, 3)`` uint8 RGB.
        labels: ``(h, w)`` uint8, its label map.
        landmarks: ``(70, 2)`` float32, the face to edit, in the photo's pixels.
        save: Saves the finished photo, at its own size, and returns a status text.

    Attributes:
        result: The surroundings of the face as edited, ``(h, w, 3)`` uint8 RGB.
    """

    def __init__(
        self,
        editor: Editor,
        photo: Image,
        labels: Labels,
        landmarks: Landmarks,
        save: Callable[[Image], str],
    ) -> None:
        self._editor, self._photo, self._labels, self._landmarks = editor, photo, labels, landmarks
        box = verified_crop(landmarks, labels)
        left, top = max(box.x, 0), max(box.y, 0)
        self._view = (slice(top, box.y + box.side), slice(left, box.x + box.side))
        view = photo[self._view]
        scale = _VIEW_SIDE / max(view.shape[:2])
        size = [max(1, round(each * scale)) for each in view.shape[1::-1]]
        interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        self._small = np.asarray(cv2.resize(view, size, interpolation=interpolation), np.uint8)
        self._small_landmarks = ((landmarks - (left, top)) * scale).astype(np.float32)
        small_labels = cv2.resize(labels[self._view], size, interpolation=cv2.INTER_NEAREST)
        super().__init__(Canvas(np.asarray(small_labels, np.uint8)), save)
        self.result = self._small

    def mouse(self, event: int, x: int, y: int) -> None:
        """Choose a class in the column, or paint over the photo; see the base class."""
        if event == DOWN:
            self.cancel_quit()
        if event == DOWN and x < _PALETTE_WIDTH:
            row = y * len(CLASSES) // self.picture().shape[0]
            self.canvas.brush = min(row, len(CLASSES) - 1)
            self.status = f"paints {CLASSES[self.canvas.brush]}"
        elif event == DOWN:
            self.canvas.press(x - _PALETTE_WIDTH, y)
        elif event == MOVED:
            self.canvas.move(x - _PALETTE_WIDTH, y)
        elif event == UP:
            self.canvas.release()
            self.stale = True

    def render(self) -> Image | None:
        """Return the photo, at its own size, with the painted change; None without one."""
        change = self.canvas.change
        if change is None:
            return None
        labels, where = self._labels.copy(), np.zeros(self._photo.shape[:2], bool)
        size = where[self._view].shape[::-1]
        view_labels, view_where = (
            cv2.resize(each, size, interpolation=cv2.INTER_NEAREST)
            for each in (change.labels, change.where.astype(np.uint8))
        )
        where[self._view] = view_where > 0
        labels[where] = view_labels[view_where > 0]
        return self._editor(self._photo, self._landmarks, Change(self._labels, labels, where))

    def refresh(self) -> bool:
        """Make the preview again if it is stale; return whether it was."""
        if not self.stale:
            return False
        self.stale = False
        change = self.canvas.change
        if change is None:
            self.result = self._small
        else:
            self.result = self._editor(self._small, self._small_landmarks, change)
        return True

    def picture(self) -> Image:
        """Return classes, photo under its label map, and edited photo in a row, uint8 RGB."""
        labels = self.canvas.labels
        blended = cv2.addWeighted(self._small, 1 - _MAP_OPACITY, colorize(labels), _MAP_OPACITY, 0)
        blended = np.where(labels[..., None] > 0, blended, self._small)
        height = max(blended.shape[0], _MIN_HEIGHT)
        views = [_padded(each, height) for each in (blended, self.result)]
        whole = np.concatenate([_palette(height, self.canvas.brush), *views], axis=1)
        self.draw_text(whole, _PALETTE_WIDTH, KEYS.help())
        return whole


#: The keys of the window.
KEYS: Keys[LabelEditorWindow] = PhotoKeys(PAINT_KEYS)


def _palette(height: int, brush: int | None) -> Image:
    """Return the column of classes, each name on its colour, with a frame around the brush's."""
    column = np.zeros((height, _PALETTE_WIDTH, 3), np.uint8)
    edges = [height * each // len(COLOURS) for each in range(len(COLOURS) + 1)]
    for number, (name, colour) in enumerate(COLOURS.items()):
        top, bottom = edges[number], edges[number + 1]
        row = column[top:bottom]
        row[...] = colour
        row[...] = draw_note(row, name)
        if number == brush:
            corner = (_PALETTE_WIDTH - 3, bottom - 2)
            cv2.rectangle(column, (1, top + 1), corner, (255, 255, 255), 3)
    return column


def _padded(picture: Image, height: int) -> Image:
    """Return a picture with black rows below it, ``height`` rows in all."""
    below = height - picture.shape[0]
    return np.asarray(cv2.copyMakeBorder(picture, 0, below, 0, 0, cv2.BORDER_CONSTANT), np.uint8)
