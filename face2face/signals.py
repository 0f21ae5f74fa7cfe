"""Signals that ask the program to end: Ctrl-C, ``kill``, and a closed terminal."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: The signals that ask the program to end. Windows has no SIGHUP.
_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def on_end(act: Callable[[], object]) -> Iterator[None]:
    """Call a function whenever a signal asks the program to end, within a block.

    Signals that were ignored before stay ignored, as ``nohup`` requires. Blocks may be nested. Use
    it in the main thread only.

    Args:
        act: The function. It may raise an exception, which then leaves the block.
    """

    def receive(number: int, frame: object) -> None:
        if number not in (signal.SIGINT, signal.SIGTERM):
            _leave_terminal()
        act()

    before = {number: signal.getsignal(number) for number in _SIGNALS}
    replaced = {
        number: handler
        for number, handler in before.items()
        if handler not in (signal.SIG_IGN, None)
    }
    for number in replaced:
        signal.signal(number, receive)
    try:
        yield
    finally:
        for number, handler in replaced.items():
            # A signal ignored in the meantime stays ignored until the process ends.
            if signal.getsignal(number) is receive:
                signal.signal(number, handler)


def ignore() -> None:
    """Ignore further signals that ask the program to end, so that files can be closed."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _leave_terminal() -> None:
    """Discard output to a terminal. Writing to a closed one fails, and would stop the saving."""
    for stream in (1, 2):
        if stat.S_ISCHR(os.fstat(stream).st_mode):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream)
            os.close(null)
