"""The editor: makes a change to a photo's label map visible in the photo."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.process import resize
from face2face.edit.changes import Change
from face2face.edit.irises import dye_irises
from face2face.edit.recolor import recolor, rim_width
from face2face.errors import OptionError
from face2face.image import Box, Image, Landmarks, Scene
from face2face.inference.engine import Engine
from face2face.modes.edit import Edit
from face2face.segmentation.labels import CLASSES, Labels
from face2face.segmentation.parser import Parser, verified_crop

#: Width of the zone around a change that may change too, as a share of the face box's side.
_MARGIN = 0.008
#: Width of the soft edge inside that zone, as a share of the face box's side.
_EDGE = 0.006
#: Class number -> mean colour, RGB, of a class that the photo doesn't show yet: medians over the
#: photos that trained the pretrained model. Of glasses it is the frame's: the darkest quarter.
_TYPICAL_COLOURS = {
    CLASSES.index("mouth"): (174, 135, 123),
    CLASSES.index("glasses"): (29, 20, 19),
    CLASSES.index("hat"): (35, 36, 41),
}
#: Numbers of the classes of eyes, in which a colour is the irises'.
_EYES = [CLASSES.index("left_eye"), CLASSES.index("right_eye")]
#: Numbers of classes whose outlines the parser knows well. Hair in their colours is rare beyond
#: its own outline, but strands before a wall or clothes are not.
_FEATURES = [
    CLASSES.index(name)
    for name in ("left_eye", "right_eye", "left_brow", "right_brow", "upper_lip", "lower_lip")
]
_FACE = [*_FEATURES, *(CLASSES.index(each) for each in ("skin", "nose", "neck", "mouth"))]


@dataclass(frozen=True)
class Editor:
    """Edits photos with a network that paints faces from label maps.

    Attributes:
        parser: Makes label maps of photos.
        mode: Makes the network's input.
        engine: Runs the network.

    >>> from face2face.inference.pretrained import load_edit, load_parser
    >>> editor = Editor(load_parser(), *load_edit())
    >>> photo, hair = np.full((64, 64, 3), 90, np.uint8), np.full((64, 64), 13, np.uint8)
    >>> red = Change(hair, hair, hair == 13, np.array([200.0, 40, 40]))
    >>> editor(photo, None, red)[32, 32].tolist()
    [200, 40, 40]
    """

    parser: Parser
    mode: Edit
    engine: Engine

    def __call__(self, photo: Image, landmarks: Landmarks | None, change: Change) -> Image:
        """Return a copy of a photo with a change made.

        Pixels that :meth:`reach` doesn't contain stay the same to the bit.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            landmarks: ``(70, 2)`` float32, the face to change, in the photo's pixels. None: the
                label map alone shows where the face is.
            change: Of the photo's size.

        Returns:
            ``(h, w, 3)`` uint8 RGB.

        Raises:
            OptionError: No part of the change lies in the square around the face.
        """
        if change.colour is not None:
            return self._recolored(photo, landmarks, change, change.colour)
        box = verified_crop(landmarks, change.before)
        reach = self.reach(box, change)
        if not reach[box.extent(reach.shape)].any():
            raise OptionError(
                f"The change lies outside the face's square of {box.side} pixels at "
                f"{box.x}, {box.y}.",
                hint="Paint there, or choose another face with --face.",
            )
        scene = self._scene(photo, box, reach, change)
        panels = self.mode.condition(scene)
        assert scene.labels is not None
        answer = self.mode.join(panels[0], self.engine(panels), scene.labels)
        return blend_into(answer, box, photo, reach)

    @staticmethod
    def _recolored(
        photo: Image, landmarks: Landmarks | None, change: Change, colour: NDArray[np.floating]
    ) -> Image:
        """Return a copy of a photo with another colour where a change says so; of eyes, irises."""
        coloured = np.flatnonzero(np.bincount(change.before[change.where], minlength=len(CLASSES)))
        if landmarks is not None and np.isin(coloured, _EYES).all():
            return dye_irises(photo, landmarks, change.where, colour)
        known = _FEATURES if np.isin(coloured, _FACE).any() else _FACE
        others = np.isin(change.before, np.setdiff1d(known, coloured))
        hair = coloured.tolist() == [CLASSES.index("hair")]
        return recolor(photo, change.where, colour, others, hair)

    def _scene(self, photo: Image, box: Box, reach: NDArray[np.uint8], change: Change) -> Scene:
        """Return the network's input before it is drawn: the face box at the network's size."""
        size = self.mode.size
        before, labels = (
            np.asarray(
                cv2.resize(box.cut(each), (size, size), interpolation=cv2.INTER_NEAREST), np.uint8
            )
            for each in (change.before, change.labels)
        )
        interpolation = cv2.INTER_AREA if box.side > size else cv2.INTER_LINEAR
        mask = cv2.resize(box.cut(reach), (size, size), interpolation=interpolation)
        # A pixel that is touched in part is masked whole, or the network would see the old part.
        mask = np.where(mask > 0, 255, 0).astype(np.uint8)
        small = resize(box.cut(photo), size)
        colours = kept_colours(small, before, labels, mask > 0)
        return Scene(small, labels=labels, mask=mask, colours=colours)

    def reach(self, box: Box, change: Change) -> NDArray[np.uint8]:
        """Return where a change may alter its photo: its own pixels and a margin around them.

        Args:
            box: The square around the face.
            change: Of the photo's size, with at least one pixel to change.

        Returns:
            ``(h, w)`` uint8, 255 where the photo may change, 0 elsewhere.
        """
        margin = max(1, round(_MARGIN * box.side))
        if change.colour is not None:
            margin = rim_width(change.where)
        reach = np.zeros(change.where.shape, np.uint8)
        x, y, width, height = cv2.boundingRect(change.where.astype(np.uint8))
        rows, columns = (
            slice(max(0, start - margin), start + count + margin)
            for start, count in ((y, height), (x, width))
        )
        # A dilation by `margin`. The distance transform takes the same time for any margin.
        outside = (~change.where[rows, columns]).astype(np.uint8)
        distance = cv2.distanceTransform(outside, cv2.DIST_L2, 3)
        reach[rows, columns] = np.where(distance <= margin, 255, 0)
        return reach


def kept_colours(
    photo: Image, before: Labels, labels: Labels, erased: NDArray[np.bool_]
) -> dict[int, NDArray[np.floating]]:
    """Return the mean colours of those classes in a mask that can't be seen outside it.

    A class of which more than half is erased keeps its old mean colour. A class that the photo
    doesn't show gets a typical colour, if one is known.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        before: ``(h, w)`` uint8, its label map.
        labels: ``(h, w)`` uint8, the label map after the change.
        erased: ``(h, w)`` bool, the pixels that are painted again.

    Returns:
        Class number -> ``(3,)`` mean colour, RGB, 0 to 255.

    >>> photo, hair = np.full((2, 2, 3), 90, np.uint8), np.full((2, 2), 13, np.uint8)
    >>> kept_colours(photo, hair, hair, hair > 0)[13].tolist()
    [90.0, 90.0, 90.0]
    """
    colours: dict[int, NDArray[np.floating]] = {}
    for number in np.unique(labels[erased]).tolist():
        old = before == number
        if old.any() and (old & erased).sum() > old.sum() / 2:
            colours[number] = photo[old].mean(0)
        elif not old.any() and number in _TYPICAL_COLOURS:
            colours[number] = np.array(_TYPICAL_COLOURS[number], float)
    return colours


def blend_into(answer: Image, box: Box, photo: Image, reach: NDArray[np.uint8]) -> Image:
    """Return a copy of a photo with a generated face pasted in, with a soft edge.

    Args:
        answer: ``(size, size, 3)`` uint8 RGB, the picture generated for the box.
        box: The square of the photo that the answer shows; it may reach beyond the photo.
        photo: ``(h, w, 3)`` uint8 RGB.
        reach: ``(h, w)`` uint8, 0 where the photo stays the same to the bit.

    Returns:
        ``(h, w, 3)`` uint8 RGB.

    >>> photo, green = np.zeros((9, 9, 3), np.uint8), np.full((4, 4, 3), (0, 255, 0), np.uint8)
    >>> blend_into(green, Box(0, 0, 9), photo, np.full((9, 9), 255, np.uint8))[4, 4].tolist()
    [0, 255, 0]
    """
    x, y, width, height = cv2.boundingRect(reach)
    left, top = max(x, box.x), max(y, box.y)
    right, bottom = min(x + width, box.x + box.side), min(y + height, box.y + box.side)
    result = photo.copy()
    if left >= right or top >= bottom:
        return result
    part = _enlarged(answer, box, left, top, right, bottom)
    inside = reach[top:bottom, left:right]
    # The weight rises from 0 at the edge to 1 at `_EDGE` inside it, as a smoothstep.
    bordered = cv2.copyMakeBorder(inside, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    distance = cv2.distanceTransform(bordered, cv2.DIST_L2, 3)[1:-1, 1:-1]
    weight = np.clip(distance / max(1.0, _EDGE * box.side), 0, 1)[..., None]
    weight = weight * weight * (3 - 2 * weight)
    old = photo[top:bottom, left:right]
    mixed = np.rint(old + weight * (part.astype(np.float32) - old)).astype(np.uint8)
    result[top:bottom, left:right] = np.where(inside[..., None] > 0, mixed, old)
    return result


def _enlarged(answer: Image, box: Box, left: int, top: int, right: int, bottom: int) -> Image:
    """Return the photo's pixels ``left``, ``top`` to ``right``, ``bottom`` of an answer.

    Only this part is resized, since photos may be large.
    """
    scale = answer.shape[0] / box.side
    to_answer = np.array(
        [
            [scale, 0, (left - box.x + 0.5) * scale - 0.5],
            [0, scale, (top - box.y + 0.5) * scale - 0.5],
        ]
    )
    interpolation = cv2.INTER_CUBIC if scale < 1 else cv2.INTER_AREA
    part = cv2.warpAffine(
        answer,
        to_answer,
        (right - left, bottom - top),
        flags=interpolation | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(part, np.uint8)
