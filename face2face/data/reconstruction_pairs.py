"""Training pairs for reconstruction and manipulation: faces rebuilt from their label maps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from face2face.data.pairs import write_strip
from face2face.data.semantic import SemanticSample
from face2face.image import Image, Scene
from face2face.segmentation.labels import CLASSES, GROUPS
from face2face.segmentation.map_warp import warp_to_map

#: Prefix of the names of panels that show another person's label map.
NEW = "new_"


def rebuilt(sample: SemanticSample) -> Scene:
    """Return the scene that a face is rebuilt from: its label map, its colours, its identity."""
    return Scene(sample.photo, labels=sample.labels, identity=sample.identity)


def brought_back(sample: SemanticSample, other: SemanticSample) -> Scene:
    """Return the scene of a face whose photo was warped to another person's label map.

    It is painted with its own map, so that the truth is known: the sample's photo.
    """
    warped = warp_to_map(sample.photo, sample.labels, other.labels)
    return Scene(
        warped,
        labels=sample.labels,
        colours=_class_colours(sample.colours),
        identity=sample.identity,
        photo_labels=other.labels,
    )


def with_map_of(sample: SemanticSample, other: SemanticSample) -> Scene:
    """Return the scene of a face with another person's label map.

    Each group keeps the face's own mean colour. A group that the face lacks, such as glasses, has
    the other person's.
    """
    present = sample.groups.max((0, 1), keepdims=True)[0].T
    return Scene(
        sample.photo,
        labels=other.labels,
        colours=_class_colours(np.where(present, sample.colours, other.colours)),
        identity=sample.identity,
        photo_labels=sample.labels,
    )


def _class_colours(colours: NDArray[np.uint8]) -> dict[int, NDArray[np.floating]]:
    """Return the colour of each class, given those of the groups, ``(7, 3)``."""
    return {
        CLASSES.index(name): colours[place].astype(np.float64)
        for place, names in enumerate(GROUPS.values())
        for name in names
    }


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

    It holds the panels with the photo's own map, the same with the other map, and the photo. For
    the first, the photo is warped to the other map and back, see :func:`brought_back`: a network
    that is shown the photo itself would only copy it.

    Args:
        sample: The photo's.
        other: The other person's.
        condition: Function from a scene to the panels shown to the network.
        path: The strip.
    """
    if not path.is_file():
        panels = [*condition(brought_back(sample, other)), *condition(with_map_of(sample, other))]
        write_strip(path, [*panels, sample.photo])
