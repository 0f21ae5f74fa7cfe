"""Label maps: which part of a face, or of what is around it, each pixel is. The classes, and the colours they are painted in.

The classes, their numbers and their colours are those of CelebAMask-HQ (Lee, Liu, Wu and Luo, *MaskGAN: towards diverse and
interactive facial image manipulation*, CVPR 2020). A label map is a ``(height, width)`` uint8 array of class numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from face2face.image import Image

Labels = NDArray[np.uint8]

#: Class -> the colour it is painted in, RGB; its place is its number. Left and right are the person's own.
COLOURS: dict[str, tuple[int, int, int]] = {
    "background": (0, 0, 0),
    "skin": (204, 0, 0),
    "nose": (76, 153, 0),
    "glasses": (204, 204, 0),
    "left_eye": (51, 51, 255),
    "right_eye": (204, 0, 204),
    "left_brow": (0, 255, 255),
    "right_brow": (255, 204, 204),
    "left_ear": (102, 51, 0),
    "right_ear": (255, 0, 0),
    "mouth": (102, 204, 0),
    "upper_lip": (255, 255, 0),
    "lower_lip": (0, 0, 153),
    "hair": (0, 0, 204),
    "hat": (255, 51, 153),
    "ear_ring": (0, 204, 204),
    "necklace": (0, 51, 0),
    "neck": (255, 153, 51),
    "cloth": (0, 204, 0),
}
CLASSES = tuple(COLOURS)
PALETTE: NDArray[np.uint8] = np.array(list(COLOURS.values()), np.uint8)


#: Class number -> the number of the class on the other side of the face: itself for all that have no side.
MIRRORED: NDArray[np.uint8] = np.array(
    [
        CLASSES.index({"left": "right", "right": "left"}[side] + name.removeprefix(side))
        if (side := name.split("_")[0]) in ("left", "right")
        else place
        for place, name in enumerate(CLASSES)
    ],
    np.uint8,
)


def class_mask(labels: Labels, names: Iterable[str]) -> NDArray[np.bool_]:
    """Where a label map shows one of some classes: ``(height, width)`` bool."""
    return np.isin(labels, [CLASSES.index(name) for name in names])


def colorize(labels: Labels) -> Image:
    """A label map in the palette's colours, ``(height, width, 3)`` uint8 RGB."""
    return PALETTE[labels]


def merge_left_right(labels: Labels) -> Image:
    """A label map in the palette's colours but with left and right alike: of a mirrored map it is the mirror image."""
    return PALETTE[np.minimum(np.arange(len(CLASSES)), MIRRORED)[labels]]


#: Group -> its classes, as faces are rebuilt from. The background is in none.
GROUPS: dict[str, tuple[str, ...]] = {
    "skin": ("skin", "left_ear", "right_ear", "neck"),
    "eyes": ("left_eye", "right_eye"),
    "mouth": ("mouth", "upper_lip", "lower_lip"),
    "hair": ("hair", "left_brow", "right_brow"),
    "nose": ("nose",),
    "clothes": ("cloth",),
    "accessories": ("glasses", "hat", "ear_ring", "necklace"),
}


def group_labels(labels: Labels) -> NDArray[np.uint8]:
    """Where each group is: ``(height, width, 7)`` uint8, 0 or 1."""
    return np.stack([class_mask(labels, names) for names in GROUPS.values()], -1).astype(np.uint8)


def mean_colours(photo: Image, groups: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mean colour of each group in a photo: ``(7, 3)`` uint8 RGB, zeros where a group is absent."""
    sums = np.tensordot(groups.astype(np.float64), photo.astype(np.float64), axes=((0, 1), (0, 1)))
    return np.asarray(
        np.rint(sums / np.maximum(groups.sum((0, 1), dtype=np.int64), 1)[:, None]), np.uint8
    )


def fill_groups(groups: NDArray[np.uint8], colours: NDArray[np.uint8]) -> Image:
    """Each group in one colour: ``(height, width, 3)`` uint8, black where there is none."""
    return np.asarray(groups @ colours, np.uint8)
