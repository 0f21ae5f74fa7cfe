"""Training pairs for editing: photos with random parts erased, and the photos as they were."""

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

#: Features that people edit as a whole -> how often each is erased where a photo shows it.
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
#: Smallest and largest distance that a mask reaches beyond a feature, as a share of the width.
_MARGIN = (0.01, 0.05)
#: Smallest and largest width of a brush, as a share of the picture's width.
_BRUSH_WIDTH = (0.03, 0.14)
#: Smallest and largest number of brush strokes.
_STROKES = (1, 4)
#: Smallest and largest number of segments of a stroke.
_SEGMENTS = (1, 5)
#: A feature is erased where a random number in [0, 1) is below this. Of all masks half are
#: features, 35 % strokes, and 15 % both.
_FEATURE_BELOW = 0.65
#: Strokes are erased where the same number is above this.
_STROKES_ABOVE = 0.5
#: Largest share of a photo that is erased: with more, too little is left to paint from.
_MAX_COVERAGE = 0.6
#: Share of the erased classes that are shown in their true mean colour. All others are shown in
#: the mean colour of what is left of them.
_KEPT_COLOURS = 0.5


def region(labels: Labels, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a random part of a face to erase: a feature, brush strokes, or both.

    Args:
        labels: ``(h, w)`` uint8, a square label map.
        rng: Source of randomness.

    Returns:
        ``(h, w)`` uint8: 255 inside, 0 outside.
    """
    size = labels.shape[0]
    kind = rng.random()
    mask = np.zeros(labels.shape, np.uint8)
    if kind < _FEATURE_BELOW:
        mask |= _feature(labels, rng)
    if kind > _STROKES_ABOVE:
        mask |= _strokes(size, rng)
    return mask if 0 < (mask > 0).mean() <= _MAX_COVERAGE else _strokes(size, rng)


def _feature(labels: Labels, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the mask of a random feature that the photo shows, with a margin; or an empty one."""
    shown = {names: often for names, often in _FEATURES.items() if class_mask(labels, names).any()}
    if not shown:
        return np.zeros(labels.shape, np.uint8)
    weights = np.array(list(shown.values()), float)
    names = list(shown)[rng.choice(len(shown), p=weights / weights.sum())]
    mask = 255 * class_mask(labels, names).astype(np.uint8)
    margin = max(1, round(rng.uniform(*_MARGIN) * labels.shape[0]))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 1, 2 * margin + 1))
    return np.asarray(cv2.dilate(mask, disc), np.uint8)


def _strokes(size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return bent brush strokes, which start nearer to the middle than to the edges."""
    mask = np.zeros((size, size), np.uint8)
    for _ in range(rng.integers(*_STROKES, endpoint=True)):
        steps = rng.normal(0, 0.12 * size, (rng.integers(*_SEGMENTS, endpoint=True) + 1, 2))
        steps[0] = rng.normal(0.5 * size, 0.2 * size, 2)
        points = np.clip(steps.cumsum(0), 0, size - 1).round().astype(np.int32)
        width = max(2, round(rng.uniform(*_BRUSH_WIDTH) * size))
        cv2.polylines(mask, [points], False, 255, width)
    return mask


def kept_colours(
    photo: Image, labels: Labels, mask: NDArray[np.uint8], rng: np.random.Generator
) -> dict[int, NDArray[np.floating]]:
    """Return the true mean colours of some of the erased classes.

    A feature that the user moves keeps its colour; these teach the network to paint it.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        labels: ``(h, w)`` uint8.
        mask: ``(h, w)`` uint8, above 127 where the photo is erased.
        rng: Source of randomness.

    Returns:
        Class number -> ``(3,)`` RGB, 0 to 255.
    """
    erased = mask > 127
    return {
        place: photo[erased & (labels == place)].mean(0)
        for place in np.unique(labels[erased]).tolist()
        if rng.random() < _KEPT_COLOURS
    }


def write_pairs(
    sample: SemanticSample,
    condition: Callable[[Scene], list[Image]],
    folder: Path,
    name: str,
    repeats: int,
    seed: int = 0,
) -> None:
    """Write strips of a photo, each with another part erased. The same seed gives the same strips.

    Args:
        sample: The photo with its label map.
        condition: Function from a scene with labels, mask and colours to the panels shown to the
            network.
        folder: Folder to write to. Strips that exist are kept.
        name: Name of the photo.
        repeats: Number of strips.
        seed: Seed of the random parts.
    """
    for number in range(repeats):
        path = folder / f"{name}.{number}.png"
        if not path.is_file():
            rng = np.random.default_rng((seed, *name.encode(), number))
            mask = region(sample.labels, rng)
            colours = kept_colours(sample.photo, sample.labels, mask, rng)
            scene = Scene(sample.photo, labels=sample.labels, mask=mask, colours=colours)
            write_strip(path, [*condition(scene), sample.photo])
