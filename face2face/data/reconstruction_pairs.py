"""Training pairs for rebuilding faces: the map, colours and identity of a photo, and with another person's map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from face2face.data.pairs import write_strip
from face2face.data.semantic import SemanticSample
from face2face.image import Image, Scene
from face2face.segmentation.labels import CLASSES, GROUPS

#: In front of the names of panels that are as they would be with another person's map.
NEW = "new_"


def rebuilt(study: SemanticSample) -> Scene:
    """What a face is rebuilt from."""
    return Scene(study.photo, labels=study.labels, identity=study.identity)


def with_map_of(study: SemanticSample, other: SemanticSample) -> Scene:
    """A face with another person's map in its own colours; groups that it lacks, glasses say, in the other's."""
    there = study.groups.max((0, 1), keepdims=True)[0].T
    colours = np.where(there, study.colours, other.colours).astype(np.float64)
    told = {
        CLASSES.index(name): colours[place]
        for place, names in enumerate(GROUPS.values())
        for name in names
    }
    return Scene(study.photo, labels=other.labels, colours=told, identity=study.identity)


def partner(name: str, names: Sequence[str], number: int, seed: int = 0) -> str:
    """Another one of several different names, by chance: the same each time."""
    place = int(np.random.default_rng((seed, *name.encode(), number)).integers(len(names) - 1))
    return names[-1] if names[place] == name else names[place]


def write_rebuild(
    study: SemanticSample, condition: Callable[[Scene], list[Image]], path: Path
) -> None:
    """Writes the strip of a photo, unless it is there."""
    if not path.is_file():
        write_strip(path, [*condition(rebuilt(study)), study.photo])


def write_manipulation(
    study: SemanticSample,
    other: SemanticSample,
    condition: Callable[[Scene], list[Image]],
    path: Path,
) -> None:
    """Writes the strip of a photo and another one's map, unless it is there: what is shown, the same with that map, the photo."""
    if not path.is_file():
        write_strip(
            path, [*condition(rebuilt(study)), *condition(with_map_of(study, other)), study.photo]
        )
