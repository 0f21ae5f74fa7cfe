"""Random masks: shapes such as scratches and blots, placed over a picture at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.errors import DataError
from face2face.media.photo import read_photo
from face2face.media.stills import list_images

#: A mask, uint8: 255 inside, 0 outside.
Mask = NDArray[np.uint8]
#: Function that draws a shape: the built-in ones ``(50, 50)``, a user's own of any size.
Shape = Callable[[np.random.Generator], Mask]

#: Width and height of the picture that a shape is drawn on, in pixels.
_CANVAS = 50
#: Smallest and largest enlargement of a shape in a picture of 256 pixels.
_ENLARGEMENT = (1.0, 5.0)
#: Width of the picture for which the enlargement is given, in pixels.
_REFERENCE_SIZE = 256
#: Largest share of a picture that a mask covers: with more, too little is left to paint from.
_MAX_COVERAGE = 0.5
#: Number of masks tried before shapes are left at their smallest.
_ATTEMPTS = 20
#: Number of points of a blot's outline.
_OUTLINE_POINTS = 64


def _scratch(rng: np.random.Generator) -> Mask:
    """Draw a thin, nearly straight line."""
    return _line(rng, int(rng.integers(1, 3)), bend=0.12)


def _stroke(rng: np.random.Generator) -> Mask:
    """Draw a broad, bent line."""
    return _line(rng, int(rng.integers(4, 10)), bend=0.5)


def _line(rng: np.random.Generator, width: int, bend: float) -> Mask:
    """Draw a line between two random points.

    Its inner points are shifted by a random distance, of which ``bend`` is the scale.
    """
    ends = rng.uniform(width, _CANVAS - width, (2, 2))
    along = np.linspace(0, 1, int(rng.integers(3, 6)))[:, None]
    points = ends[0] + along * (ends[1] - ends[0])
    length = np.linalg.norm(ends[1] - ends[0])
    points[1:-1] += rng.normal(0, bend * 0.3 * length, points[1:-1].shape)
    mask = np.zeros((_CANVAS, _CANVAS), np.uint8)
    pixels = np.rint(np.clip(points, 0, _CANVAS - 1)).astype(np.int32)
    cv2.polylines(mask, [pixels], False, 255, width)
    return mask


def _blot(rng: np.random.Generator) -> Mask:
    """Draw a round shape with a wavy edge."""
    angle = np.linspace(0, 2 * np.pi, _OUTLINE_POINTS, endpoint=False)
    radius = np.full(_OUTLINE_POINTS, rng.uniform(6, 18))
    for waves in (2, 3, 4, 5):
        radius *= 1 + rng.normal(0, 0.12) * np.cos(waves * angle + rng.uniform(0, 2 * np.pi))
    points = _CANVAS / 2 + radius[:, None] * np.stack(
        [np.cos(angle), np.sin(angle) * rng.uniform(0.6, 1)], -1
    )
    mask = np.zeros((_CANVAS, _CANVAS), np.uint8)
    cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 255)
    return mask


def _spots(rng: np.random.Generator) -> Mask:
    """Draw a few small discs."""
    mask = np.zeros((_CANVAS, _CANVAS), np.uint8)
    for _ in range(rng.integers(1, 6)):
        centre = rng.integers(6, _CANVAS - 6, 2).tolist()
        cv2.circle(mask, centre, int(rng.integers(1, 6)), 255, -1)
    return mask


#: The built-in shapes.
SHAPES: tuple[Shape, ...] = (_scratch, _stroke, _blot, _spots)


def _fixed(mask: Mask, rng: np.random.Generator) -> Mask:
    """Return a mask that does not vary."""
    return mask


def own_shapes(folder: Path) -> list[Shape]:
    """Return the shapes that a user painted, white on black, in the pictures of a folder.

    Raises:
        DataError: The folder has no pictures, or one is all black or all white.
    """
    shapes: list[Shape] = []
    for path in list_images(folder):
        mask = np.where(read_photo(path, background=0).shown.mean(-1) > 127, 255, 0).astype(
            np.uint8
        )
        if mask.min() == mask.max():
            raise DataError(
                f"{path} is all {'white' if mask.max() else 'black'}.",
                hint="Paint white where pixels shall be missing, and black elsewhere.",
            )
        shapes.append(partial(_fixed, mask))
    if not shapes:
        raise DataError(
            f"There are no masks in {folder}.",
            hint="Name another folder with --masks, or leave it out.",
        )
    return shapes


def random_masks(
    size: int, rng: np.random.Generator, max_shapes: int = 2, shapes: Sequence[Shape] = SHAPES
) -> Mask:
    """Return a random mask, ``(size, size)`` uint8: 255 inside, 0 outside.

    Each shape lies wholly inside the picture, enlarged 1 to 5 times in one of 256 pixels. Together
    they cover at most half of the picture.

    Args:
        size: Width and height of the picture, in pixels.
        rng: Source of randomness.
        max_shapes: Largest number of shapes; the smallest is 1.
        shapes: Functions that draw shapes; each shape is drawn by a random one.

    Raises:
        DataError: The shapes cover more than half of the picture even at their smallest.

    >>> mask = random_masks(64, np.random.default_rng(0))
    >>> mask.shape, np.unique(mask).tolist()
    ((64, 64), [0, 255])
    """
    for attempt in range(_ATTEMPTS + 1):
        mask = np.zeros((size, size), np.uint8)
        for _ in range(rng.integers(1, max_shapes, endpoint=True)):
            shape = shapes[int(rng.integers(len(shapes)))](rng)
            factor = rng.uniform(*_ENLARGEMENT) if attempt < _ATTEMPTS else _ENLARGEMENT[0]
            _place(mask, shape, factor * size / _REFERENCE_SIZE, rng)
        if 0 < (mask > 0).mean() <= _MAX_COVERAGE:
            return mask
    raise DataError(
        f"{max_shapes} of these shapes cover more than half of a picture.",
        hint="Lower --max-masks, or paint smaller masks.",
    )


def _place(mask: Mask, shape: Mask, factor: float, rng: np.random.Generator) -> None:
    """Draw an enlarged shape into a mask, at a random place."""
    x, y, width, height = cv2.boundingRect(shape)
    size = mask.shape[0]
    factor = min(factor, size / max(width, height))
    columns, rows = (min(size, max(1, round(each * factor))) for each in (width, height))
    enlarged = cv2.resize(
        shape[y : y + height, x : x + width], (columns, rows), interpolation=cv2.INTER_LINEAR
    )
    left, top = (int(rng.integers(0, size - each + 1)) for each in (columns, rows))
    area = mask[top : top + rows, left : left + columns]
    np.maximum(area, np.where(enlarged > 127, 255, 0).astype(np.uint8), out=area)
