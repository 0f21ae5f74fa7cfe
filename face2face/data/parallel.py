"""Work on all cores with threads: OpenCV, dlib and SciPy release Python's lock."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Number of items per thread that are in work or wait for the caller.
_AHEAD = 4


def in_parallel(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int | None = None
) -> Iterator[Result]:
    """Yield the result of ``work`` for each item, in their order.

    Unlike ``Executor.map`` it takes items only as they are needed, so that a long video does not
    fill the memory. When it is left early, by an error or Ctrl-C, work that has not begun is
    cancelled.

    Args:
        work: Function of an item, called from several threads at once.
        items: Taken one after another, in the calling thread.
        workers: Number of threads; None for one per core.

    >>> list(in_parallel(lambda number: 2 * number, range(3)))
    [0, 2, 4]
    """
    threads = workers or os.cpu_count() or 1
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= _AHEAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
