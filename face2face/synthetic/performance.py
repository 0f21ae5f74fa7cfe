"""Performances as sources: a driver without a camera, scripted or recorded."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import numpy as np

from face2face.errors import MediaError
from face2face.face.expression import AVERAGE_FACE
from face2face.face.sketch import SketchSpec
from face2face.files import atomic_write, ensure_writable_dir
from face2face.image import LANDMARK_COUNT, Landmarks, Scene
from face2face.synthetic.motion import PERFORMANCE_SECONDS, scripted_expression


class ScriptedDriver:
    """An average face that talks, blinks, smiles and turns for twelve seconds. Its scenes come with landmarks.

    Args:
        loops: Begin again at the end, without a jump, instead of ending.
        size: Width and height of its pictures, in pixels.
    """

    fps = 30.0
    live = False

    def __init__(self, loops: bool = False, size: int = 480) -> None:
        self._loops, self._size = loops, size

    def scene(self, seconds: float) -> Scene:
        """The driver at a time: a drawing and its landmarks."""
        unit = self._size / 4
        landmarks = unit * scripted_expression(seconds).applied_to(AVERAGE_FACE) + (
            self._size / 2,
            self._size * 0.34,
        )
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
    """A recorded performance: landmarks and their times, and no picture of whoever gave it.

    Attributes:
        width: Of the pictures in which the landmarks were found, in pixels.
        height: Likewise.
        landmarks: A ``(68, 2)`` array a frame, in those pixels.
        seconds: The frames' times, ascending.
    """

    width: int
    height: int
    landmarks: list[Landmarks] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    live = False

    @property
    def fps(self) -> float:
        """Mean frames a second."""
        span = self.seconds[-1] - self.seconds[0]
        return (len(self.seconds) - 1) / span if span > 0 else ScriptedDriver.fps

    def add(self, landmarks: Landmarks, seconds: float) -> None:
        """Takes one more frame."""
        self.landmarks.append(landmarks)
        self.seconds.append(seconds)

    def save(self, path: Path) -> None:
        """Writes an ``.npz``.

        Raises:
            MediaError: It can't be written.
        """
        ensure_writable_dir(path.parent)
        # A signal may have come between the two halves of the last frame.
        landmarks = np.array(self.landmarks[: len(self.seconds)], np.float32)
        with atomic_write(path) as aside, aside.open("wb") as file:
            np.savez_compressed(
                file, size=(self.width, self.height), landmarks=landmarks, seconds=self.seconds
            )

    @classmethod
    def load(cls, path: Path) -> LandmarkRecording:
        """What :meth:`save` wrote.

        Raises:
            MediaError: It is missing, empty or damaged.
        """
        rule, do = (
            "a performance is an .npz written by --save-performance",
            "record it again, or name another",
        )
        try:
            with np.load(path) as stored:
                width, height = map(int, stored["size"])
                landmarks = np.asarray(stored["landmarks"], np.float32).reshape(
                    -1, LANDMARK_COUNT, 2
                )
                seconds = np.asarray(stored["seconds"], np.float64).reshape(len(landmarks))
        except FileNotFoundError as error:
            raise MediaError(rule, f"no file {path}", do) from error
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise MediaError(rule, f"{path}, damaged", do) from error
        good = (
            len(landmarks)
            and min(width, height) > 0
            and np.isfinite(landmarks).all()
            and (np.diff(seconds) >= 0).all()
        )
        if not good:
            raise MediaError(rule, f"{path}, which holds none", do)
        return cls(width, height, list(landmarks), seconds.tolist())

    def __iter__(self) -> Iterator[Scene]:
        side = max(self.width, self.height)
        for landmarks, seconds in zip(self.landmarks, self.seconds, strict=True):
            yield Scene(
                SketchSpec().draw(landmarks, side)[: self.height, : self.width],
                landmarks,
                seconds - self.seconds[0],
            )

    def __enter__(self) -> LandmarkRecording:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass
