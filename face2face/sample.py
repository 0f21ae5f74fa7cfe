"""Samples of a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def evenly_spaced(items: Sequence[T], count: int) -> list[T]:
    """Return items at equal distances, in order, with the first and the last among them.

    Args:
        items: Any number of items.
        count: How many to return, at least 1; all where there are fewer.

    >>> evenly_spaced("abcde", 3)
    ['a', 'c', 'e']
    """
    return [items[round(each)] for each in np.linspace(0, len(items) - 1, min(count, len(items)))]
