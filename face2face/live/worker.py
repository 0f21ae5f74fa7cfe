"""WorkerProcess: a second process for functions of pictures.

This module imports no NumPy, so that the process starts before the large imports.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from face2face import signals
from face2face.errors import FaceError

if TYPE_CHECKING:
    from face2face.image import Image

T = TypeVar("T")
#: Seconds to wait at the end for the process before it is killed.
_JOIN_TIMEOUT = 0.5
#: Seconds in which the process must answer: a search takes a tenth of one on a slow machine.
_ANSWER_SECONDS = 4.0
#: The same for its first answer: it loads 100 MB before, perhaps from a slow disk.
_START_SECONDS = 60.0
#: Seconds of one wait for an answer. A machine that slept meanwhile loses one wait at most.
_WAIT = 0.1
#: Folder in which Linux keeps shared memory.
_SHARED_MEMORY = Path("/dev/shm")


class WorkerProcess:
    """A second process that runs one function of pictures.

    A context manager: the process ends with it, or with this program. dlib holds Python's lock
    while it searches; in a thread it would stop all others.

    Args:
        prepare: Called in the process at once, before the function is known; picklable.
    """

    def __init__(self, prepare: Callable[[], object]) -> None:
        # A forked process would inherit the locks of other threads in any state.
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(prepare, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._shared: SharedMemory | None = None
        self._patience = _START_SECONDS

    def bind(self, make: Callable[[], Callable[[Image], T]]) -> Callable[[Image], T]:
        """Return a function of one picture that runs in the process; one for each process.

        Args:
            make: Returns the function, in the process; picklable.

        Returns:
            A function of a uint8 picture. It raises the error of ``prepare``, of ``make`` or of the
            function itself, and :class:`FaceError` where the process has ended or doesn't answer.
        """
        # A process that has ended shows at the first call.
        with suppress(OSError):
            self._pipe.send(make)
        return self._call

    def _call(self, photo: Image) -> Any:
        # A process that has failed sent its error before it ended.
        with suppress(OSError):
            self._send(photo)
        try:
            answer: Any = self._answer()
        except (EOFError, OSError) as error:
            raise FaceError(
                "The process that finds faces has ended.", hint="Start again."
            ) from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _send(self, photo: Image) -> None:
        """Send a picture through shared memory, or through the pipe where there is none left.

        Shared memory is faster than the pipe, which passes a picture on in small pieces.
        """
        import numpy as np

        shared = self._reserve(photo.nbytes)
        if shared is None:
            self._pipe.send((None, photo.shape))
            self._pipe.send_bytes(photo.tobytes())
            return
        np.ndarray(photo.shape, np.uint8, shared.buf)[...] = photo
        self._pipe.send((shared.name, photo.shape))

    def _answer(self) -> Any:
        """Return the process's next answer.

        Raises:
            FaceError: It doesn't answer.
        """
        for _ in range(round(self._patience / _WAIT)):
            if self._pipe.poll(_WAIT):
                self._patience = _ANSWER_SECONDS
                return self._pipe.recv()
        raise FaceError("The process that finds faces doesn't answer.", hint="Start again.")

    def _reserve(self, size: int) -> SharedMemory | None:
        """Return memory that both processes share, of at least some bytes; None if none is left."""
        if self._shared is None or self._shared.size < size:
            self._release()
            try:
                self._shared = SharedMemory(create=True, size=size)
                _claim(self._shared)
            except OSError:
                self._release()
        return self._shared

    def _release(self) -> None:
        if self._shared is not None:
            self._shared.close()
            self._shared.unlink()
            self._shared = None

    def __enter__(self) -> WorkerProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pipe.close()
        self._process.join(_JOIN_TIMEOUT)
        self._process.kill()
        self._release()


def _claim(shared: SharedMemory) -> None:
    """Claim shared memory now. Linux gives it at the first write, and kills where none is left.

    Raises:
        OSError: There isn't enough.
    """
    if sys.platform == "linux":
        with (_SHARED_MEMORY / shared.name).open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, shared.size)


def _serve(prepare: Callable[[], object], pipe: Connection) -> None:
    """Answer calls in the process until the other end of the pipe is closed."""
    # Ctrl-C and a closed terminal reach both processes; the main one ends this one.
    signals.ignore()
    with suppress(EOFError, OSError):
        try:
            prepare()
            function = pipe.recv()()
            receive = _Receiver(pipe)
            while True:
                pipe.send(function(receive()))
        except Exception as error:
            pipe.send(error)


class _Receiver:
    """Receives pictures, see :meth:`WorkerProcess._send`.

    Args:
        pipe: The process's end of the pipe.
    """

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._shared: SharedMemory | None = None

    def __call__(self) -> Image:
        """Return the next picture."""
        import numpy as np

        name, shape = self._pipe.recv()
        if name is None:
            return np.frombuffer(self._pipe.recv_bytes(), np.uint8).reshape(shape)
        if self._shared is None or self._shared.name != name:
            if self._shared is not None:
                self._shared.close()
            self._shared = SharedMemory(name)
        # A copy: the other end may release the memory meanwhile.
        return np.ndarray(shape, np.uint8, self._shared.buf).copy()
