"""Features of a face: the eyes with their brows, and the mouth with its lips.

A region is the square picture around a feature. It is measured on a label map of 256 pixels, on
which the face is framed as in CelebA-HQ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Box, Image, Landmarks
from face2face.segmentation.labels import Labels, class_mask
from face2face.segmentation.morphology import select_pieces
from face2face.segmentation.parser import portrait_crop

#: Feature -> its classes.
FEATURES: dict[str, tuple[str, ...]] = {
    "eyes": ("left_eye", "right_eye", "left_brow", "right_brow"),
    "mouth": ("mouth", "upper_lip", "lower_lip"),
}
#: Part that a usable photo shows -> its classes.
_NEEDED: dict[str, tuple[str, ...]] = {
    "eyes": ("left_eye", "right_eye"),
    "brows": ("left_brow", "right_brow"),
    "lips": ("upper_lip", "lower_lip"),
}
#: Width and height of a face on which features are measured, in pixels.
FACE_SIZE = 256
#: Least number of pixels of a connected piece. Smaller ones are errors of the parser.
MIN_PIECE = 100
#: Room between a feature and the edge of its region, in pixels.
ROOM = 8


@dataclass(frozen=True)
class FaceMap:
    """A face in a photo: its crop, and the label map of the crop.

    Attributes:
        box: The crop, in pixels of the photo; it may reach beyond it.
        face: ``(256, 256, 3)`` uint8 RGB, the crop at the size at which it was parsed.
        labels: ``(256, 256)`` uint8, its label map.
    """

    box: Box
    face: Image
    labels: Labels

    @classmethod
    def of(
        cls,
        photo: Image,
        landmarks: Landmarks,
        parse: Callable[[Image, Landmarks | None], Labels],
    ) -> FaceMap:
        """Crop a face as CelebA-HQ does, and parse the crop.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            landmarks: ``(70, 2)``, in pixels of the photo.
            parse: Function from a photo and landmarks to a label map, such as a
                :class:`face2face.segmentation.parser.Parser`.
        """
        # Every face is framed alike, also one in a photo that could be taken whole.
        height, width = photo.shape[:2]
        box = portrait_crop(landmarks, height, width, growth=1.0, may_be_whole=False)
        interpolation = cv2.INTER_AREA if box.side > FACE_SIZE else cv2.INTER_CUBIC
        face = cv2.resize(box.cut(photo), (FACE_SIZE, FACE_SIZE), interpolation=interpolation)
        return cls(box, face, parse(face, box.to_panel(landmarks, FACE_SIZE)))

    def region_in_photo(self, region: Box) -> Box:
        """Return a region of the 256-pixel face in pixels of the photo.

        >>> face = FaceMap(Box(100, 50, 512), np.zeros(0), np.zeros(0))
        >>> face.region_in_photo(Box(10, 20, 30))
        Box(x=120, y=90, side=60)
        """
        scale = self.box.side / FACE_SIZE
        x, y = (
            start + round(scale * each)
            for start, each in ((self.box.x, region.x), (self.box.y, region.y))
        )
        return Box(x, y, max(1, round(scale * region.side)))


def missing_parts(labels: Labels, min_pixels: int) -> list[str]:
    """Return which of eyes, brows and lips don't have more than some pixels each.

    Args:
        labels: ``(256, 256)`` uint8.
        min_pixels: Number of pixels that a part must exceed.

    >>> missing_parts(np.zeros((256, 256), np.uint8), 200)
    ['eyes', 'brows', 'lips']
    """
    return [
        part
        for part, names in _NEEDED.items()
        if np.count_nonzero(class_mask(labels, names)) <= min_pixels
    ]


def feature_mask(labels: Labels, feature: str) -> NDArray[np.bool_]:
    """Return where a label map shows a feature, without pieces of under 100 pixels.

    Args:
        labels: ``(h, w)`` uint8.
        feature: A name in :data:`FEATURES`.

    Returns:
        ``(h, w)`` bool.
    """
    found = class_mask(labels, FEATURES[feature]).astype(np.uint8)
    _, pieces, statistics, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
    large = np.flatnonzero(statistics[:, cv2.CC_STAT_AREA] >= MIN_PIECE)
    return select_pieces(np.asarray(pieces, np.int32), large)


def region_box(mask: NDArray[np.bool_], room: int = ROOM) -> Box | None:
    """Return the square around a feature, with some room on the sides of its longer edge.

    The square has the feature's centre and may reach beyond the map.

    Args:
        mask: ``(h, w)`` bool.
        room: Distance from the feature to the square's edge, in pixels.

    Returns:
        The square; None where the mask is empty.

    >>> mask = np.zeros((40, 40), bool)
    >>> mask[10:14, 5:25] = True
    >>> region_box(mask)
    Box(x=-3, y=-6, side=36)
    """
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    if not width:
        return None
    side = max(width, height) + 2 * room
    return Box(x + (width - side) // 2, y + (height - side) // 2, side)
