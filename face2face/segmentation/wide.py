"""Label maps that go on beyond the square around the face: long hair and clothes."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Box, Image, Landmarks
from face2face.segmentation.labels import Labels, class_mask
from face2face.segmentation.parser import Parser, verified_crop

#: Each look is at a square this many times wider than the one before.
_GROWTH = 1.6
#: Number of looks at most: faces soon become too small for the parser.
_LOOKS = 2
#: Longer side at which the photo is looked at, in pixels: the parser's input is smaller still.
_SIDE = 1024
#: Width of the zone at a square's edge in which a part counts as cut, in the square's sides.
_EDGE = 0.02


def widen_labels(
    parser: Parser, photo: Image, landmarks: Landmarks, labels: Labels, names: Sequence[str]
) -> Labels:
    """Return a label map in which some classes go on beyond the square that was parsed.

    Larger squares are parsed while a class is cut by the square's edge. Only pixels that are
    connected with the class in the face's square are added.

    Args:
        parser: The parser that made the map.
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)`` float32, the face, in the photo's pixels.
        labels: ``(h, w)`` uint8, the photo's map.
        names: The classes.

    Returns:
        ``(h, w)`` uint8; inside the face's square it is the map as it was.
    """
    box = verified_crop(landmarks, labels)
    scale = min(1.0, _SIDE / max(labels.shape))
    size = [max(1, round(each * scale)) for each in labels.shape[::-1]]
    small_photo = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
    small = np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    square = Box(*(round(each * scale) for each in (box.x, box.y, box.side)))
    added = np.zeros_like(small)
    for _ in range(_LOOKS):
        inside = _inside(square, small.shape)
        part = class_mask(small, names)
        inner = _grown(square, 1 - 2 * _EDGE)
        cut = part & inside & ~_inside(inner, small.shape)
        if inside.all() or not cut.any():
            break
        square = _grown(square, _GROWTH)
        wider = parser.parse_crop(small_photo, square)
        beyond = class_mask(wider, names) & ~inside
        _, pieces = cv2.connectedComponents((part | beyond).astype(np.uint8))
        beyond &= np.isin(pieces, np.unique(pieces[cut]))
        added[beyond] = small[beyond] = wider[beyond]
    if not added.any():
        return labels
    full = cv2.resize(added, labels.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.where((full > 0) & ~_inside(box, labels.shape), full, labels).astype(np.uint8)


def _grown(box: Box, factor: float) -> Box:
    """Return a square with the same middle and another side."""
    side = round(box.side * factor)
    return Box(box.x + (box.side - side) // 2, box.y + (box.side - side) // 2, side)


def _inside(box: Box, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return where a picture lies in a square, ``(h, w)`` bool."""
    inside = np.zeros(shape, bool)
    inside[box.extent(shape)] = True
    return inside
