"""Holes: shapes such as scratches and blots, strewn over a picture at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.errors import DataError
from face2face.media.stills import list_images, read_image

Mask = NDArray[np.uint8]
#: Draws a shape, ``(50, 50)`` uint8, 255 inside; a person's own has another size.
Shape = Callable[[np.random.Generator], Mask]

#: The width of what a shape is drawn on, in pixels; and how many times it is enlarged for a picture of 256.
_DRAWN = 50
_LARGER = (1.0, 5.0)
_PICTURE = 256
#: No more than this share of a picture is ever missing; so often others are drawn, before small ones are taken.
_MOST, _AGAIN = 0.5, 20
#: Pixels of a shape's outline.
_CORNERS = 64


def _scratch(rng: np.random.Generator) -> Mask:
    """A thin line, hardly bent."""
    return _line(rng, int(rng.integers(1, 3)), bent=0.12)


def _stroke(rng: np.random.Generator) -> Mask:
    """A broad line that bends."""
    return _line(rng, int(rng.integers(4, 10)), bent=0.5)


def _line(rng: np.random.Generator, width: int, bent: float) -> Mask:
    """A line from somewhere to somewhere else, its inner points aside by a share of its length."""
    ends = rng.uniform(width, _DRAWN - width, (2, 2))
    along = np.linspace(0, 1, int(rng.integers(3, 6)))[:, None]
    points = ends[0] + along * (ends[1] - ends[0])
    points[1:-1] += rng.normal(
        0, bent * 0.3 * np.linalg.norm(ends[1] - ends[0]), points[1:-1].shape
    )
    mask = np.zeros((_DRAWN, _DRAWN), np.uint8)
    cv2.polylines(
        mask, [np.rint(np.clip(points, 0, _DRAWN - 1)).astype(np.int32)], False, 255, width
    )
    return mask


def _blot(rng: np.random.Generator) -> Mask:
    """A round shape with a wavy edge."""
    angle = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    radius = np.full(_CORNERS, rng.uniform(6, 18))
    for waves in (2, 3, 4, 5):
        radius *= 1 + rng.normal(0, 0.12) * np.cos(waves * angle + rng.uniform(0, 2 * np.pi))
    points = _DRAWN / 2 + radius[:, None] * np.stack(
        [np.cos(angle), np.sin(angle) * rng.uniform(0.6, 1)], -1
    )
    mask = np.zeros((_DRAWN, _DRAWN), np.uint8)
    cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 255)
    return mask


def _spots(rng: np.random.Generator) -> Mask:
    """Some small discs."""
    mask = np.zeros((_DRAWN, _DRAWN), np.uint8)
    for _ in range(rng.integers(1, 6)):
        centre = rng.integers(6, _DRAWN - 6, 2).tolist()
        cv2.circle(mask, centre, int(rng.integers(1, 6)), 255, -1)
    return mask


SHAPES: tuple[Shape, ...] = (_scratch, _stroke, _blot, _spots)


def _painted(mask: Mask, rng: np.random.Generator) -> Mask:
    return mask


def own_shapes(folder: Path) -> list[Shape]:
    """Shapes that a person has painted, white on black, in pictures of a folder.

    Raises:
        DataError: There is none, or one is all black or all white.
    """
    shapes: list[Shape] = []
    for path in list_images(folder):
        mask = np.where(read_image(path).mean(-1) > 127, 255, 0).astype(np.uint8)
        if mask.min() == mask.max():
            raise DataError(
                "a mask is white where something shall be missing, black elsewhere",
                f"{path}, all alike",
                "paint it anew",
            )
        shapes.append(partial(_painted, mask))
    if not shapes:
        raise DataError(
            "--masks names a folder of masks, white on black",
            f"none in {folder}",
            "name another, or leave it out",
        )
    return shapes


def random_masks(
    size: int, rng: np.random.Generator, most: int = 2, shapes: Sequence[Shape] = SHAPES
) -> Mask:
    """Shapes strewn over a square picture: ``(size, size)`` uint8, 255 inside.

    Args:
        size: Width and height of the picture, in pixels.
        rng: Where chance comes from.
        most: From one to so many shapes.
        shapes: One of these is drawn each time. It is enlarged 1 to 5 times, more for pictures above 256 pixels, and lies wholly inside;
            together they cover half of the picture at most.
    """
    for attempt in range(_AGAIN + 1):
        mask = np.zeros((size, size), np.uint8)
        for _ in range(rng.integers(1, most, endpoint=True)):
            shape = shapes[int(rng.integers(len(shapes)))](rng)
            times = rng.uniform(*_LARGER) if attempt < _AGAIN else _LARGER[0]
            _strew(mask, shape, times * size / _PICTURE, rng)
        if 0 < (mask > 0).mean() <= _MOST:
            return mask
    raise DataError(
        "shapes cover half of a picture at most",
        f"more with {most} of them",
        "lower --max-masks, or paint smaller masks",
    )


def _strew(mask: Mask, shape: Mask, times: float, rng: np.random.Generator) -> None:
    """Sets a shape into a mask, enlarged, somewhere."""
    x, y, width, height = cv2.boundingRect(shape)
    size = mask.shape[0]
    times = min(times, size / max(width, height))
    across, down = (min(size, max(1, round(each * times))) for each in (width, height))
    large = cv2.resize(
        shape[y : y + height, x : x + width], (across, down), interpolation=cv2.INTER_LINEAR
    )
    left, top = (int(rng.integers(0, size - each + 1)) for each in (across, down))
    here = mask[top : top + down, left : left + across]
    np.maximum(here, np.where(large > 127, 255, 0).astype(np.uint8), out=here)
