"""Steps that overlap: each in a thread of its own, with at most one item waiting between two of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
#: Seconds for which a thread is waited for that may hang in a camera's driver.
_FAREWELL = 1.0


class Ended(Exception):  # noqa: N818  it is no error
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
            raise Ended
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
            raise self._error or Ended

    def close(self, error: BaseException | None = None) -> None:
        """Lets nothing more in; whoever takes gets the error, if there is one, or :class:`Ended`."""
        with self._change:
            if not self._ended:
                self._ended, self._error = True, error
                self._change.notify_all()


def overlapped(items: Iterable[Any], steps: list[Callable[[Any], Any]], live: bool, wait: float = 0.05) -> Generator[Any]:
    """Items put through steps that run at the same time, each in a thread of its own.

    Args:
        items: Where they come from; iterated over in a thread too.
        steps: Functions of one item, in order.
        live: Whether an item that comes late is passed over for a newer one, as with a camera, or every one is wanted.
        wait: Seconds after which, if nothing came, a ``None`` is yielded, so that the caller can do something else.

    Raises:
        BaseException: What the items or a step raised, once the results before it were yielded.
    """
    slots: list[Slot[Any]] = [Slot() for _ in range(len(steps) + 1)]

    def feed() -> None:
        for item in items:
            hand(slots[0], item)

    def work(step: Callable[[Any], Any], source: Slot[Any], to: Slot[Any]) -> Callable[[], None]:
        def run() -> None:
            while True:
                hand(to, step(source.take()))

        return run

    def hand(slot: Slot[Any], item: Any) -> None:
        (slot.replace if live else slot.put)(item)

    def until_done(run: Callable[[], None], to: Slot[Any]) -> None:
        try:
            run()
        except Ended:
            to.close()
        except BaseException as error:  # raised again by whoever takes
            to.close(error)
        else:
            to.close()

    runs = [feed, *(work(step, slots[place], slots[place + 1]) for place, step in enumerate(steps))]
    threads = [threading.Thread(target=until_done, args=pair, daemon=True) for pair in zip(runs, slots, strict=True)]
    for thread in threads:
        thread.start()
    try:
        while True:
            try:
                yield slots[-1].take(wait)
            except TimeoutError:
                yield None
    except Ended:
        return
    finally:
        for slot in slots:
            slot.close()
        for thread in threads:
            thread.join(_FAREWELL)
