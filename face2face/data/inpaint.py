"""Training pairs for inpainting: faces with holes at random, and the faces as they were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from face2face.data.pairs import write_strip
from face2face.data.process import resize
from face2face.data.random_masks import SHAPES, Shape, random_masks
from face2face.image import Box, Image, Scene

#: All but the first strip of a face show a part of it, of so many of its width and height: skin is also mended where a photo is large.
_NEARER = (0.5, 1.0)


def write_pairs(
    face: Image,
    size: int,
    condition: Callable[[Scene], list[Image]],
    folder: Path,
    name: str,
    repeats: int,
    most: int = 2,
    shapes: Sequence[Shape] = SHAPES,
    seed: int = 0,
) -> None:
    """Writes strips of a face, each with other holes, the first of the whole of it and the others nearer: the same each time.

    Args:
        face: ``(side, side, 3)`` uint8 RGB.
        size: Width and height of a panel, in pixels.
        condition: What the network is shown of a scene with a mask.
        folder: Where they go; those that are there already stay.
        name: Of the face.
        repeats: How many.
        most: Shapes a strip, see :func:`face2face.data.random_masks.holes`.
        shapes: What is drawn, see there.
        seed: Of chance.
    """
    for number in range(repeats):
        path = folder / f"{name}.{number}.png"
        if not path.is_file():
            rng = np.random.default_rng((seed, *name.encode(), number))
            photo = resize((_nearer(face, rng) if number else face), size)
            write_strip(
                path, [*condition(Scene(photo, mask=random_masks(size, rng, most, shapes))), photo]
            )


def _nearer(face: Image, rng: np.random.Generator) -> Image:
    side = max(1, round(face.shape[0] * rng.uniform(*_NEARER)))
    x, y = rng.integers(0, face.shape[0] - side + 1, 2).tolist()
    return Box(x, y, side).cut(face)
