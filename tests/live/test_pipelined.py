"""Steps that overlap, without cameras and without waiting for time to pass."""

import threading
from collections.abc import Iterator

import pytest

from face2face.live.pipelined import Closed, Slot, pipelined


def test_every_item_of_a_file_comes_through_in_order() -> None:
    results = [
        each for each in pipelined(range(100), lambda x: 2 * x, live=False) if each is not None
    ]
    assert results == [2 * each for each in range(100)]


def test_a_slow_step_of_a_camera_gets_the_newest_item() -> None:
    seen_all, may_go = threading.Event(), threading.Event()
    first = threading.Event()

    def camera() -> Iterator[int]:
        yield 0
        first.wait(10)
        yield from range(1, 50)
        seen_all.set()
        may_go.wait(10)

    def slow(item: int) -> int:
        if item == 0:
            first.set()
            seen_all.wait(10)
        else:
            may_go.set()
        return item

    results = [each for each in pipelined(camera(), slow, live=True) if each is not None]
    assert results[-1] == 49
    assert len(results) <= 2, "forty-eight were passed over"


def test_the_step_runs_while_the_caller_works() -> None:
    both = threading.Barrier(2, timeout=10)

    def meet_at_two(item: int) -> int:
        if item == 2:
            both.wait()
        return item

    results = pipelined([1, 2], meet_at_two, live=False)
    assert next(each for each in results if each is not None) == 1
    # The step has the second item while the caller still has the first, or the barrier breaks.
    both.wait()
    assert [each for each in results if each is not None] == [2]


@pytest.mark.parametrize("place", ["items", "step"])
def test_an_error_anywhere_is_raised_after_what_came_before(place: str) -> None:
    def failing(number: int) -> int:
        if number == 3:
            raise KeyError("three")
        return number

    before = threading.active_count()
    items = map(failing, range(9)) if place == "items" else range(9)
    results = pipelined(items, failing if place == "step" else int, live=False)
    got = []
    with pytest.raises(KeyError, match="three"):
        got.extend(each for each in results if each is not None)
    assert got == [0, 1, 2]
    assert threading.active_count() <= before


def test_leaving_early_ends_all_threads() -> None:
    before = threading.active_count()
    endless = iter(int, 1)
    results = pipelined(endless, int, live=False)
    next(results)
    results.close()
    assert threading.active_count() <= before


def test_none_is_yielded_while_nothing_comes() -> None:
    go = threading.Event()

    def stalled() -> Iterator[int]:
        go.wait(10)
        yield 1

    results = pipelined(stalled(), int, live=True, wait=0.001)
    assert next(results) is None
    go.set()
    assert [each for each in results if each is not None] == [1]


def test_a_closed_slot_takes_nothing_and_gives_what_it_has() -> None:
    slot: Slot[int] = Slot()
    slot.put(1)
    slot.close()
    with pytest.raises(Closed):
        slot.put(2)
    assert slot.take() == 1
    with pytest.raises(Closed):
        slot.take()
