"""Cameras, opened again when they stop delivering."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from types import TracebackType
from typing import Any

import cv2
import numpy as np

from face2face.errors import MediaError
from face2face.image import Image, Scene
from face2face.media.waiting import FIRST_TIMEOUT, Worker, no_picture, until_picture

#: Least and largest credible frame rate of a camera, in frames a second.
_FPS_RANGE = (1, 240)
#: Frame rate of a camera that doesn't give a credible one: that of most webcams.
_DEFAULT_FPS = 30.0


class Camera:
    """A camera.

    When it stops delivering, it is opened again and again until the timeout is over. Use it as a
    context manager, and iterate over it once for its scenes.

    Args:
        number: The camera's number.
        timeout: Longest time without a picture after the first one, in seconds.
        opener: Makes a capture of a number: :class:`cv2.VideoCapture`, or a test's double of it.
        clock: Returns a time in seconds that never goes back.
        sleep: Waits for a number of seconds.

    Raises:
        MediaError: The camera can't be opened.
    """

    live = True

    def __init__(
        self,
        number: int,
        timeout: float = 10.0,
        opener: Callable[[Any], Any] = cv2.VideoCapture,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._number, self._timeout = number, timeout
        self._opener, self._clock, self._sleep = opener, clock, sleep
        self.name = f"camera {number}"
        self._worker = Worker()
        try:
            self._capture = self._worker.call(partial(opener, number), FIRST_TIMEOUT)
        except BaseException as error:
            self._worker.close()
            if isinstance(error, TimeoutError):
                raise no_picture(self.name, FIRST_TIMEOUT) from error
            raise
        if not self._capture.isOpened():
            self._worker.close()
            raise MediaError(
                f"Can't open {self.name}.",
                hint="Plug one in, close other programs that use it, "
                "or try --source 1 or a video file.",
            )
        self.fps = _frame_rate(self._capture)

    def __iter__(self) -> Iterator[Scene]:
        """Yield scenes as they arrive, timed from the first one.

        Raises:
            MediaError: No picture arrived within 10 seconds at first, or ``timeout`` seconds later.
        """
        frame = self._read(FIRST_TIMEOUT)
        start = self._clock()
        while True:
            yield Scene(_to_rgb(frame), seconds=self._clock() - start)
            frame = self._read(self._timeout)

    def _read(self, timeout: float) -> Image:
        """Return the next frame in BGR; open the camera again while there is none."""
        try:
            return until_picture(
                partial(self._worker.call, self._next),
                partial(self._worker.call, self._reopen),
                timeout,
                self._clock,
                self._sleep,
            )
        except TimeoutError as error:
            raise no_picture(self.name, timeout) from error

    def _next(self) -> Image | None:
        decoded, frame = self._capture.read()
        return frame if decoded and frame is not None and frame.size else None

    def _reopen(self) -> None:
        self._capture.release()
        self._capture = self._opener(self._number)

    def __enter__(self) -> Camera:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._worker.close(lambda: self._capture.release())


def list_cameras(
    opener: Callable[[Any], Any] = cv2.VideoCapture, limit: int = 10
) -> Iterator[tuple[int, str]]:
    """Yield the number of each camera, with its size and frame rate in words.

    The list ends at a camera that doesn't answer.

    Args:
        opener: Makes a capture of a number: :class:`cv2.VideoCapture`, or a test's double of it.
        limit: How many numbers are tried, from 0.

    >>> class Absent:
    ...     def isOpened(self): return False
    ...     def release(self): pass
    >>> list(list_cameras(lambda number: Absent()))
    []
    """
    with closing(Worker()) as worker:
        for number in range(limit):
            try:
                description = worker.call(partial(_describe, opener, number), FIRST_TIMEOUT)
            except TimeoutError:
                return
            if description:
                yield number, description


def _describe(opener: Callable[[Any], Any], number: int) -> str:
    """Return a camera's size and frame rate in words; empty where there is none."""
    capture = opener(number)
    try:
        if not capture.isOpened():
            return ""
        width, height, fps = (
            capture.get(each)
            for each in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FPS)
        )
        return f"{width:.0f}x{height:.0f}, {fps:.0f} frames a second"
    finally:
        capture.release()


def _frame_rate(capture: Any) -> float:
    """Return the frame rate of an OpenCV capture, or the default where it isn't credible."""
    fps = capture.get(cv2.CAP_PROP_FPS)
    lowest, highest = _FPS_RANGE
    return fps if lowest <= fps <= highest else _DEFAULT_FPS


def _to_rgb(frame: Any) -> Image:
    """Return OpenCV's BGR, BGRA or grey uint8 frame as ``(h, w, 3)`` RGB uint8.

    >>> _to_rgb(np.array([[[1, 2, 3]]], np.uint8)).tolist()
    [[[3, 2, 1]]]
    """
    if frame.ndim == 2:
        return np.repeat(frame[..., None], 3, axis=2)
    return cv2.cvtColor(frame, cv2.COLOR_GRAY2RGB if frame.shape[2] == 1 else cv2.COLOR_BGR2RGB)
