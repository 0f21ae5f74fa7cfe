"""Sources of scenes: a video file, a camera or a stream, stills.

Each is a context manager to iterate over once; it yields :class:`~face2face.image.Scene` objects without landmarks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import cv2
import numpy as np

from face2face.errors import MediaError
from face2face.image import Image, Scene
from face2face.media.stills import SUFFIXES, list_images, read_image

#: Frames a second of what doesn't say its own.
DEFAULT_FPS = 25.0
#: Seconds in which a camera delivers its first picture.
_FIRST = 10.0


class Source(Protocol):
    """What yields scenes.

    Attributes:
        fps: Nominal frames a second, above 0.
        live: Scenes come at their own pace and can't wait (a camera), or whenever they are asked for (a file).
    """

    @property
    def fps(self) -> float:
        """Frames a second."""

    @property
    def live(self) -> bool:
        """Whether it can't wait."""

    def __iter__(self) -> Iterator[Scene]: ...

    def __enter__(self) -> Source: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class VideoFile:
    """A video file, decoded frame by frame; one that breaks off ends there.

    Args:
        path: Any container and codec that OpenCV's FFmpeg reads.

    Raises:
        MediaError: The file is missing, empty or no video.
    """

    live = False

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise MediaError("the video is a readable file", f"no file {path}", "check the path")
        if path.stat().st_size == 0:
            raise MediaError(
                "the video has frames", f"{path}, which is empty", "record or copy it again"
            )
        self._path = path
        self._capture = cv2.VideoCapture(str(path))
        if not self._capture.isOpened() or self._capture.get(cv2.CAP_PROP_FRAME_WIDTH) < 1:
            raise MediaError(
                "the file is a video that FFmpeg can read",
                f"{path}, which it can't",
                "convert it to MP4, or copy it again",
            )
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.fps = fps if 1 <= fps <= 240 else DEFAULT_FPS

    def count(self) -> int:
        """How many frames can really be decoded: headers lie, above all in files cut short. Reads the file to its end."""
        count = 0
        while self._capture.grab():
            count += 1
        return count

    def rewind(self) -> None:
        """Goes back to the first frame."""
        self._capture.release()
        self._capture = cv2.VideoCapture(str(self._path))

    def select(self, wanted: list[int]) -> Iterator[tuple[int, Scene]]:
        """The frames of ascending numbers, from 0, each with its number; the others aren't converted."""
        number = -1
        for each in wanted:
            while number < each:
                if not self._capture.grab():
                    return
                number += 1
            done, frame = self._capture.retrieve()
            if done:
                yield number, Scene(_rgb(frame), seconds=number / self.fps)

    def __iter__(self) -> Iterator[Scene]:
        number = 0
        while True:
            done, frame = self._capture.read()
            if not done:
                return
            yield Scene(_rgb(frame), seconds=number / self.fps)
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


class Camera:
    """A camera or a network stream. When it stops delivering it is opened again for a while before giving up.

    Args:
        address: A camera's number, or a stream's URL.
        patience: Seconds without a frame after which it is given up, once it delivered.
        opener: Makes a capture of an address; :class:`cv2.VideoCapture` or a double of it.
        clock: Seconds that only grow.
        sleep: Waits some seconds.

    Raises:
        MediaError: There is none, or it delivers no picture.
    """

    live = True

    def __init__(
        self,
        address: int | str,
        patience: float = 10.0,
        opener: Callable[[Any], Any] = cv2.VideoCapture,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._address, self._patience = address, patience
        self._opener, self._clock, self._sleep = opener, clock, sleep
        self.name = f"camera {address}" if isinstance(address, int) else f"stream {address}"
        self._capture = opener(address)
        if not self._capture.isOpened():
            do = (
                "check the URL"
                if isinstance(address, str)
                else "plug one in, close other programs that use it, or try --source 1 or a video file"
            )
            raise MediaError(
                "the source is a camera or stream that can be opened", f"none as {self.name}", do
            )
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.fps = fps if 1 <= fps <= 240 else DEFAULT_FPS

    def __iter__(self) -> Iterator[Scene]:
        """Scenes as they come, timed from the first one.

        Raises:
            MediaError: No first picture came for ten seconds, or none after others for ``patience`` seconds.
        """
        frame = self._read(_FIRST)
        began = self._clock()
        while True:
            yield Scene(_rgb(frame), seconds=self._clock() - began)
            frame = self._read(self._patience)

    def _read(self, patience: float) -> Image:
        lost = self._clock()
        while True:
            done, frame = self._capture.read()
            if done and frame is not None and frame.size:
                return frame
            if self._clock() - lost > patience:
                rule = f"a camera or stream delivers pictures at least every {patience:.0f} s"
                raise MediaError(
                    rule, f"none from {self.name}", "check its cable or network and start again"
                )
            self._capture.release()
            self._sleep(0.5)
            self._capture = self._opener(self._address)

    def __enter__(self) -> Camera:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._capture.release()


class Stills:
    """A photo, or a folder of photos sorted by name: each is shown for a second.

    Args:
        path: The file, or the folder.

    Raises:
        MediaError: There is no such file, or the folder holds no picture.
    """

    live = False
    fps = 1.0

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise MediaError("the photo is a readable file", f"no file {path}", "check the path")
        self.paths = list_images(path) if path.is_dir() else [path]
        if not self.paths:
            raise MediaError(
                "a folder of photos holds PNG or JPEG files",
                f"none in {path}",
                "name another folder",
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


def list_cameras(
    opener: Callable[[Any], Any] = cv2.VideoCapture, most: int = 10
) -> Iterator[tuple[int, str]]:
    """The cameras there are: each one's number, and its size and rate in words.

    Args:
        opener: Makes a capture of a number; :class:`cv2.VideoCapture` or a double of it.
        most: Numbers tried.
    """
    for number in range(most):
        capture = opener(number)
        if capture.isOpened():
            width, height, fps = (
                capture.get(each)
                for each in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FPS)
            )
            yield number, f"{width:.0f}x{height:.0f}, {fps:.0f} frames a second"
        capture.release()


def open_file(path: Path) -> VideoFile | Stills:
    """A video file, a photo or a folder of photos.

    Raises:
        MediaError: It is missing or unreadable.
    """
    if path.is_dir() or path.suffix.lower() in SUFFIXES:
        return Stills(path)
    return VideoFile(path)


def open_source(name: str, patience: float = 10.0) -> Source:
    """What ``--source`` names: a camera's number, a stream's URL, or a file.

    Args:
        name: As typed.
        patience: See :class:`Camera`.

    Raises:
        MediaError: It can't be opened.
    """
    if name.isdecimal():
        return Camera(int(name), patience)
    if "://" in name:
        return Camera(name, patience)
    return open_file(Path(name))


def _rgb(frame: Any) -> Image:
    """OpenCV's BGR, BGRA or grey frame as RGB uint8."""
    if frame.ndim == 2:
        return np.repeat(frame[..., None], 3, axis=2)
    return cv2.cvtColor(frame, cv2.COLOR_GRAY2RGB if frame.shape[2] == 1 else cv2.COLOR_BGR2RGB)
