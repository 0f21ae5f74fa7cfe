"""Training pairs for editing: parts of faces erased at random, and the photos as they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.pairs import write_strip
from face2face.data.semantic import SemanticSample
from face2face.image import Image, Scene
from face2face.segmentation.labels import Labels, class_mask

#: What people edit as a whole, and how often each is erased where it is there.
_FEATURES = {
    ("mouth", "upper_lip", "lower_lip"): 3,
    ("left_eye", "right_eye"): 2,
    ("left_brow", "right_brow"): 2,
    ("left_eye", "right_eye", "left_brow", "right_brow"): 1,
    ("nose",): 2,
    ("hair",): 3,
    ("glasses",): 3,
    ("hat",): 1,
    ("skin",): 1,
    ("cloth",): 1,
}
#: How much farther than a feature the mask reaches, and how wide brushes are: in shares of the width.
_BEYOND, _BRUSH = (0.01, 0.05), (0.03, 0.14)
_STROKES, _BENDS = (1, 4), (1, 5)
#: More than this share of a photo is never erased.
_MOST = 0.6
#: How often a class is shown in its true colour, rather than in that of what is left of it.
_TOLD = 0.5


def region(labels: Labels, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A part of a face to erase: a feature, brush strokes, or both; ``(h, w)`` uint8, 255 inside."""
    size = labels.shape[0]
    kind = rng.random()
    mask = np.zeros(labels.shape, np.uint8)
    if kind < 0.65:
        mask |= _feature(labels, rng)
    if kind > 0.5:
        mask |= _strokes(size, rng)
    return mask if 0 < (mask > 0).mean() <= _MOST else _strokes(size, rng)


def _feature(labels: Labels, rng: np.random.Generator) -> NDArray[np.uint8]:
    there = {names: often for names, often in _FEATURES.items() if class_mask(labels, names).any()}
    if not there:
        return np.zeros(labels.shape, np.uint8)
    share = np.array(list(there.values()), float)
    names = list(there)[rng.choice(len(there), p=share / share.sum())]
    mask = 255 * class_mask(labels, names).astype(np.uint8)
    reach = max(1, round(rng.uniform(*_BEYOND) * labels.shape[0]))
    return np.asarray(
        cv2.dilate(
            mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        ),
        np.uint8,
    )


def _strokes(size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Brush strokes that bend, nearer to the middle than to the edges."""
    mask = np.zeros((size, size), np.uint8)
    for _ in range(rng.integers(*_STROKES, endpoint=True)):
        steps = rng.normal(0, 0.12 * size, (rng.integers(*_BENDS, endpoint=True) + 1, 2))
        steps[0] = rng.normal(0.5 * size, 0.2 * size, 2)
        points = np.clip(steps.cumsum(0), 0, size - 1).round().astype(np.int32)
        cv2.polylines(mask, [points], False, 255, max(2, round(rng.uniform(*_BRUSH) * size)))
    return mask


def kept_colours(
    photo: Image, labels: Labels, mask: NDArray[np.uint8], rng: np.random.Generator
) -> dict[int, NDArray[np.floating]]:
    """The true mean colours of some of the classes that are erased: a feature that is moved keeps its colour."""
    erased = mask > 127
    return {
        place: photo[erased & (labels == place)].mean(0)
        for place in np.unique(labels[erased]).tolist()
        if rng.random() < _TOLD
    }


def write_pairs(
    study: SemanticSample,
    condition: Callable[[Scene], list[Image]],
    folder: Path,
    name: str,
    repeats: int,
    seed: int = 0,
) -> None:
    """Writes strips of a photo, each with another part erased: the same each time.

    Args:
        study: The photo's.
        condition: What the network is shown of a scene with labels, mask and colours.
        folder: Where they go; those that are there already stay.
        name: Of the photo.
        repeats: How many.
        seed: Of chance.
    """
    for number in range(repeats):
        path = folder / f"{name}.{number}.png"
        if not path.is_file():
            rng = np.random.default_rng((seed, *name.encode(), number))
            mask = region(study.labels, rng)
            colours = kept_colours(study.photo, study.labels, mask, rng)
            scene = Scene(study.photo, labels=study.labels, mask=mask, colours=colours)
            write_strip(path, [*condition(scene), study.photo])
