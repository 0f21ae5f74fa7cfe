"""Signals that ask the program to end: Ctrl-C, ``kill``, and a terminal that is closed."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Windows has no SIGHUP.
ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def on_end(act: Callable[[], object]) -> Iterator[None]:
    """Call a function in this block whenever a signal asks the program to end.

    A signal that was ignored before stays ignored, as ``nohup`` wants it. May be nested; runs in the main thread only.
    """

    def receive(number: int, frame: object) -> None:
        if number not in (signal.SIGINT, signal.SIGTERM):
            _leave_terminal()
        act()

    before = {number: signal.getsignal(number) for number in ENDING}
    caught = {
        number: handler
        for number, handler in before.items()
        if handler not in (signal.SIG_IGN, None)
    }
    for number in caught:
        signal.signal(number, receive)
    try:
        yield
    finally:
        for number, handler in caught.items():
            if (
                signal.getsignal(number) is receive
            ):  # ignored by now: stays so until the process has ended
                signal.signal(number, handler)


def ignore() -> None:
    """Ignore all further signals that ask the program to end, so that files are closed undisturbed."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def _leave_terminal() -> None:
    """Send output nowhere: writing to a terminal that is closed fails, and would cut short the saving of files."""
    for stream in (1, 2):
        if stat.S_ISCHR(os.fstat(stream).st_mode):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream)
            os.close(nowhere)
