"""The editor: a photo, what its label map shall be, and the photo as it then looks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.process import resize
from face2face.edit.changes import Change
from face2face.edit.recolor import recolor
from face2face.errors import OptionError
from face2face.image import Box, Image, Landmarks, Scene
from face2face.inference.engine import Engine
from face2face.modes.edit import Edit
from face2face.segmentation.labels import CLASSES, Labels
from face2face.segmentation.parser import Parser, verified_crop

#: How far around what is changed it is painted anew, and how wide the soft edge within that is: in shares of the width of what the
#: network sees.
_AROUND, _EDGE = 0.025, 0.02
#: Class number -> its colour where a photo shows none of it, RGB: medians over the photos from which an edit model was learnt; of
#: glasses their frame's, a dark quarter of what is called glasses.
_USUAL = {
    CLASSES.index("mouth"): (174, 135, 123),
    CLASSES.index("glasses"): (29, 20, 19),
    CLASSES.index("hat"): (35, 36, 41),
}


@dataclass(frozen=True)
class Editor:
    """Edits photos.

    Attributes:
        parser: Makes label maps.
        mode: Makes what the network is shown.
        engine: Runs it.
    """

    parser: Parser
    mode: Edit
    engine: Engine

    def __call__(self, photo: Image, landmarks: Landmarks | None, change: Change) -> Image:
        """A copy of a photo with a change made: beyond :meth:`reach` it is the photo to the bit.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            landmarks: ``(68, 2)`` of the face that is changed; None to take the photo as framed by its face.
            change: Of the photo's size.

        Raises:
            OptionError: It lies nowhere near the face.
        """
        if change.colour is not None:
            return recolor(photo, change.where, change.colour)
        box = verified_crop(landmarks, change.before)
        reach = self.reach(box, change)
        if not reach[max(box.y, 0) : box.y + box.side, max(box.x, 0) : box.x + box.side].any():
            seen = f"the square of {box.side} pixels at {box.x}, {box.y}"
            raise OptionError(
                "a change lies at the face",
                f"none of it in {seen}",
                "paint there, or choose another face with --face",
            )
        size = self.mode.size
        before, labels = (
            np.asarray(
                cv2.resize(box.cut(each), (size, size), interpolation=cv2.INTER_NEAREST), np.uint8
            )
            for each in (change.before, change.labels)
        )
        mask = cv2.resize(
            box.cut(reach),
            (size, size),
            interpolation=cv2.INTER_AREA if box.side > size else cv2.INTER_LINEAR,
        )
        # Whatever is touched is erased: else its old pixels would show the network what was there.
        mask = np.where(mask > 0, 255, 0).astype(np.uint8)
        small = resize(box.cut(photo), size)
        scene = Scene(
            small, labels=labels, mask=mask, colours=kept_colours(small, before, labels, mask > 0)
        )
        answer = self.engine(self.mode.condition(scene))
        return blend_into(answer, box, photo, reach)

    def reach(self, box: Box, change: Change) -> NDArray[np.uint8]:
        """Where a change may touch its photo: ``(h, w)`` uint8, 255 inside, what is changed and a little around it."""
        around = max(1, round(_AROUND * box.side))
        reach = np.zeros(change.where.shape, np.uint8)
        x, y, width, height = cv2.boundingRect(change.where.astype(np.uint8))
        rows, columns = (
            slice(max(0, start - around), start + count + around)
            for start, count in ((y, height), (x, width))
        )
        # Dilation by the distance: its time doesn't grow with how far it reaches.
        away = cv2.distanceTransform(
            (~change.where[rows, columns]).astype(np.uint8), cv2.DIST_L2, 3
        )
        reach[rows, columns] = np.where(away <= around, 255, 0)
        return reach


def kept_colours(
    photo: Image, before: Labels, labels: Labels, erased: NDArray[np.bool_]
) -> dict[int, NDArray[np.floating]]:
    """The colours of what is painted anew and of which little is left to see: its own from before, else what is usual.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        before: ``(h, w)`` uint8, its label map.
        labels: ``(h, w)`` uint8, the map as it shall be.
        erased: ``(h, w)`` bool, what is painted anew.

    Returns:
        Class number -> mean colour, RGB.
    """
    colours: dict[int, NDArray[np.floating]] = {}
    for place in np.unique(labels[erased]).tolist():
        was = before == place
        if was.any() and (was & erased).sum() > was.sum() / 2:
            colours[place] = photo[was].mean(0)
        elif not was.any() and place in _USUAL:
            colours[place] = np.array(_USUAL[place], float)
    return colours


def blend_into(answer: Image, box: Box, photo: Image, reach: NDArray[np.uint8]) -> Image:
    """A copy of a photo with an answer set into it where it reaches, with a soft edge inside of that.

    Args:
        answer: ``(size, size, 3)`` uint8, of the box.
        box: Where it lies in the photo.
        photo: ``(h, w, 3)`` uint8.
        reach: ``(h, w)`` uint8, 0 where the photo stays as it is.
    """
    x, y, width, height = cv2.boundingRect(reach)
    left, top = max(x, box.x), max(y, box.y)
    right, bottom = min(x + width, box.x + box.side), min(y + height, box.y + box.side)
    result = photo.copy()
    if left >= right or top >= bottom:
        return result
    scale = answer.shape[0] / box.side
    # Only what is needed is enlarged: photos may be large.
    to_answer = np.array(
        [
            [scale, 0, (left - box.x + 0.5) * scale - 0.5],
            [0, scale, (top - box.y + 0.5) * scale - 0.5],
        ]
    )
    how = (cv2.INTER_CUBIC if scale < 1 else cv2.INTER_AREA) | cv2.WARP_INVERSE_MAP
    part = cv2.warpAffine(
        answer, to_answer, (right - left, bottom - top), flags=how, borderMode=cv2.BORDER_REPLICATE
    )
    inside = reach[top:bottom, left:right]
    # The distance from the edge makes the weight: 0 at the edge, 1 as far inside as the edge is wide.
    deep = cv2.distanceTransform(
        cv2.copyMakeBorder(inside, 1, 1, 1, 1, cv2.BORDER_REPLICATE), cv2.DIST_L2, 3
    )[1:-1, 1:-1]
    weight = np.clip(deep / max(1.0, _EDGE * box.side), 0, 1)[..., None]
    weight = weight * weight * (3 - 2 * weight)
    old = photo[top:bottom, left:right]
    mixed = np.rint(old + weight * (part.astype(np.float32) - old)).astype(np.uint8)
    result[top:bottom, left:right] = np.where(inside[..., None] > 0, mixed, old)
    return result
