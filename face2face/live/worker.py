"""Work in a process of its own, beside the rest of the program.

NumPy is imported by what needs it: the process begins before that.
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
#: Seconds for which the process is waited for at the end.
_FAREWELL = 1.0


class WorkerProcess:
    """A process beside this one for functions of pictures. A context manager: it ends with it, or with this process.

    dlib keeps Python's lock while it searches: in a thread, all others would wait for it.

    Args:
        prepare: Called there at once, while it isn't known yet what to do; must be picklable.
    """

    def __init__(self, prepare: Callable[[], object]) -> None:
        # A forked process would inherit threads' locks as they happen to be; Windows and macOS know only fresh ones.
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(prepare, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._shared: SharedMemory | None = None

    def bind(self, make: Callable[[], Callable[[Image], T]]) -> Callable[[Image], T]:
        """A function of pictures that is made and called there; one for each process.

        Args:
            make: Makes it, there; must be picklable.

        Returns:
            It raises what preparing, making or calling raised, and :class:`FaceError` where the process ended or there is no memory
            to share with it.
        """
        # A process that has ended is told of when it is asked.
        with suppress(OSError):
            self._pipe.send(make)
        return self._ask

    def _ask(self, photo: Image) -> Any:
        import numpy as np

        # Through the pipe a picture would go in pieces, each waited for: as long again as finding a face in it.
        shared = self._memory(photo.nbytes)
        np.ndarray(photo.shape, np.uint8, shared.buf)[...] = photo
        # A process that has failed sent the reason before it ended.
        with suppress(OSError):
            self._pipe.send((shared.name, photo.shape))
        try:
            answer: Any = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise FaceError(
                "faces are sought in a process beside this one", "its end", "start again"
            ) from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _memory(self, size: int) -> SharedMemory:
        """Memory that both processes see, of at least so many bytes."""
        if self._shared is None or self._shared.size < size:
            self._forget()
            try:
                self._shared = SharedMemory(create=True, size=size)
            except OSError as error:
                rule = f"{size} bytes of memory can be shared with another process"
                raise FaceError(
                    rule, str(error), "make room where the system keeps it, on Linux in /dev/shm"
                ) from error
        return self._shared

    def _forget(self) -> None:
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
        self._process.join(_FAREWELL)
        self._process.kill()
        self._forget()


def _serve(prepare: Callable[[], object], pipe: Connection) -> None:
    """Answers until the other end is closed."""
    # Ctrl-C goes to both processes, as does a closed terminal; the other one ends this one.
    signals.ignore()
    import numpy as np

    shared: SharedMemory | None = None
    with suppress(EOFError, OSError):
        try:
            prepare()
            work = pipe.recv()()
            while True:
                name, shape = pipe.recv()
                if shared is None or shared.name != name:
                    if shared is not None:
                        shared.close()
                    shared = SharedMemory(name)
                # Copied, so that nothing of it is held when the other end lets it go.
                pipe.send(work(np.ndarray(shape, np.uint8, shared.buf).copy()))
        except Exception as error:
            pipe.send(error)
    if shared is not None:
        shared.close()
