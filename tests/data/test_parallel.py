import threading
import time

import pytest

from face2face.data.parallel import in_parallel


def test_results_come_in_order() -> None:
    def work(number: int) -> int:
        time.sleep(0.002 * (number % 3))
        return number * number

    assert list(in_parallel(work, range(30), workers=4)) == [
        number * number for number in range(30)
    ]


def test_items_are_taken_only_as_they_are_needed() -> None:
    taken = []

    def items():  # type: ignore[no-untyped-def]
        for number in range(1000):
            taken.append(number)
            yield number

    results = in_parallel(lambda number: number, items(), workers=2)
    assert next(results) == 0
    assert len(taken) <= 10


def test_what_has_not_begun_is_not_done_after_an_error() -> None:
    done, lock = [], threading.Lock()

    def work(number: int) -> None:
        if number == 0:
            raise RuntimeError("first")
        time.sleep(0.05)
        with lock:
            done.append(number)

    with pytest.raises(RuntimeError, match="first"):
        list(in_parallel(work, range(1000), workers=2))
    assert len(done) <= 8
