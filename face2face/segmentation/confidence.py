"""How sure a parser is of a photo: it should find the same in the photo's mirror image."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from face2face.image import Image, Landmarks
from face2face.segmentation.labels import MIRRORED, UNKNOWN, Labels


def mirror_agreement(
    parse: Callable[[Image, Landmarks | None], Labels], photo: Image, labels: Labels
) -> float:
    """Return how well a photo's map agrees with that of the photo's mirror image.

    A parser that is sure of a face finds the same in its mirror image.

    Args:
        parse: The parser.
        photo: ``(h, w, 3)`` uint8 RGB, framed as in CelebA-HQ.
        labels: ``(h, w)`` uint8, the photo's map.

    Returns:
        The share of equal pixels, 0 to 1, among those that are not background in both maps. 0 if
        both are background.

    >>> photo, labels = np.zeros((2, 2, 3), np.uint8), np.array([[1, 4], [13, 0]], np.uint8)
    >>> mirrored = np.array([[5, 1], [0, 1]], np.uint8)  # the other eye is this one, mirrored
    >>> round(mirror_agreement(lambda *_: mirrored, photo, labels), 2)
    0.67
    """
    mirrored = _parse_mirrored(parse, photo)
    shown = (labels > 0) | (mirrored > 0)
    return float((labels == mirrored)[shown].mean()) if shown.any() else 0.0


def confident_labels(
    parse: Callable[[Image, Landmarks | None], Labels], photo: Image, labels: Labels
) -> Labels:
    """Return a photo's map without the pixels that are another class in the mirror image.

    Args:
        parse: The parser.
        photo: ``(h, w, 3)`` uint8 RGB, framed as in CelebA-HQ.
        labels: ``(h, w)`` uint8, the photo's map.

    Returns:
        ``(h, w)`` uint8, ``UNKNOWN`` where the maps differ.

    >>> photo, labels = np.zeros((1, 2, 3), np.uint8), np.array([[1, 13]], np.uint8)
    >>> confident_labels(lambda *_: np.array([[0, 1]], np.uint8), photo, labels).tolist()
    [[1, 255]]
    """
    return np.where(_parse_mirrored(parse, photo) == labels, labels, np.uint8(UNKNOWN))


def _parse_mirrored(parse: Callable[[Image, Landmarks | None], Labels], photo: Image) -> Labels:
    """Return the map of a photo's mirror image, mirrored back."""
    return MIRRORED[parse(np.ascontiguousarray(photo[:, ::-1]), None)][:, ::-1]
