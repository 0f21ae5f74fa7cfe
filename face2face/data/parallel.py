"""Work on all cores, a few items ahead. Threads: OpenCV, dlib and SciPy let go of Python's lock."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_parallel(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int | None = None
) -> Iterator[Result]:
    """The results of ``work`` for each item, in their order.

    Unlike ``Executor.map`` it takes items only as they are needed, so that a long video doesn't fill the memory, and when it is
    left early, by an error or Ctrl-C, what hasn't begun is never done.

    Args:
        work: May be called from several threads at once.
        items: Taken one after another, from the calling thread.
        workers: Threads; None for one a core.
    """
    threads = workers or os.cpu_count() or 1
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= 4 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
