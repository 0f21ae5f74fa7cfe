"""Work in a process of its own, beside the rest of the program."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Generic, TypeVar

import cv2
import numpy as np

from face2face.errors import FaceError
from face2face.image import Image

T = TypeVar("T")
#: Seconds for which the process is waited for at the end.
_FAREWELL = 1.0


class Apart(Generic[T]):
    """A function of pictures in a process of its own. A context manager: the process ends with it, or with this one.

    dlib keeps Python's lock while it searches: in a thread, all others would wait for it.

    Args:
        make: Makes the function, there; must be picklable.
    """

    def __init__(self, make: Callable[[], Callable[[Image], T]]) -> None:
        # A forked process would inherit threads' locks as they happen to be; Windows and macOS know only fresh ones.
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(make, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def __call__(self, photo: Image) -> T:
        """The function's answer.

        Raises:
            Exception: What making it or calling it raised.
            FaceError: The process ended.
        """
        try:
            self._pipe.send(photo.shape)
            self._pipe.send_bytes(np.ascontiguousarray(photo).data.cast("B"))
            answer: Any = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise FaceError("faces are sought in a process beside this one", "its end", "start again") from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def __enter__(self) -> Apart[T]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pipe.close()
        self._process.join(_FAREWELL)
        self._process.kill()


def _serve(make: Callable[[], Callable[[Image], Any]], pipe: Connection) -> None:
    """Answers until the other end is closed."""
    # Ctrl-C goes to both; the other one ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    with suppress(EOFError, OSError):
        try:
            work = make()
            while True:
                shape = pipe.recv()
                pipe.send(work(np.frombuffer(pipe.recv_bytes(), np.uint8).reshape(shape)))
        except Exception as error:
            pipe.send(error)
