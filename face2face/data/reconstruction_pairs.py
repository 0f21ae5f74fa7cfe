"""Training pairs for reconstruction and manipulation: faces rebuilt from their label maps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from face2face.data.pairs import write_strip
from face2face.data.semantic import SemanticSample
from face2face.image import Image, Scene
from face2face.segmentation.labels import CLASSES, GROUPS

#: Prefix of the names of panels that show another person's label map.
NEW = "new_"


def rebuilt(sample: SemanticSample) -> Scene:
    """Return the scene that a face is rebuilt from: its label map, its colours, its identity."""
    return Scene(sample.photo, labels=sample.labels, identity=sample.identity)


def with_map_of(sample: SemanticSample, other: SemanticSample) -> Scene:
    """Return the scene of a face with another person's label map.

    Each group keeps the face's own mean colour. A group that the face lacks, such as glasses, has
    the other person's.
    """
    present = sample.groups.max((0, 1), keepdims=True)[0].T
    colours = np.where(present, sample.colours, other.colours).astype(np.float64)
    class_colours = {
        CLASSES.index(name): colours[place]
        for place, names in enumerate(GROUPS.values())
        for name in names
    }
    return Scene(sample.photo, labels=other.labels, colours=class_colours, identity=sample.identity)


def partner(name: str, names: Sequence[str], number: int, seed: int = 0) -> str:
    """Return another one of several names at random, the same each time.

    Args:
        name: One of the names.
        names: At least two different ones.
        number: Number of the choice: others give other partners.
        seed: Seed of the choice.

    >>> partner("a", ["a", "b"], 0)
    'b'
    """
    place = int(np.random.default_rng((seed, *name.encode(), number)).integers(len(names) - 1))
    return names[-1] if names[place] == name else names[place]


def write_rebuild(
    sample: SemanticSample, condition: Callable[[Scene], list[Image]], path: Path
) -> None:
    """Write the strip of a photo, unless it exists.

    Args:
        sample: The photo's.
        condition: Function from a scene to the panels shown to the network.
        path: The strip.
    """
    if not path.is_file():
        write_strip(path, [*condition(rebuilt(sample)), sample.photo])


def write_manipulation(
    sample: SemanticSample,
    other: SemanticSample,
    condition: Callable[[Scene], list[Image]],
    path: Path,
) -> None:
    """Write the strip of a photo and another person's label map, unless it exists.

    It holds the panels with the photo's own map, the same with the other map, and the photo.

    Args:
        sample: The photo's.
        other: The other person's.
        condition: Function from a scene to the panels shown to the network.
        path: The strip.
    """
    if not path.is_file():
        panels = [*condition(rebuilt(sample)), *condition(with_map_of(sample, other))]
        write_strip(path, [*panels, sample.photo])
