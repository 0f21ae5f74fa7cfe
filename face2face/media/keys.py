"""Keys of a window: what each does, and the help that lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Keys(Generic[T]):
    """What can be done to something with keys.

    Args:
        acts: Character -> what it does, in a few words, and what does it.
    """

    def __init__(self, acts: dict[str, tuple[str, Callable[[T], object]]]) -> None:
        self._acts = acts

    def __iter__(self) -> Iterator[str]:
        return iter(self._acts)

    def press(self, what: T, key: str) -> None:
        """Does what a key says; one that says nothing does nothing."""
        if key in self._acts:
            self._acts[key][1](what)

    def help(self) -> list[str]:
        """What each key does, a line a key."""
        return [f"{key.replace(' ', 'space')}   {does}" for key, (does, _) in self._acts.items()]
