"""Signals that ask the program to end: Ctrl-C, ``kill``, and a closed terminal."""

from __future__ import annotations

import os
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: The signals that ask the program to end. Windows has no SIGHUP.
_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
#: Seconds in which the main thread must answer a signal. With the end itself, it makes two.
_ANSWER_SECONDS = 1.5


@contextmanager
def on_end(act: Callable[[], object]) -> Iterator[None]:
    """Call a function whenever a signal asks the program to end, within a block.

    Signals that were ignored before stay ignored, as ``nohup`` requires. Blocks may be nested. The
    inner one may take long to answer, as a training step does. Use it in the main thread only.

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
    watched = signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        signal.set_wakeup_fd(watched, warn_on_full_buffer=False)
        for number, handler in replaced.items():
            # A signal ignored in the meantime stays ignored until the process ends.
            if signal.getsignal(number) is receive:
                signal.signal(number, handler)


@contextmanager
def interruptible(end: Callable[[], object]) -> Iterator[None]:
    """Raise KeyboardInterrupt when a signal asks the program to end, within a block.

    Further signals are ignored, so that files can be closed. Python calls a handler between two of
    its own instructions only: a library that opens a silent stream can delay it for half a minute.
    Then ``end`` is called. Use it in the main thread only.

    Args:
        end: Ends the program. It is called in another thread when the main one doesn't answer.
    """
    answered = threading.Event()

    def interrupt() -> None:
        answered.set()
        ignore()
        raise KeyboardInterrupt

    with on_end(interrupt), _watched(answered, end):
        yield


@contextmanager
def _watched(answered: threading.Event, end: Callable[[], object]) -> Iterator[None]:
    """Call ``end`` in a thread if a signal comes in a block and isn't answered in time."""
    # The system writes each signal's number here, whatever the main thread does.
    read, write = os.pipe()
    if os.name == "posix":
        os.set_blocking(write, False)

    def wait_for_answer() -> None:
        while number := os.read(read, 1):
            if number[0] in _SIGNALS and not answered.wait(_ANSWER_SECONDS):
                end()
        os.close(read)

    threading.Thread(target=wait_for_answer, daemon=True, name="signals").start()
    before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before, warn_on_full_buffer=False)
        os.close(write)


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
