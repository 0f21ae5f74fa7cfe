"""Samples of what is in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def evenly_spaced(items: Sequence[T], count: int) -> list[T]:
    """So many of them at most, in order and equally far apart, the first and the last included; all where there are fewer.

    Args:
        items: Any number.
        count: At least 1.
    """
    return [items[round(each)] for each in np.linspace(0, len(items) - 1, min(count, len(items)))]
