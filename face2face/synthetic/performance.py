"""Drivers without a camera: a scripted performance, and a recorded one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from face2face.arrays import ArraySpec, load_arrays
from face2face.errors import MediaError
from face2face.face.expression import AVERAGE_FACE
from face2face.face.sketch import SketchSpec
from face2face.files import atomic_write, ensure_writable_dir
from face2face.image import LANDMARK_COUNT, Landmarks, Scene
from face2face.landmarks import EYE_CORNERS, IRISES
from face2face.synthetic.motion import PERFORMANCE_SECONDS, scripted_expression

#: Interocular distance of the scripted driver, as a share of its picture.
_FACE_SHARE = 1 / 4
#: Place of the point between its eyes, x and y as shares of its picture.
_EYES_PLACE = (1 / 2, 0.34)
#: Largest width and height of a performance's pictures, in pixels: a camera of 8K.
_MAX_SIDE = 8192
#: Greatest distance of a landmark from the picture's corner, in pixels.
_MAX_COORDINATE = 16.0 * _MAX_SIDE
#: Longest performance, in seconds: a week.
_MAX_SECONDS = 7 * 86400.0
#: Greatest mean number of frames per second.
_MAX_FPS = 1000.0
#: Largest file of a performance, in bytes: five hours of 25 frames per second.
_MAX_BYTES = 256 * 2**20
#: Name -> type and shape of each array in a performance's file.
_ARRAYS = {
    "size": ArraySpec(np.int64, (2,)),
    "landmarks": ArraySpec(np.float32, ("frames", "points", 2)),
    "seconds": ArraySpec(np.float64, ("frames",)),
}


class ScriptedDriver:
    """A source without a camera: an average face that talks, turns, and shows expressions.

    The performance lasts twelve seconds. Its scenes hold a sketch and landmarks.

    Args:
        loops: Repeat without a jump instead of ending.
        size: Width and height of the pictures, in pixels.

    Attributes:
        fps: Frames per second.
        live: False, since the next scene waits until it is read.

    >>> len(list(ScriptedDriver()))
    360
    >>> ScriptedDriver().scene(1.0).landmarks.shape
    (70, 2)
    """

    fps = 30.0
    live = False

    def __init__(self, loops: bool = False, size: int = 480) -> None:
        self._loops, self._size = loops, size

    def scene(self, seconds: float) -> Scene:
        """Return the driver at a time, in seconds from the start: its sketch and its landmarks."""
        face = scripted_expression(seconds).applied_to(AVERAGE_FACE)
        x, y = _EYES_PLACE
        landmarks = _FACE_SHARE * self._size * face + (self._size * x, self._size * y)
        landmarks = landmarks.astype("float32")
        return Scene(SketchSpec().draw(landmarks, self._size), landmarks, seconds)

    def __iter__(self) -> Iterator[Scene]:
        number = 0
        while self._loops or number < round(PERFORMANCE_SECONDS * self.fps):
            yield self.scene(number / self.fps)
            number += 1

    def __enter__(self) -> ScriptedDriver:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass


@dataclass
class LandmarkRecording:
    """A recorded performance: landmarks and times, without any picture of the person.

    As a source, it yields a sketch for each frame.

    Attributes:
        width: Width of the pictures in which the landmarks were found, in pixels.
        height: Height of these pictures, in pixels.
        landmarks: An array of ``(70, 2)`` float32 for each frame, in those pixels.
        seconds: A time for each frame, ascending.
        live: False, since the next scene waits until it is read.

    >>> recording = LandmarkRecording(640, 480)
    >>> recording.add(100 * AVERAGE_FACE + np.float32(200), seconds=3.0)
    >>> [(scene.photo.shape, scene.seconds) for scene in recording]
    [((480, 640, 3), 0.0)]
    """

    width: int
    height: int
    landmarks: list[Landmarks] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    live = False

    @property
    def fps(self) -> float:
        """Mean number of frames per second."""
        span = self.seconds[-1] - self.seconds[0]
        return (len(self.seconds) - 1) / span if span > 0 else ScriptedDriver.fps

    def add(self, landmarks: Landmarks, seconds: float) -> None:
        """Append a frame: ``(70, 2)`` float32 landmarks, and their time in seconds."""
        self.landmarks.append(landmarks)
        self.seconds.append(seconds)

    def save(self, path: Path) -> None:
        """Write the recording to an ``.npz`` file.

        Raises:
            MediaError: The file can't be written.
        """
        ensure_writable_dir(path.parent)
        # If a signal interrupted add(), the last frame has landmarks but no time.
        landmarks = np.array(self.landmarks[: len(self.seconds)], np.float32)
        with atomic_write(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(
                file, size=(self.width, self.height), landmarks=landmarks, seconds=self.seconds
            )

    @classmethod
    def load(cls, path: Path) -> LandmarkRecording:
        """Return the recording that :meth:`save` wrote.

        One of an earlier version has no irises: they are placed in the middle of the eyes.

        Raises:
            MediaError: The file is missing or damaged, or holds no performance.
        """
        hint = "Record it again with --save-performance, or name another."
        arrays = load_arrays(path, _ARRAYS, MediaError, hint, _MAX_BYTES)
        landmarks, seconds = _with_irises(arrays["landmarks"]), arrays["seconds"]
        width, height = map(int, arrays["size"])
        if problem := _problem(width, height, landmarks, seconds):
            raise MediaError(f"{path} holds no performance: {problem}.", hint=hint)
        return cls(width, height, list(landmarks), seconds.tolist())

    def __iter__(self) -> Iterator[Scene]:
        side = max(self.width, self.height)
        for landmarks, seconds in zip(self.landmarks, self.seconds, strict=True):
            sketch = SketchSpec().draw(landmarks, side)[: self.height, : self.width]
            yield Scene(sketch, landmarks, seconds - self.seconds[0])

    def __enter__(self) -> LandmarkRecording:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass


def _with_irises(landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return landmarks, ``(n, 70, 2)``, from some that may lack the irises, ``(n, 68, 2)``."""
    if landmarks.shape[1] != IRISES[0]:
        return landmarks
    middles = landmarks[:, np.array(EYE_CORNERS)].mean(2)
    return np.concatenate([landmarks, middles], axis=1)


def _problem(
    width: int, height: int, landmarks: NDArray[np.float32], seconds: NDArray[np.float64]
) -> str:
    """Return the first value that is out of range, in words; empty for none."""
    if landmarks.shape[1] != LANDMARK_COUNT:
        return f"its faces have {landmarks.shape[1]} landmarks, not {LANDMARK_COUNT}"
    if not 1 <= min(width, height) <= max(width, height) <= _MAX_SIDE:
        return f"its pictures have {width}x{height} pixels"
    if np.abs(landmarks).max() > _MAX_COORDINATE:
        return "its landmarks lie far outside the pictures"
    if (np.diff(seconds) < 0).any():
        return "its times don't ascend"
    span = float(seconds[-1] - seconds[0])
    if span > _MAX_SECONDS:
        return "it lasts longer than a week"
    if span > 0 and len(seconds) - 1 > _MAX_FPS * span:
        return f"it has more than {_MAX_FPS:g} frames a second"
    return ""
