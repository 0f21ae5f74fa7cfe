from hypothesis import given
from hypothesis import strategies as st

from face2face.sample import evenly_spaced


def test_the_first_and_the_last_item_are_among_them() -> None:
    assert evenly_spaced("abcdefghi", 3) == ["a", "e", "i"]


def test_a_sample_of_one_is_the_first_item() -> None:
    assert evenly_spaced(range(5), 1) == [0]


@given(st.integers(0, 200), st.integers(1, 200))
def test_a_sample_is_in_order_and_no_longer_than_its_source(available: int, count: int) -> None:
    chosen = evenly_spaced(range(available), count)
    assert len(chosen) == min(available, count)
    assert chosen == sorted(set(chosen))
