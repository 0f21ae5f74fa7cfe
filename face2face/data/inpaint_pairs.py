"""Training pairs for inpainting: faces with random holes, and the faces as they were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from face2face.data.pairs import write_strip
from face2face.data.process import resize
from face2face.data.random_masks import SHAPES, Shape, random_masks
from face2face.image import Box, Image, Scene

#: Smallest and largest crop, as a share of a face's width and height. Crops teach the network to
#: mend skin in large photos too.
_CROP_SHARE = (0.5, 1.0)


def write_pairs(
    face: Image,
    size: int,
    condition: Callable[[Scene], list[Image]],
    folder: Path,
    name: str,
    repeats: int,
    max_shapes: int = 2,
    shapes: Sequence[Shape] = SHAPES,
    seed: int = 0,
) -> None:
    """Write strips of a face, each with other holes. The same seed gives the same strips.

    The first strip shows the whole face, the others a random crop of it.

    Args:
        face: ``(side, side, 3)`` uint8 RGB.
        size: Width and height of a panel, in pixels.
        condition: Function from a scene with a mask to the panels shown to the network.
        folder: Folder to write to. Strips that exist are kept.
        name: Name of the face.
        repeats: Number of strips.
        max_shapes: See :func:`face2face.data.random_masks.random_masks`.
        shapes: The same.
        seed: Seed of the holes and crops.
    """
    for number in range(repeats):
        path = folder / f"{name}.{number}.png"
        if not path.is_file():
            rng = np.random.default_rng((seed, *name.encode(), number))
            photo = resize(_random_crop(face, rng) if number else face, size)
            mask = random_masks(size, rng, max_shapes, shapes)
            write_strip(path, [*condition(Scene(photo, mask=mask)), photo])


def _random_crop(face: Image, rng: np.random.Generator) -> Image:
    side = max(1, round(face.shape[0] * rng.uniform(*_CROP_SHARE)))
    x, y = rng.integers(0, face.shape[0] - side + 1, 2).tolist()
    return Box(x, y, side).cut(face)
