"""Clips and live streams from the network."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import TypeVar

from face2face.errors import MediaError
from face2face.image import Scene
from face2face.media.decoder import Access, Decoder, LazyFrame
from face2face.media.waiting import FIRST_TIMEOUT, Worker, no_picture, until_picture

T = TypeVar("T")

#: FFmpeg's protocols that a stream may use. Files of this computer are not among them.
_PROTOCOLS = (
    "http,httpproxy,https,tcp,tls,udp,udplite,rtp,srtp,rtsp,rtmp,rtmpe,rtmps,rtmpt,rtmpte,rtmpts,"
    "srt,mmsh,mmst,ftp,crypto,data"
)


class NetworkStream:
    """A clip or a live stream at a URL. Use it as a context manager, and iterate over it once.

    A clip ends with its last picture, and its scenes have their own times. A live stream is opened
    again and again when it stops delivering, until the timeout is over; its scenes have the times
    of their arrival.

    Args:
        url: Its address.
        timeout: Longest time without a picture after the first one, in seconds.
        first_timeout: Longest time to open it, and to wait for its first picture, in seconds.

    Attributes:
        live: Whether it is a live stream.
        fps: Nominal frame rate in frames a second.

    Raises:
        MediaError: It can't be opened.
    """

    def __init__(
        self, url: str, timeout: float = 10.0, first_timeout: float = FIRST_TIMEOUT
    ) -> None:
        self._url, self._timeout, self._first_timeout = url, timeout, first_timeout
        self.name = f"stream {without_password(url)}"
        self._worker = Worker()
        self._decoder: Decoder | None = None
        self._frames: Iterator[LazyFrame] = iter(())
        try:
            self._worker.call(self._open, first_timeout)
        except BaseException as error:
            self._worker.close(self._release)
            if isinstance(error, TimeoutError):
                raise no_picture(self.name, first_timeout) from error
            raise
        assert self._decoder is not None
        self.fps = self._decoder.fps
        self.live: bool = not self._decoder.finite

    def __iter__(self) -> Iterator[Scene]:
        """Yield the scenes.

        Raises:
            MediaError: No picture arrived in time, or a clip broke off.
        """
        return self._live_scenes() if self.live else self._clip_scenes()

    def _clip_scenes(self) -> Iterator[Scene]:
        timeout = self._first_timeout
        while True:
            try:
                scene = self._worker.call(self._next, timeout)
            except TimeoutError as error:
                raise no_picture(self.name, timeout) from error
            if scene is None:
                return
            yield scene
            timeout = self._timeout

    def _live_scenes(self) -> Iterator[Scene]:
        timeout, start = self._first_timeout, 0.0
        while True:
            try:
                scene = until_picture(self._try(self._next), self._try(self._open), timeout)
            except TimeoutError as error:
                raise no_picture(self.name, timeout) from error
            start = start or time.monotonic()
            yield replace(scene, seconds=time.monotonic() - start)
            timeout = self._timeout

    def _try(self, function: Callable[[], T]) -> Callable[[float], T | None]:
        """Return a function that takes a time limit, and returns None where this one fails."""

        def attempt(limit: float) -> T | None:
            try:
                return self._worker.call(function, limit)
            except (MediaError, TimeoutError):
                return None

        return attempt

    def _open(self) -> None:
        self._release()
        self._decoder = Decoder(
            self._url,
            self.name,
            Access(_PROTOCOLS, self._first_timeout, "Check the URL and the network."),
        )
        self._frames = self._decoder.frames()

    def _next(self) -> Scene | None:
        """Return the next scene; None at the end."""
        frame = next(self._frames, None)
        return None if frame is None else Scene(frame.image(), seconds=frame.seconds)

    def _release(self) -> None:
        if self._decoder is not None:
            self._decoder.close()
            self._decoder, self._frames = None, iter(())

    def __enter__(self) -> NetworkStream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._worker.close(self._release)


def without_password(url: str) -> str:
    """Return a URL without the user's name and password, for messages.

    >>> without_password("rtsp://me:secret@camera.local:554/1")
    'rtsp://camera.local:554/1'
    """
    scheme, separator, rest = url.partition("://")
    address, slash, path = rest.partition("/")
    return f"{scheme}{separator}{address.rpartition('@')[2]}{slash}{path}"
