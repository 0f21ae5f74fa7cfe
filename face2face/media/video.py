"""Video files and animated pictures, decoded frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Protocol

from face2face.errors import MediaError
from face2face.image import Scene
from face2face.media.animation import AnimatedWebP, is_animated_webp
from face2face.media.decoder import Decoder, LazyFrame


class _Reader(Protocol):
    """Decodes a file once."""

    @property
    def fps(self) -> float: ...

    def frames(self) -> Iterator[LazyFrame]: ...

    def close(self) -> None: ...


class VideoFile:
    """A video file. A file that breaks off ends where it can't be decoded further.

    Pictures are upright and progressive, with square pixels, and white where they are transparent.
    All have the first one's size. Use it as a context manager, and iterate over it once for its
    scenes.

    Args:
        path: Any container and codec that FFmpeg reads, or an animated picture.

    Raises:
        MediaError: The file is missing, empty or no video.

    >>> import tempfile, numpy as np
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
        _check_file(path)
        self.path = path
        self._reader = self._open()
        self.fps = self._reader.fps

    def _open(self, times_only: bool = False) -> _Reader:
        if is_animated_webp(self.path):
            return AnimatedWebP(self.path)
        # FFmpeg takes the start of a relative path, such as "a:", for a protocol.
        address = str(self.path.absolute())
        return Decoder(address, str(self.path), times_only=times_only)

    def count(self) -> int:
        """Return the number of frames that can be decoded, by reading the whole file.

        Headers are often wrong, above all in files that were cut short.

        Raises:
            MediaError: There is none.
        """
        return len(self.times())

    def times(self) -> list[float]:
        """Return the time of each frame that can be decoded, by reading the whole file.

        Returns:
            Seconds since the first frame, ascending.

        Raises:
            MediaError: No frame can be decoded.
        """
        with closing(self._open(times_only=True)) as reader:
            return [frame.seconds for frame in reader.frames()]

    def rewind(self) -> None:
        """Go back to the first frame."""
        self._reader.close()
        self._reader = self._open()

    def select(self, wanted: list[int]) -> Iterator[tuple[int, Scene]]:
        """Yield some frames with their numbers, without converting the others.

        Args:
            wanted: Numbers of frames, from 0, in ascending order.

        Raises:
            MediaError: No frame can be decoded.
        """
        left = iter(wanted)
        following = next(left, None)
        if following is None:
            return
        for number, frame in enumerate(self._reader.frames()):
            if number == following:
                yield number, Scene(frame.image(), seconds=frame.seconds)
                following = next(left, None)
                if following is None:
                    return

    def __iter__(self) -> Iterator[Scene]:
        for frame in self._reader.frames():
            yield Scene(frame.image(), seconds=frame.seconds)

    def __enter__(self) -> VideoFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._reader.close()


def _check_file(path: Path) -> None:
    """Check that a path is a file that isn't empty.

    Raises:
        MediaError: It isn't.
    """
    try:
        if path.is_file() and path.stat().st_size:
            return
        exists, regular = path.exists(), path.is_file()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MediaError(f"{path} can't be read: {reason}.", hint="Check the path.") from error
    if regular:
        raise MediaError(f"{path} is empty.", hint="Record or copy it again.")
    if exists:
        raise MediaError(f"{path} is not a regular file.", hint="Name a video file.")
    raise MediaError(f"There is no file {path}.", hint="Check the path.")
