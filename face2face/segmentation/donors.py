"""Donors: photos of faces with label maps, whose parts fill what another photo doesn't show."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from face2face.arrays import ArraySpec, load_arrays
from face2face.card import PANEL_FILES
from face2face.errors import ModelError
from face2face.files import atomic_write
from face2face.image import Image
from face2face.imaging.lab import rgb_to_lab
from face2face.segmentation.labels import CLASSES, MIRRORED, Labels

#: Name of the file of donors in a model's folder.
FILE_NAME = PANEL_FILES["composed"]
#: The arrays in the file: the photos as one WebP picture, a grid of squares, and their maps.
_ARRAYS = {
    "photos": ArraySpec(np.uint8, ("bytes",)),
    "labels": ArraySpec(np.uint8, ("count", "size", "width")),
}
#: Quality of the photos in the file, 0 to 100: 5 KB for a face of 256 pixels.
_QUALITY = 75
#: Size at which donors are compared, in pixels.
_SMALL = 128
#: Width of the square by which wanted pixels are grown before donors are compared, in pixels.
_REACH = 25
#: Largest mean distance, 0 to 1, of a photo and a copy of it in the file.
_COPY_DISTANCE = 0.02
#: Hint of every error about the file.
_HINT = "Restore the model's folder, or make the file with tools/make_donors.py."


@dataclass(frozen=True, eq=False)
class Donors:
    """Photos of faces with label maps, each also as its mirror image.

    Attributes:
        photos: ``(n, s, s, 3)`` uint8 RGB, framed as CelebA-HQ's.
        labels: ``(n, s, s)`` uint8.

    >>> donors = Donors(np.zeros((1, 64, 64, 3), np.uint8), np.full((1, 64, 64), 4, np.uint8))
    >>> len(donors), CLASSES[donors[1][1][0, 0]]  # the second is the mirror image
    (2, 'right_eye')
    """

    photos: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    @classmethod
    def load(cls, folder: Path) -> Donors:
        """Return the donors of a model's folder.

        Raises:
            ModelError: The file is missing or damaged.
        """
        path = folder / FILE_NAME
        arrays = load_arrays(path, _ARRAYS, ModelError, _HINT)
        labels = arrays["labels"]
        count, size, width = labels.shape
        columns, rows = _grid(count)
        grid = _decode(arrays["photos"], (columns * size, rows * size))
        if grid is None or width != size or labels.max() >= len(CLASSES):
            raise ModelError(f"{path} is damaged.", hint=_HINT)
        squares = grid.reshape(rows, size, columns, size, 3).swapaxes(1, 2)
        return cls(squares.reshape(-1, size, size, 3)[:count].copy(), labels)

    def save(self, folder: Path) -> None:
        """Write ``donors.npz`` into a folder."""
        count, size = self.labels.shape[:2]
        columns, rows = _grid(count)
        squares = np.zeros((rows * columns, size, size, 3), np.uint8)
        squares[:count] = self.photos
        grid = squares.reshape(rows, columns, size, size, 3).swapaxes(1, 2)
        coded = io.BytesIO()
        picture = Pillow.fromarray(grid.reshape(rows * size, columns * size, 3))
        picture.save(coded, "WEBP", quality=_QUALITY, method=6)
        photos = np.frombuffer(coded.getvalue(), np.uint8)
        with atomic_write(folder / FILE_NAME) as aside, aside.open("wb") as file:
            np.savez_compressed(file, photos=photos, labels=self.labels)

    def at_size(self, size: int) -> Donors:
        """Return the donors at another width and height, in pixels."""
        if self.labels.shape[1] == size:
            return self
        photos = [
            cv2.resize(each, (size, size), interpolation=cv2.INTER_CUBIC) for each in self.photos
        ]
        nearest = cv2.INTER_NEAREST
        labels = [cv2.resize(each, (size, size), interpolation=nearest) for each in self.labels]
        return Donors(np.stack(photos), np.stack(labels))

    def __len__(self) -> int:
        """Return the number of donors: a photo and its mirror image are two."""
        return 2 * len(self.photos)

    def __getitem__(self, place: int) -> tuple[Image, Labels]:
        """Return photo and label map of a donor."""
        number, mirrored = divmod(place, 2)
        photo, labels = self.photos[number], self.labels[number]
        return (photo[:, ::-1], MIRRORED[labels][:, ::-1]) if mirrored else (photo, labels)

    def contain(self, photo: Image) -> bool:
        """Return whether a photo is one of the donors: it would be filled with itself."""
        distance = np.abs(self._small[1] - _lab(photo)).mean((1, 2, 3))
        return bool(distance.min() < _COPY_DISTANCE)

    def misfits(
        self, photo: Image, labels: Labels, erased: NDArray[np.bool_], wanted: NDArray[np.bool_]
    ) -> NDArray[np.floating]:
        """Return how badly each donor fits, ``(n,)``: 0 is best.

        A donor fits where its map is like the wanted one, and its colours are like the photo's.

        Args:
            photo: ``(s, s, 3)`` uint8 RGB.
            labels: ``(s, s)`` uint8, the wanted map.
            erased: ``(s, s)`` bool, where the photo isn't known.
            wanted: ``(s, s)`` bool, the pixels that the donor should fill.
        """
        maps, colours = self._small
        near = _shrink(cv2.dilate(wanted.astype(np.float32), np.ones((_REACH, _REACH)))) > 0
        small = _shrink_labels(labels)
        misfits = (maps[:, near] != small[near]).mean(1)
        ring = near & (_shrink((~erased).astype(np.float32)) > 1 - 1e-3)
        if not ring.any():
            return np.asarray(misfits)
        same = maps[:, ring] == small[ring]
        distance = np.abs(colours[:, ring] - _lab(photo)[ring]).sum(2)
        return np.asarray(misfits + (distance * same).sum(1) / np.maximum(same.sum(1), 1))

    @cached_property
    def class_colours(self) -> NDArray[np.float32]:
        """Mean colour of each class in each donor, ``(n, 19, 3)`` RGB; NaN where it is absent."""
        means = np.full((len(self), len(CLASSES), 3), np.nan, np.float32)
        for number, (photo, labels) in enumerate(zip(self.photos, self.labels, strict=True)):
            classes = _shrink_labels(labels).ravel()
            counts = np.bincount(classes, minlength=len(CLASSES))
            sums = [
                np.bincount(classes, channel.ravel(), len(CLASSES))
                for channel in cv2.split(_shrink(photo))
            ]
            shown = counts > 0
            means[2 * number, shown] = np.stack(sums, -1)[shown] / counts[shown, None]
        means[1::2] = means[::2, MIRRORED]
        return means

    @cached_property
    def _small(self) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
        """All donors' maps and Lab colours at the size at which they are compared."""
        maps = np.empty((len(self), _SMALL, _SMALL), np.uint8)
        colours = np.empty((len(self), _SMALL, _SMALL, 3), np.float16)
        for number, (photo, labels) in enumerate(zip(self.photos, self.labels, strict=True)):
            maps[2 * number], colours[2 * number] = _shrink_labels(labels), _lab(photo)
        maps[1::2], colours[1::2] = MIRRORED[maps[::2, :, ::-1]], colours[::2, :, ::-1]
        return maps, colours


def _grid(count: int) -> tuple[int, int]:
    """Return the columns and rows of a grid of photos, about as wide as high."""
    columns = int(np.ceil(np.sqrt(count)))
    return columns, -(-count // columns)


def _decode(coded: NDArray[np.uint8], size: tuple[int, int]) -> Image | None:
    """Return a WebP picture; None where it is damaged or has another width and height."""
    try:
        with Pillow.open(io.BytesIO(coded.tobytes()), formats=("WEBP",)) as picture:
            return np.array(picture.convert("RGB")) if picture.size == size else None
    except (OSError, ValueError, SyntaxError):
        return None


def _shrink(values: NDArray[Any]) -> NDArray[Any]:
    """Return values or a photo at the size at which donors are compared, averaged."""
    return np.asarray(cv2.resize(values, (_SMALL, _SMALL), interpolation=cv2.INTER_AREA))


def _shrink_labels(labels: Labels) -> Labels:
    """Return a map at that size."""
    return np.asarray(
        cv2.resize(labels, (_SMALL, _SMALL), interpolation=cv2.INTER_NEAREST), np.uint8
    )


def _lab(photo: Image) -> NDArray[np.float32]:
    """Return a photo in CIE Lab at that size; lightness from 0 to 1."""
    return rgb_to_lab(_shrink(photo)) / np.float32(100)
