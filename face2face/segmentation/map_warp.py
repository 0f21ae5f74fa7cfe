"""Warp a photo so that the parts of its face lie where another label map has them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image
from face2face.imaging.thin_plate import ThinPlateSplines, border_points
from face2face.segmentation.labels import Labels, class_mask

#: Parts that move, each with the names of its classes.
_FEATURES = (
    ("left_eye",),
    ("right_eye",),
    ("left_brow",),
    ("right_brow",),
    ("nose",),
    ("mouth", "upper_lip", "lower_lip"),
)
#: All classes of a face without its hair.
_FACE = ("skin", "glasses", *(name for names in _FEATURES for name in names))
#: Smallest share of the picture that a part must cover in both maps to be moved.
_MIN_SHARE = 2e-4
#: Directions in which a feature's outermost pixels are found: right, down, left and up, in degrees.
_FEATURE_DIRECTIONS = (0, 90, 180, 270)
#: The same for the face: around the jaw alone, since hair hides the forehead.
_FACE_DIRECTIONS = (0, 30, 60, 90, 120, 150, 180)
#: Anchors on each side, which keep the surroundings in place.
_ANCHORS_PER_SIDE = 4
#: Distance of the anchors from the picture, as a share of its size, so that hair can follow.
_ANCHOR_MARGIN = 0.2
#: Resistance to bending, as for :class:`face2face.imaging.warp.WarpConstraints`. Outlines of parsed
#: maps are rough, and a stiffer spline does not fold.
_STIFFNESS = 500.0
#: Distance of the points at which the spline is evaluated, in pixels; linear between them.
_GRID_STEP = 4


def warp_to_map(photo: Image, labels: Labels, new_labels: Labels) -> Image:
    """Return a photo warped to a new label map.

    Eyes, brows, nose, lips and jaw move to their places in the new map. A part that one of the maps
    lacks, and everything else, moves with its surroundings.

    Args:
        photo: ``(s, s, 3)`` uint8 RGB; s is a multiple of 4.
        labels: ``(s, s)`` uint8, the photo's own map.
        new_labels: ``(s, s)`` uint8, the new map. If it is equal, the photo is returned itself.

    Returns:
        ``(s, s, 3)`` uint8 RGB. Pixels from outside the photo repeat its edge.

    >>> photo, labels = np.zeros((64, 64, 3), np.uint8), np.zeros((2, 64, 64), np.uint8)
    >>> labels[0, 10:20, 10:20] = labels[1, 30:40, 30:40] = 2
    >>> photo[10:20, 10:20] = 255  # a white nose
    >>> warp_to_map(photo, *labels)[35, 35].tolist()
    [255, 255, 255]
    """
    if np.array_equal(labels, new_labels):
        return photo
    places = places_in_map(labels, new_labels)
    return np.asarray(
        cv2.remap(photo, places, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def places_in_map(
    labels: Labels,
    new_labels: Labels,
    directions: tuple[int, ...] = _FEATURE_DIRECTIONS,
) -> NDArray[np.float32]:
    """Return the pixel of a label map that each pixel of a new label map corresponds to.

    Args:
        labels: ``(s, s)`` uint8; s is a multiple of 4.
        new_labels: ``(s, s)`` uint8, the new map.
        directions: Directions in which a feature's outermost pixels are found, in degrees.

    Returns:
        ``(s, s, 2)`` float32, x and y as for :func:`cv2.remap`.

    >>> labels = np.zeros((2, 64, 64), np.uint8)
    >>> labels[0, 10:20, 10:20] = labels[1, 30:40, 30:40] = 2
    >>> np.rint(places_in_map(*labels)[35, 35]).astype(int).tolist()
    [14, 14]
    """
    size = labels.shape[0]
    sources, destinations = _moved_points(labels, new_labels, directions)
    anchors = _anchors(size)
    unit = size / 256
    splines = ThinPlateSplines(
        np.concatenate([destinations, anchors]) / unit,
        np.concatenate([sources, anchors]),
        np.repeat((_STIFFNESS, 0.0), (len(destinations), len(anchors))),
    )
    ticks = (np.arange(size // _GRID_STEP) + 0.5) * _GRID_STEP - 0.5
    grid = splines.on_grid(ticks / unit, ticks / unit)
    return np.asarray(cv2.resize(grid, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)


def _moved_points(
    labels: Labels, new_labels: Labels, directions: tuple[int, ...]
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return points on the parts' outlines in both maps, ``(n, 2)`` x and y each."""
    parts = [(names, directions) for names in _FEATURES] + [(_FACE, _FACE_DIRECTIONS)]
    sources: list[NDArray[np.floating]] = [np.zeros((0, 2))]
    destinations: list[NDArray[np.floating]] = [np.zeros((0, 2))]
    for names, each in parts:
        masks = [_largest_piece(class_mask(one, names)) for one in (labels, new_labels)]
        if min(mask.mean() for mask in masks) >= _MIN_SHARE:
            sources.append(_outermost(masks[0], each))
            destinations.append(_outermost(masks[1], each))
    return np.concatenate(sources), np.concatenate(destinations)


def _largest_piece(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask without its smaller pieces, such as a hand of the class skin."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    return np.asarray(pieces == 1 + areas.argmax()) if len(areas) else mask


def _outermost(inside: NDArray[np.bool_], directions: tuple[int, ...]) -> NDArray[np.floating]:
    """Return a part's outermost pixel in each direction, ``(n, 2)`` x and y."""
    pixels = np.argwhere(inside)[:, ::-1].astype(np.float64)
    angles = np.radians(directions)
    return np.asarray(pixels[(pixels @ [np.cos(angles), np.sin(angles)]).argmax(0)])


def _anchors(size: int) -> NDArray[np.floating]:
    """Return points around the picture, ``(16, 2)`` x and y."""
    low, high = -_ANCHOR_MARGIN * size, (1 + _ANCHOR_MARGIN) * size - 1
    return low + (high - low) * (border_points(_ANCHORS_PER_SIDE) + 0.5)
