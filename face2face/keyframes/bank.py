"""The keyframe bank: frames of the target with their landmarks, retrieved by pose.

Keyframes are as wide as the panels, so their pixels are panel pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from face2face.arrays import ArraySpec, load_arrays
from face2face.card import PANEL_FILES
from face2face.errors import ModelError
from face2face.face.head_pose import BONE
from face2face.files import atomic_write
from face2face.image import LANDMARK_COUNT, Landmarks, Scene
from face2face.imaging.upsample import presharpen, upsample
from face2face.keyframes.background import BackgroundModel
from face2face.keyframes.coded import HINT, MAX_BYTES, coded_side, decode, encode, split_codes
from face2face.keyframes.pose_index import PoseIndex
from face2face.keyframes.pose_metric import POSE_METRICS, PoseMetric, pose_descriptor
from face2face.landmarks import interocular

#: Name of the file next to a model's graph.
FILE_NAME = PANEL_FILES["warp"]
#: Bytes of decoded keyframes kept in memory.
_DECODED_BYTES = 120_000_000
#: Pixels of keyframes decoded at the start: 91 keyframes of 256 pixels, 22 of 512.
_PREFETCHED_PIXELS = 6_000_000
#: Upsampled keyframes kept in memory: one for each metric, and those that fade.
_UPSAMPLED_COUNT = 16
#: Threads that decode: one for the keyframe that is needed, one for the next.
_DECODER_THREADS = 2
#: Moves of landmarks on bone below this are those of an expression, in interocular distances.
_ONE_POSE = 0.15
#: Greatest coordinate, uncertainty and time in a bank.
_MAX_NUMBER = 1e6

#: The arrays of the file.
_ARRAYS = {
    "photos": ArraySpec(np.uint8, ("bytes",)),
    "ends": ArraySpec(np.int64, ("n",)),
    "landmarks": ArraySpec(np.float32, ("n", LANDMARK_COUNT, 2)),
    "seconds": ArraySpec(np.float32, ("n",)),
    "reference": ArraySpec(np.float32, (LANDMARK_COUNT, 2)),
    "backdrop": ArraySpec(np.uint8, ("background bytes",)),
    "still": ArraySpec(np.uint8, ("side", "side", 1)),
    "spread": ArraySpec(np.float32, ("n", LANDMARK_COUNT)),
}


@dataclass(frozen=True)
class KeyframeBank:
    """Keyframes of one target, all of one size.

    Decoded keyframes, upsampled keyframes and weighted descriptors are computed when first needed,
    then kept. These caches save time and never change a result.

    Attributes:
        coded: The n photos, at least one, each as lossless WebP: ``(bytes,)`` uint8.
        landmarks: ``(n, 70, 2)`` float32, in the photos' pixels.
        seconds: ``(n,)`` float32, each photo's time in the target's video.
        reference: ``(70, 2)`` float32, the shape to which poses are aligned.
        background: The static background behind the target, of the photos' size.
        uncertainty: ``(n, 70)`` float32, standard deviation of the landmarks in pixels: see
            :func:`face2face.face.ensemble.landmark_uncertainty`; 0 where they are exact.

    >>> from face2face.face.expression import AVERAGE_FACE, Expression
    >>> from face2face.keyframes.pose_metric import MOUTH
    >>> neutral = 12 * AVERAGE_FACE + np.float32(32)
    >>> poses = [neutral, Expression(open=0.3).applied_to(neutral)]
    >>> photo = np.zeros((64, 64, 3), np.uint8)
    >>> background = BackgroundModel.of(photo[None])
    >>> scenes = [Scene(photo, pose) for pose in poses]
    >>> bank = KeyframeBank.of(scenes, np.zeros((2, 70), np.float32), neutral, background)
    >>> bank.nearest(bank.pose_descriptor(Expression(open=0.2).applied_to(neutral)), MOUTH)
    1
    """

    coded: tuple[NDArray[np.uint8], ...] = field(repr=False)
    landmarks: NDArray[np.float32]
    seconds: NDArray[np.float32]
    reference: Landmarks = field(repr=False)
    background: BackgroundModel = field(repr=False)
    uncertainty: NDArray[np.float32] = field(repr=False)

    @classmethod
    def of(
        cls,
        scenes: Iterable[Scene],
        uncertainty: NDArray[np.float32],
        reference: Landmarks,
        background: BackgroundModel,
    ) -> KeyframeBank:
        """Return the bank of some scenes.

        Args:
            scenes: At least one, with landmarks and of the background's size; those without a time
                get 0 s.
            uncertainty: ``(n, 70)`` float32, of their landmarks, in pixels.
            reference: ``(70, 2)`` float32, the shape to which poses are aligned.
            background: The static background behind the target.
        """
        coded, landmarks, seconds = [], [], []
        for scene in scenes:
            assert scene.landmarks is not None
            coded.append(encode(scene.photo))
            landmarks.append(scene.landmarks)
            seconds.append(scene.seconds or 0.0)
        return cls(
            tuple(coded),
            np.array(landmarks, np.float32),
            np.array(seconds, np.float32),
            reference,
            background,
            uncertainty,
        )

    def __len__(self) -> int:
        return len(self.coded)

    @property
    def size(self) -> int:
        """Width and height of the photos, in pixels."""
        return int(self.background.photo.shape[1])

    def rgba(self, index: int) -> NDArray[np.uint8]:
        """Return a presharpened keyframe and its foreground mask, ``(size, size, 4)`` uint8.

        The channels are RGB, and 255 for foreground.
        """
        margin = self.background.margin
        return self.prefetch(index).result()[margin:-margin, margin:-margin]

    @cached_property
    def prefetch(self) -> Callable[[int], Future[NDArray[np.uint8]]]:
        """Function that begins to decode a keyframe by its index.

        Its future holds the keyframe as :meth:`BackgroundModel.cut_out` returns it. The most
        recently used keyframes stay in memory.
        """
        # The closure doesn't refer to the bank, so both are freed as soon as the bank is dropped.
        threads = ThreadPoolExecutor(_DECODER_THREADS)
        coded, landmarks, background = self.coded, self.landmarks, self.background

        def cut_out(index: int) -> NDArray[np.uint8]:
            return background.cut_out(presharpen(decode(coded[index])), landmarks[index])

        count = max(1, _DECODED_BYTES // (4 * (self.size + 2 * background.margin) ** 2))
        return lru_cache(maxsize=count)(lambda index: threads.submit(cut_out, index))

    def prefetch_nearest(self, descriptor: NDArray[np.floating]) -> Thread:
        """Begin to decode the keyframes that are needed soon, nearest first, without waiting.

        Args:
            descriptor: ``(153,)``, a pose, see :meth:`pose_descriptor`. A keyframe's distance is
                that in the metric in which it is nearest.

        Returns:
            The thread that does it.
        """
        prefetch = self.prefetch
        distances = [self.distances(descriptor, metric) for metric in POSE_METRICS]
        nearest_first = np.argsort(np.min(distances, axis=0))
        order = nearest_first[: _PREFETCHED_PIXELS // self.size**2].tolist()

        def one_by_one() -> None:
            with suppress(RuntimeError):  # no new work is accepted while the program ends
                for index in order:
                    prefetch(index).result()

        thread = Thread(target=one_by_one, daemon=True)
        thread.start()
        return thread

    @cached_property
    def upsampled(self) -> Callable[[int], NDArray[np.uint8]]:
        """Function that returns a keyframe for warping, by its index.

        ``(n, n, 4)`` uint8, as :meth:`BackgroundModel.cut_out` returns it, upsampled with its
        margin. The most recently used ones stay in memory.
        """
        prefetch, margin = self.prefetch, self.background.margin
        return lru_cache(maxsize=_UPSAMPLED_COUNT)(
            lambda index: upsample(prefetch(index).result(), margin)
        )

    def pose_descriptor(self, landmarks: Landmarks) -> NDArray[np.floating]:
        """Return ``(70, 2)`` landmarks in panel pixels as a pose vector, ``(153,)`` float64."""
        return pose_descriptor(landmarks, self.reference)

    def nearest(
        self,
        descriptor: NDArray[np.floating],
        metric: PoseMetric,
        excluded_time: float | None = None,
        excluded_radius: float = 0.0,
    ) -> int:
        """Return the index of the keyframe nearest to a pose.

        Args:
            descriptor: ``(153,)``, see :meth:`pose_descriptor`.
            metric: One of :data:`face2face.keyframes.pose_metric.POSE_METRICS`.
            excluded_time: Keyframes near this time, in seconds, are left out, unless all are near.
                Training passes the frame's own time, so that the network can't copy the frame.
            excluded_radius: Keyframes less than this many seconds from that time are near it.
        """
        distances = self.distances(descriptor, metric)
        if excluded_time is not None:
            excluded = np.abs(self.seconds - excluded_time) < excluded_radius
            if not excluded.all():
                distances[excluded] = np.inf
        return int(distances.argmin())

    def distances(
        self, descriptor: NDArray[np.floating], metric: PoseMetric
    ) -> NDArray[np.floating]:
        """Return the expected distance from a pose to each keyframe, ``(n,)``, at least 0.

        Args:
            descriptor: ``(153,)``, see :meth:`pose_descriptor`.
            metric: One of :data:`face2face.keyframes.pose_metric.POSE_METRICS`.
        """
        return self._index.distances(descriptor, metric)

    @cached_property
    def shows_one_pose(self) -> bool:
        """Whether the head has the same pose in all keyframes, as in those of one photo."""
        moves = np.ptp(self.landmarks[:, BONE], axis=0).max()
        return bool(moves < _ONE_POSE * interocular(self.reference))

    @cached_property
    def _index(self) -> PoseIndex:
        return PoseIndex(self.landmarks, self.uncertainty, self.reference)

    # The keys of bank.npz are a file format: they stay as they are when attributes are renamed.
    def save(self, folder: Path) -> None:
        """Write ``bank.npz`` into a folder."""
        with atomic_write(folder / FILE_NAME) as temporary, temporary.open("wb") as file:
            np.savez(
                file,
                photos=np.concatenate(self.coded),
                ends=np.cumsum([len(code) for code in self.coded]),
                landmarks=self.landmarks,
                seconds=self.seconds,
                reference=self.reference,
                backdrop=encode(self.background.photo),
                still=self.background.static_mask,
                spread=self.uncertainty,
            )

    @classmethod
    def load(cls, folder: Path) -> KeyframeBank:
        """Read ``bank.npz`` from a folder.

        Raises:
            ModelError: It is missing or damaged.
        """
        path = folder / FILE_NAME
        if not path.is_file():
            raise ModelError(f"The keyframe bank {path} is missing.", hint=HINT)
        # Its arrays are not compressed: those of a sound bank fit into the size of the file.
        stored = load_arrays(path, _ARRAYS, ModelError, HINT, min(path.stat().st_size, MAX_BYTES))
        try:
            coded = split_codes(stored["photos"], stored["ends"])
            side = stored["still"].shape[0]
            if any(coded_side(code) != side for code in (stored["backdrop"], *coded)):
                raise ValueError("The keyframes differ in size.")
            numbers = [stored[name] for name in ("landmarks", "reference", "seconds", "spread")]
            if any(np.abs(each).max() > _MAX_NUMBER for each in numbers):
                raise ValueError("A number is out of range.")
        except ValueError as error:
            raise ModelError(f"The keyframe bank {path} is damaged.", hint=HINT) from error
        return cls(
            coded=coded,
            landmarks=stored["landmarks"],
            seconds=stored["seconds"],
            reference=stored["reference"],
            background=BackgroundModel(decode(stored["backdrop"]), stored["still"]),
            uncertainty=stored["spread"],
        )
