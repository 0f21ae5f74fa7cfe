"""The protocol of sinks, which take pictures: a recording, a window, a virtual camera."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol

from face2face.image import Image


class Sink(Protocol):
    """A context manager that takes pictures, all of one size."""

    def write(self, image: Image, seconds: float) -> None:
        """Take a picture.

        Args:
            image: ``(h, w, 3)`` uint8 RGB.
            seconds: Time of the picture, at least that of the one before.
        """

    def __enter__(self) -> Sink: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
