"""Semantic samples: the face parts of a photo, their mean colours, and the person's identity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.arrays import ArraySpec, load_arrays
from face2face.data.label_maps import read_labels
from face2face.data.process import resize
from face2face.errors import DataError
from face2face.files import atomic_write, visible_files
from face2face.image import Image, Landmarks
from face2face.media.stills import read_image, write_image
from face2face.segmentation.confidence import mirror_agreement
from face2face.segmentation.labels import (
    CLASSES,
    GROUPS,
    Labels,
    fill_groups,
    group_labels,
    mean_colours,
)
from face2face.segmentation.parser import is_misdetection, portrait_crop

#: Folder of the samples in an output folder.
STUDIES = "studies"
#: Folder of the pictures that show each group in its mean colour.
COLOURED = "colours"
#: The arrays in a sample's file, in the order of its attributes.
_ARRAYS = {
    "Image": ArraySpec(np.uint8, ("size", "size", 3)),
    "Labels": ArraySpec(np.uint8, ("size", "size")),
    "Masks": ArraySpec(np.uint8, ("size", "size", len(GROUPS))),
    "Colors": ArraySpec(np.uint8, (len(GROUPS), 3)),
    "Identity": ArraySpec(np.float32, (128,)),
}


@dataclass(frozen=True)
class SemanticSample:
    """One photo's face.

    Attributes:
        photo: ``(size, size, 3)`` uint8 RGB, framed as CelebA-HQ's.
        labels: ``(size, size)`` uint8, one of 19 classes per pixel.
        groups: ``(size, size, 7)`` uint8, 0 or 1: a mask for each of
            :data:`face2face.segmentation.labels.GROUPS`.
        colours: ``(7, 3)`` uint8 RGB, the mean colour of each group; zeros where it is absent.
        identity: ``(128,)`` float32, see :class:`face2face.face.identity.Identity`.
    """

    photo: Image
    labels: Labels
    groups: NDArray[np.uint8]
    colours: NDArray[np.uint8]
    identity: NDArray[np.float32]

    @property
    def colour_map(self) -> Image:
        """Each group's region in its mean colour, ``(size, size, 3)`` uint8 RGB."""
        return fill_groups(self.groups, self.colours)

    def save(self, path: Path) -> None:
        """Write the sample as an ``.npz`` file."""
        with atomic_write(path) as aside, aside.open("wb") as file:
            np.savez_compressed(
                file,
                Image=self.photo,
                Labels=self.labels,
                Masks=self.groups,
                Colors=self.colours,
                Identity=self.identity,
            )

    @classmethod
    def load(cls, path: Path) -> SemanticSample:
        """Return the sample of a file that :meth:`save` wrote.

        Raises:
            DataError: The file is damaged.
        """
        hint = "Make it again."
        arrays = load_arrays(path, _ARRAYS, DataError, hint)
        sample = cls(*(arrays[name] for name in _ARRAYS))
        if sample.labels.max() >= len(CLASSES) or sample.groups.max() > 1:
            raise DataError(f"{path} has labels or masks out of range.", hint=hint)
        return sample


@dataclass(frozen=True)
class SemanticSampleBuilder:
    """The detectors that make semantic samples of photos.

    Attributes:
        detect: Function from a photo to the landmarks of its faces, the largest first.
        identify: Function from a photo and landmarks to the face's descriptor, ``(128,)``.
        parse: Function from a photo and landmarks to its label map; None where each photo comes
            with one.
        size: Width and height of a sample, in pixels.
        min_side: Least width of a face's crop in a photo, in pixels; smaller faces are left out.
        min_agreement: Least agreement of a parsed map with that of the mirror image, see
            :func:`face2face.segmentation.confidence.mirror_agreement`; other photos are left out.
    """

    detect: Callable[[Image], list[Landmarks]]
    identify: Callable[[Image, Landmarks], NDArray[np.floating]]
    parse: Callable[[Image, Landmarks | None], Labels] | None
    size: int = 256
    min_side: int = 1
    min_agreement: float = 0.0

    def __call__(self, photo: Path, labels: Path | None) -> SemanticSample | None:
        """Return the sample of a photo's largest face.

        Args:
            photo: The photo's file.
            labels: The file of its label map; None to parse the photo.

        Returns:
            The sample; None where no face is found, or where it is too small or its map unsure.

        Raises:
            MediaError: A file is no picture.
            DataError: The label map is missing or has another size than the photo.
        """
        picture = read_image(photo)
        faces = self.detect(picture)
        if not faces:
            return None
        label_map = self._label_map(photo, picture, faces[0], labels)
        if is_misdetection(faces[0], label_map):
            return None
        height, width = label_map.shape
        box = portrait_crop(faces[0], height, width, growth=1.0).inside(height, width)
        if box.side < self.min_side:
            return None
        cropped = resize(box.cut(picture), self.size)
        cropped_labels = np.asarray(
            cv2.resize(box.cut(label_map), (self.size, self.size), interpolation=cv2.INTER_NEAREST),
            np.uint8,
        )
        if (
            labels is None
            and self.min_agreement > 0
            and self.parse is not None
            and mirror_agreement(self.parse, cropped, cropped_labels) < self.min_agreement
        ):
            return None
        groups = group_labels(cropped_labels)
        identity = np.asarray(self.identify(picture, faces[0]), np.float32)
        colours = mean_colours(cropped, groups)
        return SemanticSample(cropped, cropped_labels, groups, colours, identity)

    def _label_map(
        self, photo: Path, picture: Image, face: Landmarks, labels: Path | None
    ) -> Labels:
        """Return the label map of a photo, read or parsed."""
        if labels is not None:
            label_map = read_labels(labels)
        elif self.parse is not None:
            label_map = self.parse(picture, face)
        else:
            raise DataError(f"{photo} has no label map.", hint="Add it, or let photos be parsed.")
        if label_map.shape != picture.shape[:2]:
            (height, width), (rows, columns) = label_map.shape, picture.shape[:2]
            raise DataError(
                f"{labels} has {width}x{height} pixels, and its photo {columns}x{rows}.",
                hint="Make the map again, or leave it out to have the photo parsed.",
            )
        return label_map


def list_samples(folder: Path) -> list[Path]:
    """Return the files of the samples in an output folder, sorted.

    Raises:
        MediaError: It has no folder of samples.
    """
    return [path for path in visible_files(folder / STUDIES) if path.suffix == ".npz"]


def is_whole(path: Path) -> bool:
    """Return whether a sample's file exists and can be read."""
    try:
        SemanticSample.load(path)
    except DataError:
        return False
    return True


def keep(sample: SemanticSample, folder: Path, name: str) -> None:
    """Write a sample and, where it is missing, the picture of its mean colours."""
    if not (folder / COLOURED / f"{name}.png").is_file():
        write_image(folder / COLOURED / f"{name}.png", sample.colour_map)
    sample.save(folder / STUDIES / f"{name}.npz")
