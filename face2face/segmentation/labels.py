"""Label maps: a class for each pixel of a face and its surroundings.

The classes, their numbers and their colours are CelebAMask-HQ's (Lee, Liu, Wu and Luo, *MaskGAN:
towards diverse and interactive facial image manipulation*, CVPR 2020). A label map is a
``(height, width)`` uint8 array of class numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from face2face.image import Image

#: ``(height, width)`` uint8, class numbers.
Labels = NDArray[np.uint8]

#: Class -> its colour, RGB, in the order of class numbers. Left and right are the person's own.
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
#: The classes; a class's place is its number.
CLASSES = tuple(COLOURS)
#: ``(19, 3)`` uint8, the colour of each class number, RGB.
PALETTE: NDArray[np.uint8] = np.array(list(COLOURS.values()), np.uint8)


def _mirrored_name(name: str) -> str:
    """Return the class on the other side of the face, or the class itself if it has no side."""
    side, _, part = name.partition("_")
    return {"left": f"right_{part}", "right": f"left_{part}"}.get(side, name)


#: Number of a pixel whose class is unknown. Only maps to train a parser on have it.
UNKNOWN = 255
#: ``(19,)`` uint8, the class number that each class has in a mirror image.
MIRRORED: NDArray[np.uint8] = np.array(
    [CLASSES.index(_mirrored_name(name)) for name in CLASSES], np.uint8
)
#: Group of classes -> its classes, the regions of semantic reconstruction; background is in none.
GROUPS: dict[str, tuple[str, ...]] = {
    "skin": ("skin", "left_ear", "right_ear", "neck"),
    "eyes": ("left_eye", "right_eye"),
    "mouth": ("mouth", "upper_lip", "lower_lip"),
    "hair": ("hair", "left_brow", "right_brow"),
    "nose": ("nose",),
    "clothes": ("cloth",),
    "accessories": ("glasses", "hat", "ear_ring", "necklace"),
}


def class_mask(labels: Labels, names: Iterable[str]) -> NDArray[np.bool_]:
    """Return where a label map has one of some classes, ``(height, width)`` bool.

    >>> class_mask(np.array([[0, 1, 13]], np.uint8), ["skin", "hair"]).tolist()
    [[False, True, True]]
    """
    return np.isin(labels, [CLASSES.index(name) for name in names])


def colorize(labels: Labels) -> Image:
    """Return a label map in the classes' colours, ``(height, width, 3)`` uint8 RGB.

    >>> colorize(np.array([[1]], np.uint8)).tolist()
    [[[204, 0, 0]]]
    """
    return PALETTE[labels]


def merge_left_right(labels: Labels) -> Image:
    """Return a label map in the classes' colours, with one colour for left and right.

    The picture of a mirrored map is the mirror image of the map's picture.

    >>> eyes = np.array([[CLASSES.index("left_eye"), CLASSES.index("right_eye")]], np.uint8)
    >>> len(np.unique(merge_left_right(eyes)[0], axis=0))
    1
    """
    return PALETTE[np.minimum(np.arange(len(CLASSES)), MIRRORED)[labels]]


def group_labels(labels: Labels) -> NDArray[np.uint8]:
    """Return a mask for each group in :data:`GROUPS`, ``(height, width, 7)`` uint8, 0 or 1.

    >>> group_labels(np.array([[0, 1]], np.uint8)).tolist()
    [[[0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0]]]
    """
    return np.stack([class_mask(labels, names) for names in GROUPS.values()], -1).astype(np.uint8)


def mean_colours(photo: Image, groups: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mean colour of each group in a photo, ``(7, 3)`` uint8 RGB; 0 where it is absent.

    Args:
        photo: ``(height, width, 3)`` uint8 RGB.
        groups: ``(height, width, 7)`` uint8, see :func:`group_labels`.

    >>> groups = group_labels(np.ones((2, 2), np.uint8))
    >>> mean_colours(np.full((2, 2, 3), (200, 150, 120), np.uint8), groups)[0].tolist()
    [200, 150, 120]
    """
    sums = np.tensordot(groups.astype(np.float64), photo.astype(np.float64), axes=((0, 1), (0, 1)))
    counts = np.maximum(groups.sum((0, 1), dtype=np.int64), 1)[:, None]
    return np.asarray(np.rint(sums / counts), np.uint8)


def fill_groups(groups: NDArray[np.uint8], colours: NDArray[np.uint8]) -> Image:
    """Return each group in one colour, ``(height, width, 3)`` uint8 RGB; black outside all groups.

    Args:
        groups: ``(height, width, 7)`` uint8, 0 or 1.
        colours: ``(7, 3)`` uint8 RGB.

    >>> colours = np.zeros((7, 3), np.uint8)
    >>> colours[0] = (200, 150, 120)
    >>> fill_groups(group_labels(np.array([[1, 0]], np.uint8)), colours).tolist()
    [[[200, 150, 120], [0, 0, 0]]]
    """
    return np.asarray(groups @ colours, np.uint8)
