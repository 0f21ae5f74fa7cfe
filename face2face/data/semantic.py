"""What faces are rebuilt from: a photo's groups of classes, their mean colours, and whose face it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.label_maps import read_labels
from face2face.data.process import resize
from face2face.errors import DataError
from face2face.files import atomic_write
from face2face.image import Image, Landmarks
from face2face.media.stills import read_image, write_image
from face2face.segmentation.labels import Labels, fill_groups, group_labels, mean_colours
from face2face.segmentation.parser import is_misdetection, portrait_crop

#: The folders in an output folder: what was learnt of each photo, and its groups in their mean colours.
STUDIES, COLOURED = "studies", "colours"


@dataclass(frozen=True)
class SemanticSample:
    """What is known of one photo's face.

    Attributes:
        photo: ``(size, size, 3)`` uint8 RGB, framed as CelebA-HQ's.
        labels: ``(size, size)`` uint8, all 19 classes.
        groups: ``(size, size, 7)`` uint8, 0 or 1: see :data:`face2face.segmentation.labels.GROUPS`.
        colours: ``(7, 3)`` uint8 RGB, the mean colour of each group, zeros where it is absent.
        identity: ``(128,)`` float32, see :class:`face2face.face.identity.Identity`.
    """

    photo: Image
    labels: Labels
    groups: NDArray[np.uint8]
    colours: NDArray[np.uint8]
    identity: NDArray[np.float32]

    @property
    def coloured(self) -> Image:
        """Each group's region in its mean colour, ``(size, size, 3)`` uint8."""
        return fill_groups(self.groups, self.colours)

    def save(self, path: Path) -> None:
        """Writes it as an ``.npz`` with ``Image``, ``Labels``, ``Masks``, ``Colors`` and ``Identity``."""
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
        """What :meth:`save` wrote.

        Raises:
            DataError: The file is damaged.
        """
        try:
            with np.load(path) as fields:
                return cls(
                    *(fields[name] for name in ("Image", "Labels", "Masks", "Colors", "Identity"))
                )
        except (OSError, ValueError, KeyError) as error:
            raise DataError(
                "a study is an .npz with Image, Labels, Masks, Colors and Identity",
                f"{path}, damaged",
                "make it again",
            ) from error


@dataclass(frozen=True)
class SemanticSampleBuilder:
    """What makes studies.

    Attributes:
        detect: All faces' landmarks in a photo, the largest first.
        identify: The descriptor of the face at landmarks.
        parse: The label map of a photo; None where each comes with one.
        size: Width and height of a study, in pixels.
    """

    detect: Callable[[Image], list[Landmarks]]
    identify: Callable[[Image, Landmarks], NDArray[np.floating]]
    parse: Callable[[Image, Landmarks | None], Labels] | None
    size: int = 256

    def __call__(self, photo: Path, labels: Path | None) -> SemanticSample | None:
        """The study of a photo's largest face; None where no face is found.

        Raises:
            MediaError: A file is no picture.
            DataError: The map isn't of the photo's size.
        """
        picture = read_image(photo)
        faces = self.detect(picture)
        if not faces:
            return None
        if labels is not None:
            drawn = read_labels(labels)
        elif self.parse is not None:
            drawn = self.parse(picture, faces[0])
        else:
            raise DataError(
                "each photo has a label map, or is parsed",
                f"no map for {photo}",
                "add it, or let photos be parsed",
            )
        if drawn.shape != picture.shape[:2]:
            (height, width), (rows, columns) = drawn.shape, picture.shape[:2]
            do = "make the map again, or leave it out to have the photo parsed"
            raise DataError(
                "a label map has its photo's size",
                f"{width}x{height} for {columns}x{rows} in {labels}",
                do,
            )
        if is_misdetection(faces[0], drawn):
            return None
        box = portrait_crop(faces[0], *drawn.shape)
        shown = resize(box.cut(picture), self.size)
        labelled = np.asarray(
            cv2.resize(box.cut(drawn), (self.size, self.size), interpolation=cv2.INTER_NEAREST),
            np.uint8,
        )
        groups = group_labels(labelled)
        identity = np.asarray(self.identify(picture, faces[0]), np.float32)
        return SemanticSample(shown, labelled, groups, mean_colours(shown, groups), identity)


def keep(study: SemanticSample, folder: Path, name: str) -> None:
    """Writes a study and, unless it is there, its average-colour mask."""
    if not (folder / COLOURED / f"{name}.png").is_file():
        write_image(folder / COLOURED / f"{name}.png", study.coloured)
    study.save(folder / STUDIES / f"{name}.npz")
