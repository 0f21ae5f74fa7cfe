"""The standard streams: always open, and able to take any text."""

from __future__ import annotations

import io
import os
import stat
import sys
from contextlib import suppress
from typing import Any

#: Settings that keep libraries from writing messages for developers to standard error.
_SILENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
    "QT_LOGGING_RULES": "*.warning=false",
}


def prepare() -> None:
    """Open the standard streams that are closed, and let the output streams take any text.

    A letter that a terminal can't show is written as a number. Text that nobody reads is dropped:
    a command whose output goes to ``head`` still finishes its files.
    """
    for name, value in _SILENT.items():
        os.environ.setdefault(name, value)
    _open_closed()
    sys.stdout, sys.stderr = _prepared(sys.stdout, 1), _prepared(sys.stderr, 2)


def finish() -> None:
    """Write out what standard output still holds.

    Raises:
        OSError: It can't be written, for instance to a full disk. It is dropped then.
    """
    try:
        sys.stdout.flush()
    except OSError:
        _drop(1)
        raise


def say(line: str) -> None:
    """Write a line to standard error, if it can be written to."""
    with suppress(OSError):
        print(line, file=sys.stderr)


def _open_closed() -> None:
    """Connect closed streams to nothing. Else the next file to be opened would take their place."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest free number


def _prepared(stream: Any, number: int) -> Any:
    """Return a standard stream, or another one in its place where it was closed or is a pipe."""
    if stream is None:
        return open(number, "w", encoding="utf-8", closefd=False)
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    # Lines are written at once: an interrupted command has then said what it wrote.
    stream.reconfigure(errors="backslashreplace", line_buffering=True)
    if stream not in (sys.__stdout__, sys.__stderr__) or not _is_pipe(number):
        return stream
    return _Pipe(
        io.BufferedWriter(io.FileIO(number, "w", closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=True,
    )


def _is_pipe(number: int) -> bool:
    mode = os.fstat(number).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


class _Pipe(io.TextIOWrapper):
    """Text to another program. What is written after that program has ended is dropped."""

    def write(self, text: str) -> int:
        """Write text and return its length."""
        try:
            return super().write(text)
        except BrokenPipeError:
            _drop(self.fileno())
            return len(text)

    def flush(self) -> None:
        """Pass on all text so far."""
        try:
            super().flush()
        except BrokenPipeError:
            _drop(self.fileno())


def _drop(number: int) -> None:
    """Connect a stream to nothing from now on."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, number)
    os.close(null)
