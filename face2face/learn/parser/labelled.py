"""Photos with their label maps, varied while a parser is trained on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from face2face.data.dataset import to_signed
from face2face.data.label_maps import LabelledPhoto, read_labels
from face2face.image import Image
from face2face.media.stills import read_image
from face2face.segmentation.labels import CLASSES, MIRRORED, Labels

#: Pictures are kept in memory at so many times the size at which they are shown, so that they can be zoomed into.
_KEPT = 1.5
#: The limits of chance: degrees, zoom, shift as a share of the width; and how often a photo loses its colours, loses its sharpness, is
#: mirrored, has one thing in it dyed.
_TURN, _ZOOM, _SHIFT = 20.0, (0.7, 1.6), 0.08
_GREY, _SOFT, _FLIPPED, _DYED = 0.06, 0.2, 0.5, 0.3
#: What may have any colour.
_OF_ANY_COLOUR = [
    CLASSES.index(name)
    for name in ("background", "hair", "hat", "cloth", "glasses", "ear_ring", "necklace")
]
#: Photos with a class that fewer than this share of them show come oftener.
_COMMON = 0.3
#: What lies beyond a photo has no class.
NOTHING = 255
#: Channels that OpenCV moves at once.
_AT_ONCE = 4


@dataclass(frozen=True)
class LabelledSample:
    """What is learnt from one photo.

    Attributes:
        photo: ``(s, s, 3)`` uint8 RGB.
        labels: ``(s, s)`` uint8, its map.
        taught: ``(n, n, classes)`` uint8, how likely each class is to a larger parser, 255 is certain and all zeros are unknown; None
            where none was asked.
    """

    photo: Image
    labels: Labels
    teacher_probs: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class PhotoAugmentation:
    """Photos with their maps turned, zoomed, shifted and mirrored together at random; the photo in other light and other quality.

    Attributes:
        size: Width and height of what comes out, in pixels.
    """

    size: int

    def __call__(self, lesson: LabelledSample, rng: np.random.Generator) -> LabelledSample:
        """A photo, its map and what a larger parser says of it, varied alike.

        Args:
            lesson: The first and the last place of a row of ``taught`` are the photo's first and last pixel.
            rng: Where chance comes from.

        Returns:
            The photo and the map at ``size``, ``NOTHING`` beyond the photo; the rest at half of it, zeros beyond.
        """
        photo, labels, taught = lesson.photo, lesson.labels, lesson.teacher_probs
        side = photo.shape[0]
        matrix, flipped = self._moved(side, rng), rng.random() < _FLIPPED
        classes = MIRRORED if flipped else np.arange(len(MIRRORED), dtype=np.uint8)
        if flipped:
            matrix = matrix @ np.array([[-1.0, 0, side - 1], [0, 1, 0], [0, 0, 1]])
        shape = (self.size, self.size)
        shown = cv2.warpAffine(
            photo, matrix[:2], shape, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        drawn = cv2.warpAffine(
            classes[labels],
            matrix[:2],
            shape,
            flags=cv2.INTER_NEAREST,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=NOTHING,
        )
        if taught is not None:
            wide = (side - 1) / (taught.shape[0] - 1)
            halved = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])
            taught = _move(
                taught[..., classes],
                (halved @ matrix @ np.diag([wide, wide, 1]))[:2],
                self.size // 2,
            )
        labels = np.asarray(drawn, np.uint8)
        return LabelledSample(
            self._lit(self._dyed(np.asarray(shown, np.uint8), labels, rng), rng), labels, taught
        )

    def _moved(self, side: int, rng: np.random.Generator) -> NDArray[np.float64]:
        zoom = np.exp(rng.uniform(*np.log(_ZOOM)))
        middle = (side - 1) / 2
        matrix = np.eye(3)
        matrix[:2] = cv2.getRotationMatrix2D(
            (middle, middle), rng.uniform(-_TURN, _TURN), zoom * self.size / side
        )
        matrix[:2, 2] += (self.size - 1) / 2 - middle + rng.uniform(-_SHIFT, _SHIFT, 2) * self.size
        return matrix

    def _dyed(self, photo: Image, labels: Labels, rng: np.random.Generator) -> Image:
        there = np.intersect1d(_OF_ANY_COLOUR, labels)
        if not len(there) or rng.random() >= _DYED:
            return photo
        where = cv2.GaussianBlur((labels == rng.choice(there)).astype(np.float32), (0, 0), 1.0)[
            ..., None
        ]
        dyed = _levelled(photo, _levels(rng, 0.4, 0.3))
        return np.rint(photo + where * (dyed - photo.astype(np.float32))).astype(np.uint8)

    def _lit(self, photo: Image, rng: np.random.Generator) -> Image:
        colour = 0.0 if rng.random() < _GREY else float(np.exp(rng.normal(0, 0.2)))
        grey = cv2.cvtColor(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        photo = np.asarray(cv2.addWeighted(photo, colour, grey, 1 - colour, 0), np.uint8)
        # Exposure, contrast and tint in one table a channel.
        levels = _levels(rng, 0.2, 0.06)
        levels = 0.5 + (levels - 0.5) * np.exp(rng.normal(0, 0.12)) + rng.normal(0, 0.04)
        photo = _levelled(photo, levels)
        if rng.random() < _SOFT:
            photo = np.asarray(
                cv2.GaussianBlur(photo, (0, 0), float(rng.uniform(0.4, 1.8))), np.uint8
            )
        return photo


def _levels(rng: np.random.Generator, exposure: float, tint: float) -> NDArray[np.float64]:
    """What becomes of each level, 0 to 1, in another light: ``(256, 3)``."""
    return np.asarray(
        np.linspace(0, 1, 256)[:, None] ** np.exp(rng.normal(0, exposure))
        * np.exp(rng.normal(0, tint, 3))
    )


def _levelled(photo: Image, levels: NDArray[np.float64]) -> Image:
    return np.asarray(
        cv2.LUT(photo, np.clip(255 * levels, 0, 255).astype(np.uint8)[None]), np.uint8
    )


def sampling_weights(maps: Sequence[Labels]) -> NDArray[np.float64]:
    """How often each photo is shown, ``(n,)``, adding up to 1: oftener where its map has what few have.

    Gupta, Dollar and Girshick, *LVIS: a dataset for large vocabulary instance segmentation*, CVPR 2019, section 5.2.
    """
    there = np.stack([np.bincount(each.ravel(), minlength=len(CLASSES)) > 0 for each in maps])
    wanted = np.sqrt(np.maximum(1, _COMMON / np.maximum(there.mean(0), 1e-9)))
    oftener = np.where(there, wanted, 1).max(1)
    return np.asarray(oftener / oftener.sum())


def _move(taught: NDArray[np.uint8], matrix: NDArray[np.float64], side: int) -> NDArray[np.uint8]:
    parts = [
        taught[..., first : first + _AT_ONCE] for first in range(0, taught.shape[-1], _AT_ONCE)
    ]
    moved = [
        cv2.warpAffine(np.ascontiguousarray(part), matrix, (side, side), flags=cv2.INTER_LINEAR)
        for part in parts
    ]
    return np.concatenate([part.reshape(side, side, -1) for part in moved], axis=-1).astype(
        np.uint8
    )


class LabelledPhotos(keras.utils.PyDataset):
    """Batches of (photos, maps): ``(b, size, size, 3)`` float32 RGB in [-1, 1], and ``(b, size, size)`` int32 class numbers.

    With what a larger parser says, (photos, (maps, that)): ``(b, size / 2, size / 2, 19)`` uint8, 255 is certain. Photos that have what
    few have come oftener, see :func:`shares`; all are varied.

    Args:
        files: At least one.
        size: Width and height, in pixels.
        batch_size: At least 1.
        seed: Of the order and the variation; they differ each epoch.
        taught: For each file ``(n, n, 19)`` uint8.

    Attributes:
        size: As given.
        taught: Whether there is what a larger parser says.
    """

    def __init__(
        self,
        files: Sequence[LabelledPhoto],
        size: int,
        batch_size: int,
        seed: int = 0,
        taught: Sequence[NDArray[np.uint8]] | None = None,
    ) -> None:
        super().__init__(workers=2, use_multiprocessing=False, max_queue_size=8)
        self.size, self._batch_size, self._seed, self._epoch = size, batch_size, seed, 0
        self.taught = taught is not None
        said = [None] * len(files) if taught is None else taught
        self._lessons = [
            _read(*each, round(_KEPT * size)) for each in zip(files, said, strict=True)
        ]
        self._shares = sampling_weights([each.labels for each in self._lessons])
        self._vary = PhotoAugmentation(size)

    def __len__(self) -> int:
        return max(1, len(self._lessons) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], Any]:
        count = len(self._lessons)
        order = np.random.default_rng((self._seed, self._epoch)).choice(
            count, count, p=self._shares
        )
        places = range(index * self._batch_size, min((index + 1) * self._batch_size, count))
        lessons = [
            self._vary(
                self._lessons[order[place]], np.random.default_rng((self._seed, self._epoch, place))
            )
            for place in places
        ]
        drawn = np.stack([each.labels for each in lessons]).astype(np.int32)
        taught = [each.teacher_probs for each in lessons if each.teacher_probs is not None]
        return to_signed(np.stack([each.photo for each in lessons])), (
            drawn,
            np.stack(taught),
        ) if taught else drawn

    def on_epoch_end(self) -> None:
        """Called by Keras: the next epoch has another order."""
        self._epoch += 1


def _read(file: LabelledPhoto, taught: NDArray[np.uint8] | None, side: int) -> LabelledSample:
    photo = cv2.resize(read_image(file.photo), (side, side), interpolation=cv2.INTER_AREA)
    labels = cv2.resize(read_labels(file.labels), (side, side), interpolation=cv2.INTER_NEAREST)
    return LabelledSample(np.asarray(photo, np.uint8), np.asarray(labels, np.uint8), taught)
