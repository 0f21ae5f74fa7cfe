"""Sources of scenes: a video file, a camera or a stream, stills.

A source is a context manager and is iterated over once. It yields
:class:`~face2face.image.Scene` objects without landmarks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol

from face2face.errors import MediaError
from face2face.image import Scene
from face2face.media.animation import is_animated
from face2face.media.camera import Camera
from face2face.media.stills import SUFFIXES, list_images, read_image
from face2face.media.stream import NetworkStream
from face2face.media.video import VideoFile

#: A camera's device on Linux, and its number.
_DEVICE = re.compile(r"/dev/video(\d+)")


class Source(Protocol):
    """A context manager that yields scenes."""

    @property
    def fps(self) -> float:
        """Nominal frame rate in frames a second, above 0."""

    @property
    def live(self) -> bool:
        """Whether scenes arrive at their own pace, as from a camera, or on request."""

    def __iter__(self) -> Iterator[Scene]: ...

    def __enter__(self) -> Source: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Stills:
    """A photo, or the photos of a folder sorted by name, each shown for a second.

    Args:
        path: The file, or the folder.
        exclude: Folders below it whose pictures are left out.

    Raises:
        MediaError: There is no such file, or the folder holds no picture.

    >>> import tempfile, numpy
    >>> from face2face.media.stills import write_image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_image(Path(folder, "her.png"), numpy.zeros((4, 6, 3), numpy.uint8))
    ...     [scene.photo.shape for scene in Stills(Path(folder))]
    [(4, 6, 3)]
    """

    live = False
    fps = 1.0

    def __init__(self, path: Path, exclude: Iterable[Path] = ()) -> None:
        if not path.exists():
            raise MediaError(f"There is no file {path}.", hint="Check the path.")
        self.paths = list_images(path, exclude) if path.is_dir() else [path]
        if not self.paths:
            raise MediaError(
                f"The folder {path} holds no picture.",
                hint="Choose a folder with PNG or JPEG files.",
            )

    def __iter__(self) -> Iterator[Scene]:
        for number, path in enumerate(self.paths):
            yield Scene(read_image(path), seconds=number / self.fps)

    def __enter__(self) -> Stills:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass


def open_file(path: Path) -> VideoFile | Stills:
    """Return a source for a video file, an animated picture, a photo or a folder of photos.

    Raises:
        MediaError: The file is missing or unreadable.
    """
    return Stills(path) if holds_photos(path) else VideoFile(path)


def holds_photos(path: Path) -> bool:
    """Return whether a path is a folder or a photo's; animated pictures count as videos."""
    return path.is_dir() or (path.suffix.lower() in SUFFIXES and not is_animated(path))


def open_source(name: str, timeout: float = 10.0) -> Source:
    """Return a source for a camera, a stream, a clip or a file.

    Args:
        name: The value of ``--source``: a camera's number or device, such as ``/dev/video0``; a
            URL; or a path.
        timeout: Longest time without a picture from a camera or stream, in seconds.

    Raises:
        MediaError: The source can't be opened.
    """
    if name.isdecimal():
        return Camera(int(name), timeout)
    path = Path(name)
    number = _device_number(path)
    if number is not None:
        return Camera(number, timeout)
    if "://" not in name or path.exists():
        return open_file(path)
    local = path_of_url(name)
    return open_file(local) if local is not None else NetworkStream(name, timeout)


def _device_number(path: Path) -> int | None:
    """Return the number of the camera that a path or a link to it names; None for other paths."""
    found = _DEVICE.fullmatch(os.path.realpath(path)) or _DEVICE.fullmatch(str(path))
    return int(found[1]) if found else None


def path_of_url(name: str) -> Path | None:
    """Return the path that a ``file://`` URL names; None for other names.

    >>> path_of_url("file:///videos/a%20clip.mp4").name
    'a clip.mp4'
    """
    start = "file://"
    if not name.lower().startswith(start):
        return None
    from urllib.request import url2pathname

    host, slash, path = name[len(start) :].partition("/")
    local = host.lower() in ("", "localhost")
    return Path(url2pathname(slash + path if local else f"//{host}/{path}"))
