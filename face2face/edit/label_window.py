"""The studio: a window in which a photo's label map is painted over, and the photo follows."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from face2face.edit.canvas import Canvas
from face2face.edit.changes import Change
from face2face.edit.editor import Editor
from face2face.edit.paint_window import BRUSHING, SAVE, PaintWindow, Tools
from face2face.image import Image, Landmarks
from face2face.imaging.text import draw_note
from face2face.media.keys import Keys
from face2face.media.window import DOWN, MOVED, UP
from face2face.segmentation.labels import CLASSES, COLOURS, Labels, colorize
from face2face.segmentation.parser import verified_crop

#: Longest side at which what lies around a face is shown and painted over, in pixels; the palette's width, and its height at least.
_SHOWN, _PALETTE, _LEAST = 560, 132, 480
#: How much of the map is seen over the photo.
_VEIL = 0.45


class LabelEditorWindow(PaintWindow):
    """One photo being painted over.

    Args:
        editor: Makes the changes.
        photo: ``(h, w, 3)`` uint8 RGB.
        labels: ``(h, w)`` uint8, its label map.
        landmarks: ``(68, 2)`` of the face that is edited.
        save: Is given the finished photo, at its own size.
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
        # What lies around the face is shown as large as there is room; the rest of a photo isn't.
        box = verified_crop(landmarks, labels)
        left, top = max(box.x, 0), max(box.y, 0)
        self._around = (slice(top, box.y + box.side), slice(left, box.x + box.side))
        near = photo[self._around]
        scale = _SHOWN / max(near.shape[:2])
        size = [max(1, round(each * scale)) for each in near.shape[1::-1]]
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        self._small = np.asarray(cv2.resize(near, size, interpolation=how), np.uint8)
        self._small_landmarks = ((landmarks - (left, top)) * scale).astype(np.float32)
        super().__init__(
            Canvas(
                np.asarray(
                    cv2.resize(labels[self._around], size, interpolation=cv2.INTER_NEAREST),
                    np.uint8,
                )
            ),
            save,
        )
        self.result = self._small

    # What keys and mouse do.

    def mouse(self, event: int, x: int, y: int) -> None:
        """A button goes down or up, or the mouse moves, at a pixel of :meth:`picture`."""
        if event == DOWN:
            self.go_on()
        if event == DOWN and x < _PALETTE:
            row = y * len(CLASSES) // self.picture().shape[0]
            self.canvas.brush = min(row, len(CLASSES) - 1)
            self.told = f"paints {CLASSES[self.canvas.brush]}"
        elif event == DOWN:
            self.canvas.press(x - _PALETTE, y)
        elif event == MOVED:
            self.canvas.move(x - _PALETTE, y)
        elif event == UP:
            self.canvas.release()
            self.stale = True

    def finished(self) -> Image | None:
        """The photo itself with the change made; None where nothing is painted."""
        change = self.canvas.change
        if change is None:
            return None
        labels, where = self._labels.copy(), np.zeros(self._photo.shape[:2], bool)
        size = where[self._around].shape[::-1]
        near, there = (
            cv2.resize(each, size, interpolation=cv2.INTER_NEAREST)
            for each in (change.labels, change.where.astype(np.uint8))
        )
        where[self._around] = there > 0
        labels[where] = near[there > 0]
        return self._editor(self._photo, self._landmarks, Change(self._labels, labels, where))

    # What is seen.

    def refresh(self) -> bool:
        """Makes the preview anew where something was painted since; whether it did."""
        if not self.stale:
            return False
        self.stale = False
        change = self.canvas.change
        self.result = (
            self._small
            if change is None
            else self._editor(self._small, self._small_landmarks, change)
        )
        return True

    def picture(self) -> Image:
        """Palette, photo under its map, and photo as changed, side by side: uint8 RGB."""
        labels = self.canvas.labels
        veiled = cv2.addWeighted(self._small, 1 - _VEIL, colorize(labels), _VEIL, 0)
        veiled = np.where(labels[..., None] > 0, veiled, self._small)
        height = max(veiled.shape[0], _LEAST)
        shown = [_on_black(each, height) for each in (veiled, self.result)]
        whole = np.concatenate([_palette(height, self.canvas.brush), *shown], axis=1)
        self.write_lines(whole, _PALETTE, TOOLS.help())
        return whole


#: The keys.
TOOLS: Keys[LabelEditorWindow] = Tools({**BRUSHING, SAVE: ("save", LabelEditorWindow.save)})


def _palette(height: int, brush: int | None) -> Image:
    """The classes' names on their colours, one below the other; a frame around the brush's."""
    column = np.zeros((height, _PALETTE, 3), np.uint8)
    edges = [height * each // len(COLOURS) for each in range(len(COLOURS) + 1)]
    for number, (name, colour) in enumerate(COLOURS.items()):
        row = column[edges[number] : edges[number + 1]]
        row[...] = colour
        row[...] = draw_note(row, name)
        if number == brush:
            cv2.rectangle(
                column,
                (1, edges[number] + 1),
                (_PALETTE - 3, edges[number + 1] - 2),
                (255, 255, 255),
                3,
            )
    return column


def _on_black(picture: Image, height: int) -> Image:
    below = height - picture.shape[0]
    return np.asarray(cv2.copyMakeBorder(picture, 0, below, 0, 0, cv2.BORDER_CONSTANT), np.uint8)
