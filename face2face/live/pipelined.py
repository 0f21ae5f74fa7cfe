"""Steps that overlap: each runs in a thread of its own, with one item at most between two."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable
from typing import Any, Generic, TypeVar

S = TypeVar("S")
T = TypeVar("T")
#: Seconds to wait at the end for the threads, which may hang in a camera's driver.
_JOIN_TIMEOUT = 1.0


class Closed(Exception):  # noqa: N818  it is no error
    """A slot was closed and is empty."""


class Slot(Generic[T]):
    """Hands items from one thread to another, one at a time.

    >>> slot = Slot()
    >>> slot.put("frame")
    >>> slot.take()
    'frame'
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._items: list[T] = []
        self._closed = False
        self._error: BaseException | None = None

    def put(self, item: T) -> None:
        """Wait until the last item was taken, then add one: no item is lost.

        Raises:
            Closed: The slot was closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._items)
            self._set(item)

    def replace(self, item: T) -> None:
        """Add an item in place of one that wasn't taken yet: no item is old.

        Raises:
            Closed: The slot was closed.
        """
        with self._changed:
            self._set(item)

    def _set(self, item: T) -> None:
        if self._closed:
            raise Closed
        self._items[:] = [item]
        self._changed.notify_all()

    def take(self, timeout: float | None = None) -> T:
        """Return the next item, also one that was added before the slot was closed.

        Args:
            timeout: Seconds to wait; None to wait without end.

        Raises:
            TimeoutError: No item came.
            Closed: The slot was closed without an error.
            BaseException: The slot was closed with this error.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._closed or self._items, timeout):
                raise TimeoutError
            if self._items:
                item = self._items.pop()
                self._changed.notify_all()
                return item
            raise self._error or Closed

    def close(self, error: BaseException | None = None) -> None:
        """Refuse further items; :meth:`take` then raises the error, or :class:`Closed`."""
        with self._changed:
            if not self._closed:
                self._closed, self._error = True, error
                self._changed.notify_all()


def pipelined(
    items: Iterable[S], step: Callable[[S], T], live: bool, wait: float = 0.05
) -> Generator[T | None]:
    """Yield the results of a step while the next items come and the caller works.

    Args:
        items: Iterated over in a thread of its own.
        step: A function of one item, called in another thread.
        live: Skip an item when a newer one has come, as with a camera; otherwise take all.
        wait: Seconds without a result after which ``None`` is yielded, so that the caller can do
            something else.

    Raises:
        BaseException: Raised by the items or by the step, after all earlier results.

    >>> [each for each in pipelined([1, 2, 3], lambda x: 2 * x, live=False) if each is not None]
    [2, 4, 6]
    """
    taken: Slot[S] = Slot()
    done: Slot[T] = Slot()

    def feed() -> None:
        for item in items:
            (taken.replace if live else taken.put)(item)

    def work() -> None:
        while True:
            result = step(taken.take())
            (done.replace if live else done.put)(result)

    threads = [_start(feed, taken), _start(work, done)]
    try:
        while True:
            try:
                yield done.take(wait)
            except TimeoutError:
                yield None
    except Closed:
        return
    finally:
        for slot in (taken, done):
            slot.close()
        deadline = time.monotonic() + _JOIN_TIMEOUT
        for thread in threads:
            thread.join(max(deadline - time.monotonic(), 0.0))


def _start(function: Callable[[], None], slot: Slot[Any]) -> threading.Thread:
    """Run a function in a thread, and close its slot when it ends, with its error if any."""

    def run() -> None:
        try:
            function()
        except Closed:
            slot.close()
        except BaseException as error:  # raised again by the thread that takes
            slot.close(error)
        else:
            slot.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread
