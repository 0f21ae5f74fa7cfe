"""The scripted performance as a source: a driver without a camera."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType

from face2face.face.motion import AVERAGE_FACE, PERFORMANCE_SECONDS, perform
from face2face.face.sketch import SketchSpec
from face2face.image import Scene


class Performance:
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
        landmarks = unit * perform(seconds).applied_to(AVERAGE_FACE) + (self._size / 2, self._size * 0.34)
        landmarks = landmarks.astype("float32")
        return Scene(SketchSpec().draw(landmarks, self._size), landmarks, seconds)

    def __iter__(self) -> Iterator[Scene]:
        number = 0
        while self._loops or number < round(PERFORMANCE_SECONDS * self.fps):
            yield self.scene(number / self.fps)
            number += 1

    def __enter__(self) -> Performance:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        pass
