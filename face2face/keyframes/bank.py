"""The bank: keyframes of the target with their landmarks, from which a wanted pose is retrieved."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Thread
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.errors import ModelError
from face2face.files import atomic_write
from face2face.image import LANDMARK_COUNT, Image, Landmarks, Scene
from face2face.imaging.warp import presharpen, upsample
from face2face.keyframes.background import BackgroundModel
from face2face.keyframes.pose_metric import POSE_METRICS, PoseMetric, pose_descriptor
from face2face.landmarks import interocular

FILE_NAME = "bank.npz"
#: Lossless, at half of PNG's bytes; JPEG of that size would cost a hundredth of the structural similarity.
_LOSSLESS = (cv2.IMWRITE_WEBP_QUALITY, 101)
#: Landmarks of any face are found so far from each other, in interocular distances: nothing is misread yet.
_USUAL = 0.009
#: Bytes of decoded keyframes kept in memory.
_DECODED = 120_000_000
#: Pixels of the keyframes that are decoded at the start: all ninety of 256 pixels, and no longer for larger ones.
_FORESEEN = 6_000_000
#: Keyframes kept enlarged: those of three likenesses, each with some that fade.
_AT_HAND = 16


@dataclass(frozen=True)
class KeyframeBank:
    """Keyframes of one target, all of one size.

    Attributes:
        coded: The photos as lossless WebP, at least one; each is decoded when it is first asked for.
        landmarks: ``(n, 68, 2)`` float32, in the photos' pixels.
        seconds: ``(n,)`` float32, when each was taken.
        reference: ``(68, 2)`` float32, the shape against which poses are compared.
        backdrop: What stood still behind the target; of the photos' size.
        spread: ``(n, 68)`` float32, how unsure the landmarks are, in the photos' pixels, see
            :func:`face2face.face.detector.spread`; 0 for those that are known.
    """

    coded: tuple[NDArray[np.uint8], ...] = field(repr=False)
    landmarks: NDArray[np.float32]
    seconds: NDArray[np.float32]
    reference: Landmarks = field(repr=False)
    backdrop: BackgroundModel = field(repr=False)
    spread: NDArray[np.float32] = field(repr=False)

    @classmethod
    def of(
        cls,
        scenes: Iterable[Scene],
        spread: NDArray[np.float32],
        reference: Landmarks,
        backdrop: BackgroundModel,
    ) -> KeyframeBank:
        """The bank of scenes that have landmarks and are of the backdrop's size; those without a time count as the first moment.

        Args:
            scenes: At least one.
            spread: ``(n, 68)``, how unsure their landmarks are.
            reference: The shape against which poses are compared.
            backdrop: What stood still.
        """
        coded, landmarks, seconds = [], [], []
        for scene in scenes:
            assert scene.landmarks is not None
            coded.append(_coded(scene.photo))
            landmarks.append(scene.landmarks)
            seconds.append(scene.seconds or 0.0)
        return cls(
            tuple(coded),
            np.array(landmarks, np.float32),
            np.array(seconds, np.float32),
            reference,
            backdrop,
            spread,
        )

    def __len__(self) -> int:
        return len(self.coded)

    @property
    def size(self) -> int:
        """Width and height of the photos, in pixels."""
        return int(self.backdrop.photo.shape[1])

    def rgba(self, index: int) -> NDArray[np.uint8]:
        """A keyframe by its index, sharpened, and what stands before the backdrop in it: ``(size, size, 4)`` uint8, RGB and 255 for
        foreground.
        """
        return self.prefetch(index).result()

    @cached_property
    def prefetch(self) -> Callable[[int], Future[NDArray[np.uint8]]]:
        """Begins to make a keyframe's :meth:`layers` by its index, unless they are there, and doesn't wait for them."""
        # Nothing here holds the bank itself: with it go its pictures and its threads, at once.
        beside, coded, backdrop = ThreadPoolExecutor(2), self.coded, self.backdrop

        def layered(index: int) -> NDArray[np.uint8]:
            photo = presharpen(_decoded(coded[index]))
            return np.asarray(cv2.merge([photo, backdrop.foreground(photo)]), np.uint8)

        return lru_cache(maxsize=self._remembered)(lambda index: beside.submit(layered, index))

    @property
    def _remembered(self) -> int:
        """How many decoded keyframes are kept."""
        return max(1, _DECODED // (4 * self.size**2))

    def prefetch_nearest(self, wanted: NDArray[np.floating]) -> Thread:
        """Begins to make those :meth:`layers` that are soon needed, one after another; who asks for one meanwhile needn't wait.

        Args:
            wanted: A pose, see :meth:`describe`: what is like it in any likeness comes first, since from there a blink or a word is near.

        Returns:
            What does it, to be waited for.
        """
        foresee = self.prefetch
        nearest = np.argsort(
            np.min([self.distances(wanted, like) for like in POSE_METRICS], axis=0)
        )
        order = nearest[: _FORESEEN // self.size**2].tolist()

        def one_by_one() -> None:
            with suppress(RuntimeError):  # the program ends
                for index in order:
                    foresee(index).result()

        beside = Thread(target=one_by_one, daemon=True)
        beside.start()
        return beside

    @cached_property
    def upsampled(self) -> Callable[[int], NDArray[np.uint8]]:
        """A keyframe's layers by its index, ready to be warped: ``(n, n, 4)`` uint8, see :func:`face2face.imaging.warp.enlarged`."""
        foresee = self.prefetch
        return lru_cache(maxsize=_AT_HAND)(lambda index: upsample(foresee(index).result()))

    @cached_property
    def _weighted(self) -> dict[PoseMetric, tuple[NDArray[np.floating], NDArray[np.floating]]]:
        """All keyframes' descriptions, weighted as each likeness does it, ``(n, 147)``, and how large the expected square of each is."""
        descriptions = np.stack([self.pose_descriptor(each) for each in self.landmarks])
        unsure = np.repeat(
            np.maximum(self.spread / max(interocular(self.reference), 1e-6) - _USUAL, 0), 2, axis=1
        )

        def weighted(like: PoseMetric) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
            found = descriptions * like.weights
            off = like.uncertainty_weight * unsure * like.weights[: 2 * LANDMARK_COUNT]
            return found, (found**2).sum(1) + (off**2).sum(1)

        return {like: weighted(like) for like in POSE_METRICS}

    def pose_descriptor(self, landmarks: Landmarks) -> NDArray[np.floating]:
        """The :func:`description` of ``(68, 2)`` landmarks in the photos' pixels."""
        return pose_descriptor(landmarks, self.reference)

    def nearest(
        self,
        wanted: NDArray[np.floating],
        like: PoseMetric,
        apart_from: float | None = None,
        gap: float = 0.0,
    ) -> int:
        """The keyframe most alike to a pose.

        Args:
            wanted: As :meth:`describe` says it.
            like: One of :data:`POSE_METRICS`.
            apart_from: A time in seconds; keyframes within ``gap`` of it are left out, where others remain. A
                training frame uses it, or the network would be shown its own answer and learn to copy.
            gap: Seconds.

        Returns:
            An index from 0 to ``len(self) - 1``.
        """
        distances = self.distances(wanted, like)
        if apart_from is not None:
            near = np.abs(self.seconds - apart_from) < gap
            if not near.all():
                distances[near] = np.inf
        return int(distances.argmin())

    def distances(self, wanted: NDArray[np.floating], like: PoseMetric) -> NDArray[np.floating]:
        """How unlike a pose, as :meth:`describe` says it, each keyframe is to be expected: ``(n,)``, at least 0.

        The root of the expected square: what is asked for less what was found, squared, and the variance of what was found.
        """
        found, squared = self._weighted[like]
        asked = wanted * like.weights
        # Multiplied out: a few numbers for each keyframe instead of all.
        return np.asarray(np.sqrt(np.maximum(squared - 2 * (found @ asked) + asked @ asked, 0)))

    def save(self, folder: Path) -> None:
        """Writes ``bank.npz`` into a folder."""
        with atomic_write(folder / FILE_NAME) as aside, aside.open("wb") as file:
            np.savez(
                file,
                photos=np.concatenate(self.coded),
                ends=np.cumsum([len(code) for code in self.coded]),
                landmarks=self.landmarks,
                seconds=self.seconds,
                reference=self.reference,
                backdrop=_coded(self.backdrop.photo),
                still=self.backdrop.static_mask,
                spread=self.spread,
            )

    @classmethod
    def load(cls, folder: Path) -> KeyframeBank:
        """Reads ``bank.npz`` from a folder.

        Raises:
            ModelError: It is missing or damaged.
        """
        path = folder / FILE_NAME
        do = "make it again with generate_train_data.py, or restore the file"
        if not path.is_file():
            raise ModelError(
                "a model that warps keyframes has its bank beside it", f"no file {path}", do
            )
        try:
            with np.load(path) as stored:
                coded = tuple(np.split(stored["photos"], stored["ends"][:-1]))
                backdrop = BackgroundModel(_decoded(stored["backdrop"]), stored["still"])
                return cls(
                    coded,
                    stored["landmarks"],
                    stored["seconds"],
                    stored["reference"],
                    backdrop,
                    stored["spread"],
                )
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            EOFError,
            zipfile.BadZipFile,
            cv2.error,
        ) as error:
            raise ModelError(
                "bank.npz holds keyframes and landmarks", f"{path}, damaged", do
            ) from error


def _coded(photo: Image) -> NDArray[np.uint8]:
    written, code = cv2.imencode(".webp", photo[..., ::-1], _LOSSLESS)
    assert written
    return np.asarray(code).ravel()


def _decoded(code: NDArray[np.uint8]) -> Image:
    photo: Any = cv2.imdecode(code, cv2.IMREAD_COLOR)
    if photo is None:
        raise ValueError("no picture")
    return np.ascontiguousarray(photo[..., ::-1])
