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


@dataclass(frozen=True)
class Likeness:
    """What makes two poses alike.

    Attributes:
        bones: Weight of jaw, brows and nose (points 0 to 35).
        soft: Weight of eyes and mouth (points 36 to 67).
        pose: Weight of the head's place, size and roll, in landmarks' worth.
        clearly: Live, a keyframe is kept while no other is nearer than this share of its distance.
        fade: Live, how much of a keyframe that is left goes with each frame.
    """

    bones: float
    soft: float
    pose: float
    clearly: float
    fade: float

    def vector(self, landmarks: Landmarks, reference: Landmarks) -> NDArray[np.floating]:
        """``(140,)`` float64, in units of the reference's interocular distance: the nearer, the more alike.

        The shape after similarity alignment to the reference, followed by what the alignment took out.
        """
        unit = interocular(reference)
        fit = Similarity.between(landmarks, reference)
        shape = (fit(landmarks) - reference) * np.where(np.arange(68) < 36, self.bones, self.soft)[:, None]
        shift = landmarks.mean(0) - reference.mean(0)
        pose = np.array([*shift, (fit.scale - 1) * unit, fit.angle * unit]) * self.pose
        return np.concatenate([shape.ravel(), pose]) / unit


#: Alike in how the head is held, whatever eyes and mouth do: for hair, neck and shoulders. Alike in expression, nearly wherever the head
#: is: for the face. (Chosen on three videos by the error of the warp alone: one measure for both was worse by a fifth in the face.)
HEAD = Likeness(1.0, 0.0, 2.0, clearly=0.8, fade=0.12)
FACE = Likeness(1.0, 3.0, 1.0, clearly=0.95, fade=0.4)


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
    def _vectors(self) -> dict[Likeness, NDArray[np.floating]]:
        return {like: np.stack([like.vector(each, self.reference) for each in self.landmarks]) for like in (HEAD, FACE)}

    def nearest(self, landmarks: Landmarks, like: Likeness, apart_from: float | None = None, gap: float = 0.0) -> int:
        """The keyframe most alike to ``(68, 2)`` landmarks.

        Args:
            landmarks: The wanted ones, in the photos' pixels.
            like: :data:`HEAD` or :data:`FACE`.
            apart_from: A time in seconds; keyframes within ``gap`` of it are left out, where others remain. A
                training frame uses it, or the network would be shown its own answer and learn to copy.
            gap: Seconds.

        Returns:
            An index from 0 to ``len(self) - 1``.
        """
        distances = self.distances(landmarks, like)
        if apart_from is not None:
            near = np.abs(self.seconds - apart_from) < gap
            if not near.all():
                distances[near] = np.inf
        return int(distances.argmin())

    def distances(self, landmarks: Landmarks, like: Likeness) -> NDArray[np.floating]:
        """How unlike ``(68, 2)`` landmarks each keyframe is: ``(n,)``, at least 0."""
        return np.linalg.norm(self._vectors[like] - like.vector(landmarks, self.reference), axis=1)

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


class Follower:
    """Chooses keyframes for a face that moves, without jumps: it keeps one until another is clearly more alike, then fades over to that.

    Args:
        bank: The keyframes.
        like: :data:`HEAD` or :data:`FACE`.
    """

    def __init__(self, bank: Bank, like: Likeness) -> None:
        self._bank, self._like = bank, like
        self._kept: int | None = None
        self._weights: dict[int, float] = {}

    def __call__(self, landmarks: Landmarks) -> dict[int, float]:
        """Keyframes to be mixed for the next ``(68, 2)`` landmarks: index -> weight above 0; the weights add up to 1."""
        distances = self._bank.distances(landmarks, self._like)
        nearest = int(distances.argmin())
        if self._kept is None:
            self._weights = {nearest: 1.0}
        if self._kept is None or distances[nearest] < self._like.clearly * distances[self._kept]:
            self._kept = nearest
        # All weights fall, that of the kept one rises by what they lose: any sequence of choices stays smooth.
        faded = {index: max(weight - self._like.fade, 0.0) for index, weight in self._weights.items() if index != self._kept}
        self._weights = {index: weight for index, weight in faded.items() if weight > 0}
        self._weights[self._kept] = 1.0 - sum(self._weights.values())
        return dict(self._weights)


def _decoded(code: NDArray[np.uint8]) -> Image:
    photo: Any = cv2.imdecode(code, cv2.IMREAD_COLOR)
    if photo is None:
        raise ValueError("no picture")
    return photo[..., ::-1]


def choose(landmarks: NDArray[np.float32], reference: Landmarks, count: int = DEFAULT_SIZE) -> list[int]:
    """Indices of at most ``count`` of ``(n, 68, 2)`` landmarks that cover what the rest show.

    Farthest-point sampling (Gonzalez 1985) on both likenesses, beginning with the most ordinary one.
    """
    vectors = np.stack([np.concatenate([like.vector(each, reference) for like in (HEAD, FACE)]) for each in landmarks])
    chosen = [int(np.linalg.norm(vectors - vectors.mean(0), axis=1).argmin())]
    distance = np.linalg.norm(vectors - vectors[chosen[0]], axis=1)
    while len(chosen) < min(count, len(vectors)):
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(vectors - vectors[chosen[-1]], axis=1))
    return chosen
