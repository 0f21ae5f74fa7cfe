"""Wait for calls that may hang, so that Ctrl-C and a deadline still work."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from face2face.errors import MediaError

T = TypeVar("T")

#: Longest wait at a time, in seconds. On Windows, Ctrl-C is noticed only in between.
_SLICE = 0.25
#: Seconds to wait at the end for a call that may hang.
_CLOSE_TIMEOUT = 1.0
#: Time in which a camera or stream must deliver its first picture, in seconds. Some cameras take
#: several to start.
FIRST_TIMEOUT = 10.0
#: Pause before a camera or stream is opened again, in seconds.
_RETRY_PAUSE = 0.5


class Worker:
    """A thread that makes calls, one after another, for another thread that waits for them.

    Cameras and networks may hang in a library that neither a signal nor a deadline reaches.

    >>> worker = Worker()
    >>> worker.call(lambda: 1 + 1, timeout=10)
    2
    >>> worker.close()
    """

    def __init__(self) -> None:
        self._tasks: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None]
        self._tasks = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def call(self, function: Callable[[], T], timeout: float) -> T:
        """Return what a function returns in the worker's thread, or raise what it raises.

        Args:
            function: The call that may hang.
            timeout: Longest time to wait, in seconds; it may be infinite. A late call goes on, and
                further ones wait for it.

        Raises:
            TimeoutError: The function didn't return in time.
        """
        future: Future[T] = Future()
        self._tasks.put((function, future))
        deadline = time.monotonic() + timeout
        while not future.done():
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            wait([future], min(left, _SLICE))
        return future.result()

    def close(self, last: Callable[[], object] | None = None) -> None:
        """End the thread after its present call, and make a last one before.

        A call that hangs is left to itself.

        Args:
            last: Releases what the calls used.
        """
        if last is not None:
            self._tasks.put((last, Future()))
        self._tasks.put(None)
        self._thread.join(_CLOSE_TIMEOUT)

    def _run(self) -> None:
        for function, future in iter(self._tasks.get, None):
            try:
                future.set_result(function())
            except BaseException as error:  # raised again by the thread that waits
                future.set_exception(error)


def until_picture(
    read: Callable[[float], T | None],
    reopen: Callable[[float], object],
    timeout: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Return what a camera or stream delivers; open it again while that is nothing.

    Args:
        read: Takes a time limit in seconds and returns a picture, or None where none comes.
        reopen: Takes a time limit in seconds, and opens the camera or stream again.
        timeout: Longest time without a picture, in seconds; it may be infinite.
        clock: Returns a time in seconds that never goes back.
        sleep: Waits for a number of seconds.

    Raises:
        TimeoutError: No picture came in time.

    >>> pictures = iter([None, "picture"])
    >>> until_picture(lambda limit: next(pictures), lambda limit: None, 10.0)
    'picture'
    """
    deadline = clock() + timeout
    while True:
        picture = read(deadline - clock())
        if picture is not None:
            return picture
        if clock() >= deadline:
            raise TimeoutError
        sleep(_RETRY_PAUSE)
        reopen(max(deadline - clock(), 0.0))


def no_picture(name: str, timeout: float) -> MediaError:
    """Return the error for a camera or stream that delivers nothing.

    >>> str(no_picture("camera 0", 10.0))
    'No picture arrived from camera 0 within 10 s. Check its cable or network and start again.'
    """
    return MediaError(
        f"No picture arrived from {name} within {timeout:.0f} s.",
        hint="Check its cable or network and start again.",
    )
