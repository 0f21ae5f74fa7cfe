"""The keys of a window: what each one does, and a help text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Keys(Generic[T]):
    """The actions that keys have on an object.

    Args:
        actions: Key -> description of a few words, and function of the object.

    >>> keys = Keys({"c": ("clear", list.clear), " ": ("reverse", list.reverse)})
    >>> numbers = [1, 2]
    >>> keys.press(numbers, " ")
    >>> numbers
    [2, 1]
    >>> keys.help()
    ['c   clear', 'space   reverse']
    """

    def __init__(self, actions: dict[str, tuple[str, Callable[[T], object]]]) -> None:
        self._actions = actions

    def __iter__(self) -> Iterator[str]:
        return iter(self._actions)

    def press(self, target: T, key: str) -> None:
        """Apply a key's action to an object; unknown keys do nothing."""
        if key in self._actions:
            self._actions[key][1](target)

    def help(self) -> list[str]:
        """Return a line for each key: its name and its description."""
        return [
            f"{key.replace(' ', 'space')}   {description}"
            for key, (description, _) in self._actions.items()
        ]
