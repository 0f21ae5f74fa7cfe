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
from face2face.face.backdrop import Backdrop
from face2face.face.landmarks import FACING, INNER_LIPS, LIDS, Similarity, interocular
from face2face.face.warp import enlarged, sharpened
from face2face.files import write_aside
from face2face.image import LANDMARK_COUNT, Image, Landmarks, Scene

FILE_NAME = "bank.npz"
#: Lossless, at half of PNG's bytes; JPEG of that size would cost a hundredth of the structural similarity.
_LOSSLESS = (cv2.IMWRITE_WEBP_QUALITY, 101)
#: Live, how much of a keyframe that is left goes with each frame.
FADE = 0.4
#: Lids and lips nearer than this, in interocular distances, are shut; and the weight of the logarithm of how far they are open.
_SHUT = 0.02
_OPENING = 0.15
#: Keyframes nearer than this, in interocular distances, are equally near.
_EXACT = 0.01
#: Landmarks of any face are found so far from each other, in interocular distances: nothing is misread yet.
_USUAL = 0.009
#: Bytes of decoded keyframes kept in memory.
_DECODED = 120_000_000
#: Pixels of the keyframes that are decoded at the start: all ninety of 256 pixels, and no longer for larger ones.
_FORESEEN = 6_000_000
#: Keyframes kept enlarged: those of three likenesses, each with some that fade.
_AT_HAND = 16


@dataclass(frozen=True)
class Likeness:
    """What makes two poses alike.

    Attributes:
        cheeks: Weight of the jaw's ends (0 to 3, 13 to 16).
        chin: Of what is between them (4 to 12).
        brows: Of theirs (17 to 26).
        nose: Of its (27 to 35).
        eyes: Of theirs (36 to 47).
        mouth: Of its (48 to 67).
        pose: Weight of the head's place, size and roll, in landmarks' worth.
        doubt: So many times as far from the truth as from each other landmarks count that were found farther apart than usual; 0 where
            what is misread is not what is sought.
        patience: Live, a keyframe is kept until what was lost by keeping it adds up to this: each frame, how many times farther it was
            than the nearest, less one.
    """

    cheeks: float
    chin: float
    brows: float
    nose: float
    eyes: float
    mouth: float
    pose: float
    doubt: float
    patience: float

    @cached_property
    def weights(self) -> NDArray[np.floating]:
        """``(147,)`` float64, one for each number of a :func:`description`."""
        parts = (self.cheeks, self.chin, self.cheeks, self.brows, self.nose, self.eyes, self.mouth)
        shape = np.repeat(parts, np.multiply(2, (4, 9, 4, 10, 9, 12, 20)))
        opening = _OPENING * np.repeat((self.eyes, self.mouth), (len(LIDS), len(INNER_LIPS)))
        return np.concatenate([shape, np.full(4, self.pose), opening])


#: Alike in how the head is held, whatever brows, eyes, mouth and chin do: for hair, neck and shoulders. Alike in eyes or in mouth, nearly
#: wherever the head is: for the two halves of the face.
HEAD = Likeness(cheeks=1, chin=0, brows=0.3, nose=1, eyes=0, mouth=0, pose=2, doubt=0, patience=4)
EYES = Likeness(cheeks=0.5, chin=0.5, brows=2, nose=1, eyes=3, mouth=0, pose=1, doubt=0, patience=0.25)
MOUTH = Likeness(cheeks=1, chin=1, brows=0, nose=1, eyes=0, mouth=3, pose=1, doubt=6, patience=0.5)
LIKENESSES = (HEAD, EYES, MOUTH)


def description(landmarks: Landmarks, reference: Landmarks) -> NDArray[np.floating]:
    """A pose as numbers that can be compared: ``(147,)`` float64, in units of the reference's interocular distance.

    The shape after similarity alignment to the reference, followed by what the alignment took out, and by the logarithms of how far
    lids and lips are open: what shut ones hide can't be stretched out of them, so half open is like open.
    """
    unit = max(interocular(reference), 1e-6)
    fit = Similarity.between(landmarks, reference)
    aligned = fit(landmarks)
    shift = (landmarks - reference).mean(0) / unit
    upper, lower = FACING.T
    open_by = np.log(np.linalg.norm(aligned[lower] - aligned[upper], axis=1) / unit + _SHUT)
    return np.concatenate([(aligned - reference).ravel() / unit, shift, (fit.scale - 1, fit.angle), open_by])


@dataclass(frozen=True)
class Bank:
    """Keyframes of one target, all of one size.

    Attributes:
        coded: The photos as lossless WebP, at least one; each is decoded when it is first asked for.
        landmarks: ``(n, 68, 2)`` float32, in the photos' pixels.
        seconds: ``(n,)`` float32, when each was taken.
        reference: ``(68, 2)`` float32, the shape against which poses are compared.
        backdrop: What stood still behind the target; of the photos' size.
        spread: ``(n, 68)`` float32, how unsure the landmarks are, in the photos' pixels, see
            :func:`face2face.face.detect.spread`; 0 for those that are known.
    """

    coded: tuple[NDArray[np.uint8], ...] = field(repr=False)
    landmarks: NDArray[np.float32]
    seconds: NDArray[np.float32]
    reference: Landmarks = field(repr=False)
    backdrop: Backdrop = field(repr=False)
    spread: NDArray[np.float32] = field(repr=False)

    @classmethod
    def of(cls, scenes: Iterable[Scene], spread: NDArray[np.float32], reference: Landmarks, backdrop: Backdrop) -> Bank:
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
        return cls(tuple(coded), np.array(landmarks, np.float32), np.array(seconds, np.float32), reference, backdrop, spread)

    def __len__(self) -> int:
        return len(self.coded)

    @property
    def size(self) -> int:
        """Width and height of the photos, in pixels."""
        return int(self.backdrop.photo.shape[1])

    def layers(self, index: int) -> NDArray[np.uint8]:
        """A keyframe by its index, sharpened, and what stands before the backdrop in it: ``(size, size, 4)`` uint8, RGB and 255 for
        foreground.
        """
        return self.foresee(index).result()

    @cached_property
    def foresee(self) -> Callable[[int], Future[NDArray[np.uint8]]]:
        """Begins to make a keyframe's :meth:`layers` by its index, unless they are there, and doesn't wait for them."""
        # Nothing here holds the bank itself: with it go its pictures and its threads, at once.
        beside, coded, backdrop = ThreadPoolExecutor(2), self.coded, self.backdrop

        def layered(index: int) -> NDArray[np.uint8]:
            photo = sharpened(_decoded(coded[index]))
            return np.asarray(cv2.merge([photo, backdrop.foreground(photo)]), np.uint8)

        return lru_cache(maxsize=self._remembered)(lambda index: beside.submit(layered, index))

    @property
    def _remembered(self) -> int:
        """How many decoded keyframes are kept."""
        return max(1, _DECODED // (4 * self.size**2))

    def foresee_near(self, wanted: NDArray[np.floating]) -> Thread:
        """Begins to make those :meth:`layers` that are soon needed, one after another; who asks for one meanwhile needn't wait.

        Args:
            wanted: A pose, see :meth:`describe`: what is like it in any likeness comes first, since from there a blink or a word is near.

        Returns:
            What does it, to be waited for.
        """
        foresee = self.foresee
        nearest = np.argsort(np.min([self.distances(wanted, like) for like in LIKENESSES], axis=0))
        order = nearest[: _FORESEEN // self.size**2].tolist()

        def one_by_one() -> None:
            with suppress(RuntimeError):  # the program ends
                for index in order:
                    foresee(index).result()

        beside = Thread(target=one_by_one, daemon=True)
        beside.start()
        return beside

    @cached_property
    def ready(self) -> Callable[[int], NDArray[np.uint8]]:
        """A keyframe's layers by its index, ready to be warped: ``(n, n, 4)`` uint8, see :func:`face2face.face.warp.enlarged`."""
        foresee = self.foresee
        return lru_cache(maxsize=_AT_HAND)(lambda index: enlarged(foresee(index).result()))

    @cached_property
    def _weighted(self) -> dict[Likeness, tuple[NDArray[np.floating], NDArray[np.floating]]]:
        """All keyframes' descriptions, weighted as each likeness does it, ``(n, 147)``, and how large the expected square of each is."""
        descriptions = np.stack([self.describe(each) for each in self.landmarks])
        unsure = np.repeat(np.maximum(self.spread / max(interocular(self.reference), 1e-6) - _USUAL, 0), 2, axis=1)

        def weighted(like: Likeness) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
            found = descriptions * like.weights
            off = like.doubt * unsure * like.weights[: 2 * LANDMARK_COUNT]
            return found, (found**2).sum(1) + (off**2).sum(1)

        return {like: weighted(like) for like in LIKENESSES}

    def describe(self, landmarks: Landmarks) -> NDArray[np.floating]:
        """The :func:`description` of ``(68, 2)`` landmarks in the photos' pixels."""
        return description(landmarks, self.reference)

    def nearest(self, wanted: NDArray[np.floating], like: Likeness, apart_from: float | None = None, gap: float = 0.0) -> int:
        """The keyframe most alike to a pose.

        Args:
            wanted: As :meth:`describe` says it.
            like: One of :data:`LIKENESSES`.
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

    def distances(self, wanted: NDArray[np.floating], like: Likeness) -> NDArray[np.floating]:
        """How unlike a pose, as :meth:`describe` says it, each keyframe is to be expected: ``(n,)``, at least 0.

        The root of the expected square: what is asked for less what was found, squared, and the variance of what was found.
        """
        found, squared = self._weighted[like]
        asked = wanted * like.weights
        # Multiplied out: a few numbers for each keyframe instead of all.
        return np.asarray(np.sqrt(np.maximum(squared - 2 * (found @ asked) + asked @ asked, 0)))

    def save(self, folder: Path) -> None:
        """Writes ``bank.npz`` into a folder."""
        with write_aside(folder / FILE_NAME) as aside, aside.open("wb") as file:
            np.savez(
                file,
                photos=np.concatenate(self.coded),
                ends=np.cumsum([len(code) for code in self.coded]),
                landmarks=self.landmarks,
                seconds=self.seconds,
                reference=self.reference,
                backdrop=_coded(self.backdrop.photo),
                still=self.backdrop.still,
                spread=self.spread,
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
                coded = tuple(np.split(stored["photos"], stored["ends"][:-1]))
                backdrop = Backdrop(_decoded(stored["backdrop"]), stored["still"])
                return cls(coded, stored["landmarks"], stored["seconds"], stored["reference"], backdrop, stored["spread"])
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, cv2.error) as error:
            raise ModelError("bank.npz holds keyframes and landmarks", f"{path}, damaged", do) from error


class Follower:
    """Chooses keyframes for a face that moves, without jumps: it keeps one until another was clearly or lastingly more alike, then fades.

    When to leave is the ski-rental problem: rent, until the rent paid comes to the price.

    Args:
        patience: See :class:`Likeness`.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._kept: int | None = None
        self._lost = 0.0
        self._weights: dict[int, float] = {}

    def __call__(self, distances: NDArray[np.floating]) -> dict[int, float]:
        """Keyframes to be mixed for the next pose: index -> weight above 0; the weights add up to 1.

        Args:
            distances: Of each keyframe from it, see :meth:`Bank.distances`.
        """
        nearest = int(distances.argmin())
        if self._kept is None:
            self._weights = {nearest: 1.0}
            self._kept = nearest
        self._lost += max(distances[self._kept], _EXACT) / max(distances[nearest], _EXACT) - 1
        if self._lost > self._patience:
            self._kept, self._lost = nearest, 0.0
        # All weights fall, that of the kept one rises by what they lose: any sequence of choices stays smooth.
        faded = {index: max(weight - FADE, 0.0) for index, weight in self._weights.items() if index != self._kept}
        self._weights = {index: weight for index, weight in faded.items() if weight > 0}
        self._weights[self._kept] = 1.0 - sum(self._weights.values())
        return dict(self._weights)


def _coded(photo: Image) -> NDArray[np.uint8]:
    written, code = cv2.imencode(".webp", photo[..., ::-1], _LOSSLESS)
    assert written
    return np.asarray(code).ravel()


def _decoded(code: NDArray[np.uint8]) -> Image:
    photo: Any = cv2.imdecode(code, cv2.IMREAD_COLOR)
    if photo is None:
        raise ValueError("no picture")
    return np.ascontiguousarray(photo[..., ::-1])


def choose(landmarks: NDArray[np.float32], reference: Landmarks, count: int) -> list[int]:
    """Indices of at most ``count`` of ``(n, 68, 2)`` landmarks that cover what the rest show.

    Farthest-point sampling (Gonzalez 1985) on all likenesses, beginning with the most ordinary one.
    """
    weights = np.concatenate([like.weights for like in LIKENESSES])
    vectors = np.stack([np.tile(description(each, reference), len(LIKENESSES)) for each in landmarks]) * weights
    chosen = [int(np.linalg.norm(vectors - vectors.mean(0), axis=1).argmin())]
    distance = np.linalg.norm(vectors - vectors[chosen[0]], axis=1)
    while len(chosen) < min(count, len(vectors)):
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(vectors - vectors[chosen[-1]], axis=1))
    return chosen
