"""Video files, decoded frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2
import numpy as np

from face2face.errors import MediaError
from face2face.image import Image, Scene

#: Frame rate of sources that don't give a credible one, in frames a second.
DEFAULT_FPS = 25.0
#: Least and largest credible frame rate, in frames a second.
_FPS_RANGE = (1, 240)


class VideoFile:
    """A video file. A file that breaks off ends where it can't be decoded further.

    Use it as a context manager, and iterate over it once for its scenes.

    Args:
        path: Any container and codec that OpenCV's FFmpeg reads.

    Raises:
        MediaError: The file is missing, empty or no video.

    >>> import tempfile
    >>> from face2face.media.recording import Recording
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Recording(Path(folder, "clip.mp4"), 25.0) as recording:
    ...         recording.write(np.zeros((64, 96, 3), np.uint8), 0.0)
    ...     with VideoFile(Path(folder, "clip.mp4")) as video:
    ...         [scene.photo.shape for scene in video]
    [(64, 96, 3)]
    """

    live = False

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise MediaError(f"There is no file {path}.", hint="Check the path.")
        if path.stat().st_size == 0:
            raise MediaError(f"{path} is empty.", hint="Record or copy it again.")
        self._path = path
        self._capture = cv2.VideoCapture(str(path))
        if not self._capture.isOpened() or self._capture.get(cv2.CAP_PROP_FRAME_WIDTH) < 1:
            raise MediaError(
                f"{path} is not a video that FFmpeg can read.",
                hint="Convert it to MP4, or copy it again.",
            )
        self.fps = frame_rate(self._capture)

    def count(self) -> int:
        """Return the number of frames that can be decoded, by reading the file to its end.

        Headers are often wrong, above all in files that were cut short.
        """
        count = 0
        while self._capture.grab():
            count += 1
        return count

    def rewind(self) -> None:
        """Go back to the first frame."""
        self._capture.release()
        self._capture = cv2.VideoCapture(str(self._path))

    def select(self, wanted: list[int]) -> Iterator[tuple[int, Scene]]:
        """Yield some frames with their numbers, without converting the others.

        Args:
            wanted: Numbers of frames, from 0, in ascending order.
        """
        number = -1
        for each in wanted:
            while number < each:
                if not self._capture.grab():
                    return
                number += 1
            decoded, frame = self._capture.retrieve()
            if decoded:
                yield number, Scene(to_rgb(frame), seconds=number / self.fps)

    def __iter__(self) -> Iterator[Scene]:
        number = 0
        while True:
            decoded, frame = self._capture.read()
            if not decoded:
                return
            yield Scene(to_rgb(frame), seconds=number / self.fps)
            number += 1

    def __enter__(self) -> VideoFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._capture.release()


def frame_rate(capture: Any) -> float:
    """Return the frame rate of an OpenCV capture, or the default where it isn't credible."""
    fps = capture.get(cv2.CAP_PROP_FPS)
    lowest, highest = _FPS_RANGE
    return fps if lowest <= fps <= highest else DEFAULT_FPS


def to_rgb(frame: Any) -> Image:
    """Return OpenCV's BGR, BGRA or grey uint8 frame as ``(h, w, 3)`` RGB uint8.

    >>> to_rgb(np.array([[[1, 2, 3]]], np.uint8)).tolist()
    [[[3, 2, 1]]]
    """
    if frame.ndim == 2:
        return np.repeat(frame[..., None], 3, axis=2)
    return cv2.cvtColor(frame, cv2.COLOR_GRAY2RGB if frame.shape[2] == 1 else cv2.COLOR_BGR2RGB)
