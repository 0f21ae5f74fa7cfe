"""Photos with their label maps, varied at random while a parser is trained on them."""

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
from face2face.segmentation.labels import CLASSES, MIRRORED, UNKNOWN, Labels

#: Width of the photos in memory, as a multiple of the width shown, so that they can be zoomed.
_STORED_SCALE = 1.5
#: Largest rotation, in degrees.
_MAX_ROTATION = 20.0
#: Smallest and largest zoom.
_ZOOM = (0.7, 1.6)
#: Largest shift, as a share of the width.
_MAX_SHIFT = 0.08
#: Share of the photos that lose their colours.
_GREY_SHARE = 0.06
#: Share of the photos that are blurred.
_BLUR_SHARE = 0.2
#: Share of the photos that are mirrored.
_FLIP_SHARE = 0.5
#: Share of the photos in which one class is recoloured.
_RECOLOUR_SHARE = 0.3
#: Classes that may have any colour.
_ANY_COLOUR = [
    CLASSES.index(name)
    for name in ("background", "hair", "hat", "cloth", "glasses", "ear_ring", "necklace")
]
#: Photos with a class that is in fewer than this share of them are shown more often.
_COMMON_SHARE = 0.3
#: Largest number of channels that OpenCV warps at once.
_OPENCV_CHANNELS = 4


@dataclass(frozen=True)
class LabelledSample:
    """A photo, its label map, and a teacher's answer.

    Attributes:
        photo: ``(s, s, 3)`` uint8 RGB.
        labels: ``(s, s)`` uint8 class numbers.
        teacher_probs: ``(n, n, 19)`` uint8, a larger parser's class probabilities: 255 is certain,
            all zeros are unknown. None without a teacher.
    """

    photo: Image
    labels: Labels
    teacher_probs: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class PhotoAugmentation:
    """Random variation of a photo with its label map, and of the photo's light and quality.

    Attributes:
        size: Width and height of the result, in pixels.
    """

    size: int

    def __call__(self, sample: LabelledSample, rng: np.random.Generator) -> LabelledSample:
        """Return a photo, its label map and its teacher's answer, all varied alike.

        Args:
            sample: The first and the last value of a row of ``teacher_probs`` lie on the photo's
                first and last pixel.
            rng: Source of randomness.

        Returns:
            The photo and the map at ``size``, the map ``UNKNOWN`` outside the photo. The teacher's
            answer at half of it, zero outside.
        """
        photo, labels, probs = sample.photo, sample.labels, sample.teacher_probs
        side = photo.shape[0]
        matrix, flipped = self._random_affine(side, rng), rng.random() < _FLIP_SHARE
        classes = MIRRORED if flipped else np.arange(len(MIRRORED), dtype=np.uint8)
        numbers = np.full(UNKNOWN + 1, UNKNOWN, np.uint8)
        numbers[: len(classes)] = classes
        if flipped:
            matrix = matrix @ np.array([[-1.0, 0, side - 1], [0, 1, 0], [0, 0, 1]])
        shape = (self.size, self.size)
        moved_photo = cv2.warpAffine(
            photo, matrix[:2], shape, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        moved_labels = cv2.warpAffine(
            numbers[labels],
            matrix[:2],
            shape,
            flags=cv2.INTER_NEAREST,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=UNKNOWN,
        )
        if probs is not None:
            scale = (side - 1) / (probs.shape[0] - 1)
            halve = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])
            probs_matrix = (halve @ matrix @ np.diag([scale, scale, 1]))[:2]
            probs = _warp_probs(probs[..., classes], probs_matrix, self.size // 2)
        labels = np.asarray(moved_labels, np.uint8)
        photo = self._recolour(np.asarray(moved_photo, np.uint8), labels, rng)
        return LabelledSample(self._relight(photo, rng), labels, probs)

    def _random_affine(self, side: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return a random rotation, zoom and shift of a photo to the result, ``(3, 3)``."""
        zoom = np.exp(rng.uniform(*np.log(_ZOOM)))
        middle = (side - 1) / 2
        matrix = np.eye(3)
        matrix[:2] = cv2.getRotationMatrix2D(
            (middle, middle),
            rng.uniform(-_MAX_ROTATION, _MAX_ROTATION),
            zoom * self.size / side,
        )
        shift = rng.uniform(-_MAX_SHIFT, _MAX_SHIFT, 2) * self.size
        matrix[:2, 2] += (self.size - 1) / 2 - middle + shift
        return matrix

    def _recolour(self, photo: Image, labels: Labels, rng: np.random.Generator) -> Image:
        """Give a random class another colour, in some photos."""
        present = np.intersect1d(_ANY_COLOUR, labels)
        if not len(present) or rng.random() >= _RECOLOUR_SHARE:
            return photo
        inside = (labels == rng.choice(present)).astype(np.float32)
        weight = cv2.GaussianBlur(inside, (0, 0), 1.0)[..., None]
        recoloured = _apply_curves(photo, _random_curves(rng, 0.4, 0.3))
        return np.rint(photo + weight * (recoloured - photo.astype(np.float32))).astype(np.uint8)

    def _relight(self, photo: Image, rng: np.random.Generator) -> Image:
        """Vary saturation, exposure, contrast, tint and sharpness."""
        saturation = 0.0 if rng.random() < _GREY_SHARE else float(np.exp(rng.normal(0, 0.2)))
        grey = cv2.cvtColor(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        photo = np.asarray(cv2.addWeighted(photo, saturation, grey, 1 - saturation, 0), np.uint8)
        # Exposure, contrast and tint in one curve per channel.
        curves = _random_curves(rng, 0.2, 0.06)
        curves = 0.5 + (curves - 0.5) * np.exp(rng.normal(0, 0.12)) + rng.normal(0, 0.04)
        photo = _apply_curves(photo, curves)
        if rng.random() < _BLUR_SHARE:
            sigma = float(rng.uniform(0.4, 1.8))
            photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), sigma), np.uint8)
        return photo


def _random_curves(rng: np.random.Generator, exposure: float, tint: float) -> NDArray[np.float64]:
    """Return random tone curves, ``(256, 3)``: the new value, 0 to 1, of each grey level.

    Args:
        rng: Source of randomness.
        exposure: Standard deviation of the gamma's logarithm.
        tint: Standard deviation of each channel's gain, as a logarithm.
    """
    return np.asarray(
        np.linspace(0, 1, 256)[:, None] ** np.exp(rng.normal(0, exposure))
        * np.exp(rng.normal(0, tint, 3))
    )


def _apply_curves(photo: Image, curves: NDArray[np.float64]) -> Image:
    table = np.clip(255 * curves, 0, 255).astype(np.uint8)[None]
    return np.asarray(cv2.LUT(photo, table), np.uint8)


def sampling_weights(maps: Sequence[Labels]) -> NDArray[np.float64]:
    """Return how often to show each photo: more often if it has a class that few photos have.

    Gupta, Dollar and Girshick, *LVIS: a dataset for large vocabulary instance segmentation*,
    CVPR 2019, section 5.2.

    Args:
        maps: Label maps, ``(h, w)`` uint8; unknown pixels do not count.

    Returns:
        ``(n,)``; they add up to 1.

    >>> sampling_weights([np.zeros((2, 2), np.uint8)] * 2).tolist()
    [0.5, 0.5]
    """
    present = np.stack([np.isin(np.arange(len(CLASSES)), each) for each in maps])
    frequency = np.maximum(present.mean(0), 1e-9)
    repeats = np.sqrt(np.maximum(1, _COMMON_SHARE / frequency))
    weights = np.where(present, repeats, 1).max(1)
    return np.asarray(weights / weights.sum())


def _warp_probs(
    probs: NDArray[np.uint8], matrix: NDArray[np.float64], side: int
) -> NDArray[np.uint8]:
    """Warp many channels to ``(side, side, channels)``, a few at a time."""
    parts = [
        probs[..., first : first + _OPENCV_CHANNELS]
        for first in range(0, probs.shape[-1], _OPENCV_CHANNELS)
    ]
    moved = [
        cv2.warpAffine(np.ascontiguousarray(part), matrix, (side, side), flags=cv2.INTER_LINEAR)
        for part in parts
    ]
    joined = np.concatenate([part.reshape(side, side, -1) for part in moved], axis=-1)
    return joined.astype(np.uint8)


class LabelledPhotos(keras.utils.PyDataset):
    """Batches of photos with their label maps, all varied at random.

    Photos are ``(b, size, size, 3)`` float32 RGB in [-1, 1], maps ``(b, size, size)`` int32 class
    numbers. With a teacher the second item is (maps, teacher's answer); the answer is
    ``(b, size / 2, size / 2, 19)`` uint8. Photos with rare classes come more often, see
    :func:`sampling_weights`.

    Args:
        files: At least one.
        size: Width and height, in pixels.
        batch_size: At least 1.
        seed: Seed of the order and the variation. They differ each epoch.
        teacher_probs: For each file a teacher's answer, ``(n, n, 19)`` uint8; None without one.

    Attributes:
        size: As given.
        has_teacher: Whether there is a teacher's answer.
    """

    def __init__(
        self,
        files: Sequence[LabelledPhoto],
        size: int,
        batch_size: int,
        seed: int = 0,
        teacher_probs: Sequence[NDArray[np.uint8]] | None = None,
    ) -> None:
        super().__init__(workers=2, use_multiprocessing=False, max_queue_size=8)
        self.size, self._batch_size, self._seed, self._epoch = size, batch_size, seed, 0
        self.has_teacher = teacher_probs is not None
        answers = [None] * len(files) if teacher_probs is None else teacher_probs
        self._samples = [
            _read(*each, round(_STORED_SCALE * size)) for each in zip(files, answers, strict=True)
        ]
        self._weights = sampling_weights([each.labels for each in self._samples])
        self._augment = PhotoAugmentation(size)

    def __len__(self) -> int:
        return max(1, len(self._samples) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], Any]:
        count = len(self._samples)
        order = np.random.default_rng((self._seed, self._epoch)).choice(
            count, count, p=self._weights
        )
        places = range(index * self._batch_size, min((index + 1) * self._batch_size, count))
        samples = [
            self._augment(
                self._samples[order[place]],
                np.random.default_rng((self._seed, self._epoch, place)),
            )
            for place in places
        ]
        photos = to_signed(np.stack([each.photo for each in samples]))
        labels = np.stack([each.labels for each in samples]).astype(np.int32)
        probs = [each.teacher_probs for each in samples if each.teacher_probs is not None]
        return photos, (labels, np.stack(probs)) if probs else labels

    def on_epoch_end(self) -> None:
        """Advance the epoch, which changes the order. Keras calls this."""
        self._epoch += 1


def _read(
    file: LabelledPhoto, teacher_probs: NDArray[np.uint8] | None, side: int
) -> LabelledSample:
    photo = cv2.resize(read_image(file.photo), (side, side), interpolation=cv2.INTER_AREA)
    labels = cv2.resize(
        read_labels(file.labels, allow_unknown=True), (side, side), interpolation=cv2.INTER_NEAREST
    )
    return LabelledSample(np.asarray(photo, np.uint8), np.asarray(labels, np.uint8), teacher_probs)
