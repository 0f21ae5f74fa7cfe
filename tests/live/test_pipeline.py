"""Steps that overlap, without cameras and without waiting for time to pass."""

import threading
from collections.abc import Callable, Iterator

import pytest

from face2face.live.pipeline import Ended, Slot, overlapped


def test_every_item_of_a_file_comes_through_in_order() -> None:
    results = [each for each in overlapped(range(100), [lambda x: x + 1, lambda x: 2 * x], live=False) if each is not None]
    assert results == [2 * (each + 1) for each in range(100)]


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

    results = [each for each in overlapped(camera(), [slow], live=True) if each is not None]
    assert results[-1] == 49
    assert len(results) <= 2, "forty-eight were passed over"


def test_steps_run_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=10)

    def meet_at(number: int) -> Callable[[int], int]:
        def step(item: int) -> int:
            if item == number:
                both.wait()
            return item

        return step

    # The second step has the first item while the first step has the second one, or the barrier breaks.
    results = overlapped([1, 2], [meet_at(2), meet_at(1)], live=False)
    assert [each for each in results if each is not None] == [1, 2]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_error_anywhere_is_raised_after_what_came_before(place: int) -> None:
    def failing(number: int) -> int:
        if number == 3:
            raise KeyError("three")
        return number

    def same(number: int) -> int:
        return number

    before = threading.active_count()
    items = map(failing, range(9)) if place == 0 else range(9)
    steps = [failing if place == 1 else same, failing if place == 2 else same]
    results = overlapped(items, steps, live=False)
    got = []
    with pytest.raises(KeyError, match="three"):
        got.extend(each for each in results if each is not None)
    assert threading.active_count() <= before


def test_leaving_early_ends_all_threads() -> None:
    before = threading.active_count()
    endless = iter(int, 1)
    results = overlapped(endless, [lambda x: x], live=False)
    next(results)
    results.close()
    assert threading.active_count() <= before


def test_nothing_new_is_said_so() -> None:
    go = threading.Event()

    def stalled() -> Iterator[int]:
        go.wait(10)
        yield 1

    results = overlapped(stalled(), [lambda x: x], live=True, wait=0.001)
    assert next(results) is None
    go.set()
    assert [each for each in results if each is not None] == [1]


def test_a_closed_slot_takes_nothing_and_gives_what_it_has() -> None:
    slot: Slot[int] = Slot()
    slot.put(1)
    slot.close()
    with pytest.raises(Ended):
        slot.put(2)
    assert slot.take() == 1
    with pytest.raises(Ended):
        slot.take()
