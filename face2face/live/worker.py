"""WorkerProcess: a second process for functions of pictures.

This module imports no NumPy, so that the process starts before the large imports.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from face2face import signals
from face2face.errors import FaceError

if TYPE_CHECKING:
    from face2face.image import Image

T = TypeVar("T")
#: Seconds to wait at the end for the process before it is killed.
_JOIN_TIMEOUT = 1.0


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

    def bind(self, make: Callable[[], Callable[[Image], T]]) -> Callable[[Image], T]:
        """Return a function of one picture that runs in the process; one for each process.

        Args:
            make: Returns the function, in the process; picklable.

        Returns:
            A function of a uint8 picture. It raises the error of ``prepare``, of ``make`` or of the
            function itself. It raises :class:`FaceError` where the process has ended, or where
            there is no memory to share with it.
        """
        # A process that has ended shows at the first call.
        with suppress(OSError):
            self._pipe.send(make)
        return self._call

    def _call(self, photo: Image) -> Any:
        import numpy as np

        # Shared memory is faster than the pipe, which passes a picture on in small pieces.
        shared = self._reserve(photo.nbytes)
        np.ndarray(photo.shape, np.uint8, shared.buf)[...] = photo
        # A process that has failed sent its error before it ended.
        with suppress(OSError):
            self._pipe.send((shared.name, photo.shape))
        try:
            answer: Any = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise FaceError(
                "The process that finds faces has ended.", hint="Start again."
            ) from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _reserve(self, size: int) -> SharedMemory:
        """Return memory that both processes share, of at least some bytes."""
        if self._shared is None or self._shared.size < size:
            self._release()
            try:
                self._shared = SharedMemory(create=True, size=size)
            except OSError as error:
                raise FaceError(
                    f"There are no {size} bytes of shared memory: {error}.",
                    hint="Free some; on Linux they lie in /dev/shm.",
                ) from error
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


def _serve(prepare: Callable[[], object], pipe: Connection) -> None:
    """Answer calls in the process until the other end of the pipe is closed."""
    # Ctrl-C and a closed terminal reach both processes; the main one ends this one.
    signals.ignore()
    import numpy as np

    shared: SharedMemory | None = None
    with suppress(EOFError, OSError):
        try:
            prepare()
            function = pipe.recv()()
            while True:
                name, shape = pipe.recv()
                if shared is None or shared.name != name:
                    if shared is not None:
                        shared.close()
                    shared = SharedMemory(name)
                # A copy: the other end may release the memory meanwhile.
                pipe.send(function(np.ndarray(shape, np.uint8, shared.buf).copy()))
        except Exception as error:
            pipe.send(error)
    if shared is not None:
        shared.close()
