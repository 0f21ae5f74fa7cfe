"""Regions of features of faces with two expressions, and the strips that pair them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.pairs import write_strip
from face2face.data.process import resize
from face2face.files import ensure_writable_dir
from face2face.image import Box, Image
from face2face.media.stills import read_image, write_image
from face2face.segmentation.features import FEATURES, FaceMap, feature_mask, region_box

#: Name of a pair's expression -> its meaning: photos to change from, photos to change to.
SIDES = ("source", "target")
#: Objective -> folder of its strips. CycleGAN learns from any two people, pix2pix from one person
#: with both expressions.
KINDS = {"cyclegan": "unpaired", "pix2pix": "paired"}


@dataclass(frozen=True)
class FeatureRegion:
    """A feature's square part of a photo.

    Attributes:
        picture: ``(size, size, 3)`` uint8 RGB.
        mask: ``(size, size)`` uint8, 255 inside the feature, its edge in between.
    """

    picture: Image
    mask: NDArray[np.uint8]

    def save(self, folder: Path, side: str, name: str) -> None:
        """Write the picture to a folder named after a side, and the mask to another."""
        mask = np.asarray(cv2.merge([self.mask] * 3), np.uint8)
        for place, picture in ((side, self.picture), (f"{side}_mask", mask)):
            path = region_path(folder, place, name)
            ensure_writable_dir(path.parent)
            write_image(path, picture)


def region_path(folder: Path, side: str, name: str) -> Path:
    """Return the file of a region's picture, given the folder of its feature."""
    return folder / side / f"{name}.png"


def cut_regions(photo: Image, face: FaceMap, size: int) -> dict[str, FeatureRegion]:
    """Return a face's regions: name of each feature -> its region.

    A feature that the label map doesn't show is left out.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB, the photo that the face was found in.
        face: The face.
        size: Width and height of a region, in pixels.
    """
    regions = {}
    for feature in FEATURES:
        mask = feature_mask(face.labels, feature)
        box = region_box(mask)
        if box is not None:
            picture = resize(face.region_in_photo(box).cut(photo), size)
            regions[feature] = FeatureRegion(picture, cut_mask(mask, box, size))
    return regions


def cut_mask(mask: NDArray[np.bool_], box: Box, size: int) -> NDArray[np.uint8]:
    """Return the part of a mask inside a box at another size, ``(size, size)`` uint8."""
    part = box.cut(mask.astype(np.uint8) * np.uint8(255))
    return np.asarray(cv2.resize(part, (size, size), interpolation=cv2.INTER_LINEAR), np.uint8)


def unpaired(
    sources: Sequence[str], targets: Sequence[str], seed: int = 0
) -> list[tuple[str, str]]:
    """Return sources with targets at random; each occurs, and as evenly as possible.

    Without a source or without a target there is no pair.

    Args:
        sources: Names.
        targets: Names.
        seed: Seed of the order.

    >>> sorted(unpaired(["a", "b"], ["c"]))
    [('a', 'c'), ('b', 'c')]
    """
    rng = np.random.default_rng(seed)
    count = max(len(sources), len(targets)) if sources and targets else 0
    first, second = (
        list(islice(cycle(rng.permutation(np.array(names, object)).tolist()), count))
        for names in (sources, targets)
    )
    return list(zip(first, second, strict=True))


def paired(sources: Sequence[str], targets: Sequence[str]) -> list[tuple[str, str]]:
    """Return the names that are in both lists, each with itself.

    >>> paired(["a", "b"], ["b", "c"])
    [('b', 'b')]
    """
    return [(name, name) for name in sources if name in set(targets)]


def write_strips(folder: Path, pairs: Sequence[tuple[str, str]], strips: Path) -> None:
    """Write a strip of source and target for each pair of regions.

    Args:
        folder: The feature's folder, with regions that :meth:`FeatureRegion.save` wrote.
        pairs: Names of a source and a target.
        strips: Folder for the strips.
    """
    for names in pairs:
        panels = [
            read_image(region_path(folder, side, name))
            for side, name in zip(SIDES, names, strict=True)
        ]
        write_strip(strips / f"{'.'.join(dict.fromkeys(names))}.png", panels)
