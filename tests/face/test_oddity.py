"""What looks otherwise than others in nearly the same pose."""

import numpy as np
import pytest
from numpy.typing import NDArray

from face2face.face.oddity import oddity


def on_a_line(places: list[float]) -> NDArray[np.floating]:
    """How far apart poses are that differ in one number."""
    return np.abs(np.subtract.outer(places, places)).astype(np.float64)


def grey(*levels: int) -> NDArray[np.uint8]:
    return np.stack([np.full((4, 4, 3), level, np.uint8) for level in levels])


def test_the_one_that_was_misread_is_odd() -> None:
    # Nine that grow brighter as they move, and one that is bright where all around it are dark.
    looks = grey(*range(0, 90, 10), 200)
    found = oddity(looks, on_a_line([*range(9), 0.5]))
    assert found.argmax() == 9
    assert found[9] == 3
    assert found[:9].max() < 1.5


def test_what_is_alike_is_not_odd() -> None:
    assert (oddity(grey(*[90] * 12), on_a_line(list(range(12)))) == 0).all()


def test_three_times_as_far_off_as_usual_is_two() -> None:
    # By turns dark and bright, each ten grey levels from the median of those around it; the last one is thirty from it.
    found = oddity(grey(*[0, 20] * 9, 0, 40), on_a_line(list(range(20))))
    assert found[-1] == pytest.approx(2)
    assert (found[4:15] == 0).all()


@pytest.mark.parametrize("count", [1, 2, 8])
def test_of_few_nobody_can_say(count: int) -> None:
    assert (oddity(grey(*range(0, 30 * count, 30)), np.zeros((count, count))) == 0).all()
