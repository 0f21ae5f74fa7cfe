"""Work that overlaps: each part in a thread of its own, with at most one item waiting between two of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable
from typing import Any, Generic, TypeVar

S = TypeVar("S")
T = TypeVar("T")
#: Seconds for which a thread is waited for that may hang in a camera's driver.
_FAREWELL = 1.0


class Closed(Exception):  # noqa: N818  it is no error
    """Nothing more comes through a slot."""


class Slot(Generic[T]):
    """Hands items from one thread to another, one at a time."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._items: list[T] = []
        self._ended = False
        self._error: BaseException | None = None

    def put(self, item: T) -> None:
        """Waits until the last item was taken, so that none is missed.

        Raises:
            Ended: The slot was closed.
        """
        with self._change:
            self._change.wait_for(lambda: self._ended or not self._items)
            self._set(item)

    def replace(self, item: T) -> None:
        """Takes the place of an item that wasn't taken yet, so that none is stale.

        Raises:
            Ended: The slot was closed.
        """
        with self._change:
            self._set(item)

    def _set(self, item: T) -> None:
        if self._ended:
            raise Closed
        self._items[:] = [item]
        self._change.notify_all()

    def take(self, wait: float | None = None) -> T:
        """The next item, those put before the slot was closed included.

        Args:
            wait: Seconds; None for as long as it takes.

        Raises:
            TimeoutError: None came.
            Ended: The slot was closed.
            BaseException: The slot was closed with this error.
        """
        with self._change:
            if not self._change.wait_for(lambda: self._ended or self._items, wait):
                raise TimeoutError
            if self._items:
                item = self._items.pop()
                self._change.notify_all()
                return item
            raise self._error or Closed

    def close(self, error: BaseException | None = None) -> None:
        """Lets nothing more in; whoever takes gets the error, if there is one, or :class:`Ended`."""
        with self._change:
            if not self._ended:
                self._ended, self._error = True, error
                self._change.notify_all()


def pipelined(
    items: Iterable[S], step: Callable[[S], T], live: bool, wait: float = 0.05
) -> Generator[T | None]:
    """Items put through a step while the next ones come and the caller works on the last one.

    Args:
        items: Where they come from; iterated over in a thread of its own.
        step: A function of one item, called in another.
        live: Whether an item that comes late is passed over for a newer one, as with a camera, or every one is wanted.
        wait: Seconds after which, if nothing came, a ``None`` is yielded, so that the caller can do something else.

    Raises:
        BaseException: What the items or the step raised, once the results before it were yielded.
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

    def until_over(run: Callable[[], None], to: Slot[Any]) -> None:
        try:
            run()
        except Closed:
            to.close()
        except BaseException as error:  # raised again by whoever takes
            to.close(error)
        else:
            to.close()

    threads = [
        threading.Thread(target=until_over, args=each, daemon=True)
        for each in ((feed, taken), (work, done))
    ]
    for thread in threads:
        thread.start()
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
        for thread in threads:
            thread.join(_FAREWELL)
