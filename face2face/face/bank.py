"""The bank: keyframes of the target with their landmarks, from which a wanted pose is retrieved."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.errors import ModelError
from face2face.face.landmarks import Similarity, interocular
from face2face.files import write_aside
from face2face.image import Image, Landmarks

FILE_NAME = "bank.npz"
#: Keyframes kept of a video.
DEFAULT_SIZE = 48
#: Eyes and mouth (points 36 to 67) count twice: a warp moves them badly, so they must already be right.
_WEIGHTS = np.where(np.arange(68) < 36, 1.0, 2.0)[:, None]
#: How much the head's place, size and roll count against its shape, in landmarks' worth.
_POSE_WEIGHT = 8.0


@dataclass(frozen=True)
class Bank:
    """Keyframes of one target, all of one size.

    Attributes:
        photos: ``(n, size, size, 3)`` uint8 RGB, n at least 1.
        landmarks: ``(n, 68, 2)`` float32, in the photos' pixels.
        seconds: ``(n,)`` float32, when each was taken.
        reference: ``(68, 2)`` float32, the shape against which poses are compared.
    """

    photos: NDArray[np.uint8]
    landmarks: NDArray[np.float32]
    seconds: NDArray[np.float32]
    reference: Landmarks = field(repr=False)

    def __len__(self) -> int:
        return len(self.photos)

    @property
    def size(self) -> int:
        """Width and height of the photos, in pixels."""
        return int(self.photos.shape[1])

    @cached_property
    def _descriptors(self) -> NDArray[np.floating]:
        return np.stack([describe(landmarks, self.reference) for landmarks in self.landmarks])

    def nearest(self, landmarks: Landmarks, apart_from: float | None = None, gap: float = 0.0) -> int:
        """The keyframe whose pose and expression are nearest to ``(68, 2)`` landmarks.

        Args:
            landmarks: The wanted ones, in the photos' pixels.
            apart_from: A time in seconds; keyframes within ``gap`` of it are left out, where others remain. A
                training frame uses it, or the network would be shown its own answer and learn to copy.
            gap: Seconds.

        Returns:
            An index from 0 to ``len(self) - 1``.
        """
        distances = np.linalg.norm(self._descriptors - describe(landmarks, self.reference), axis=1)
        if apart_from is not None:
            near = np.abs(self.seconds - apart_from) < gap
            if not near.all():
                distances[near] = np.inf
        return int(distances.argmin())

    def save(self, folder: Path) -> None:
        """Writes ``bank.npz`` into a folder; the photos are kept as lossless PNG."""
        coded = [cv2.imencode(".png", photo[..., ::-1])[1] for photo in self.photos]
        with write_aside(folder / FILE_NAME) as aside, aside.open("wb") as file:
            np.savez(
                file,
                photos=np.concatenate(coded),
                ends=np.cumsum([len(code) for code in coded]),
                landmarks=self.landmarks,
                seconds=self.seconds,
                reference=self.reference,
            )

    @classmethod
    def load(cls, folder: Path) -> Bank:
        """Reads ``bank.npz`` from a folder.

        Raises:
            ModelError: It is missing or damaged.
        """
        path = folder / FILE_NAME
        do = "make it again with generate_train_data.py, or restore the file"
        if not path.is_file():
            raise ModelError("a model that warps keyframes has its bank beside it", f"no file {path}", do)
        try:
            with np.load(path) as stored:
                coded = np.split(stored["photos"], stored["ends"][:-1])
                photos = np.stack([_decoded(code) for code in coded])
                return cls(photos, stored["landmarks"], stored["seconds"], stored["reference"])
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, cv2.error) as error:
            raise ModelError("bank.npz holds keyframes and landmarks", f"{path}, damaged", do) from error


def _decoded(code: NDArray[np.uint8]) -> Image:
    photo: Any = cv2.imdecode(code, cv2.IMREAD_COLOR)
    if photo is None:
        raise ValueError("no picture")
    return photo[..., ::-1]


def describe(landmarks: Landmarks, reference: Landmarks) -> NDArray[np.floating]:
    """Pose and expression as one vector, in units of the reference's interocular distance: ``(140,)`` float64.

    The shape after similarity alignment to the reference, eyes and mouth counting more, followed by the place,
    size and roll that the alignment took out.
    """
    unit = interocular(reference)
    fit = Similarity.between(landmarks, reference)
    shape = (fit(landmarks) - reference) * _WEIGHTS
    shift = landmarks.mean(0) - reference.mean(0)
    pose = np.array([*shift, (fit.scale - 1) * unit, fit.angle * unit]) * _POSE_WEIGHT
    return np.concatenate([shape.ravel(), pose]) / unit


def choose(landmarks: NDArray[np.float32], reference: Landmarks, count: int = DEFAULT_SIZE) -> list[int]:
    """Indices of at most ``count`` of ``(n, 68, 2)`` landmarks that cover what the rest show.

    Farthest-point sampling (Gonzalez 1985) on :func:`describe`, beginning with the most ordinary one.
    """
    vectors = np.stack([describe(each, reference) for each in landmarks])
    chosen = [int(np.linalg.norm(vectors - vectors.mean(0), axis=1).argmin())]
    distance = np.linalg.norm(vectors - vectors[chosen[0]], axis=1)
    while len(chosen) < min(count, len(vectors)):
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(vectors - vectors[chosen[-1]], axis=1))
    return chosen
