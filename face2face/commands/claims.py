"""Keep two runs from writing one output at the same time."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from face2face.errors import OptionError

#: Places in the file of locks that this process holds.
_held: set[int] = set()
_guard = threading.Lock()


@contextmanager
def claimed(outputs: Iterable[Path]) -> Iterator[None]:
    """Claim outputs for this process until the block ends.

    A claim is a lock on one byte of an empty file in the system's folder for temporary files. The
    byte's place is a hash of the output's path. The system drops the lock when the process ends,
    even if it is killed. Where the system has no such folder or no locks, nothing is claimed.

    Args:
        outputs: Files and folders; they needn't exist.

    Raises:
        OptionError: Another run has claimed one of them.

    >>> with claimed([Path("out.png")]):
    ...     pass
    """
    mine: list[int] = []
    try:
        for place, path in {_place(each): each for each in outputs}.items():
            if not _take(place):
                raise OptionError(
                    f"{path} is being written by another run.",
                    hint="Wait for it, or name another output.",
                )
            mine.append(place)
        yield
    finally:
        for place in mine:
            _drop(place)


def _place(path: Path) -> int:
    """Return a path's place in the file of locks: equal for all names of one file."""
    import hashlib

    name = os.path.normcase(os.path.realpath(path))
    return int.from_bytes(hashlib.blake2b(os.fsencode(name), digest_size=7).digest(), "big")


@cache
def _lock_file() -> int | None:
    """Return the open file of locks; None where it can't be opened.

    It is never closed: that would drop all locks of the process.
    """
    import tempfile

    user = os.getuid() if hasattr(os, "getuid") else ""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        return os.open(Path(tempfile.gettempdir(), f"face2face-{user}.lock"), flags, 0o600)
    except OSError:
        return None


def _take(place: int) -> bool:
    """Take the lock of a place; return False where a run has it, in this process or another."""
    with _guard:
        if place in _held:
            return False
        file = _lock_file()
        if file is not None:
            try:
                _lock(file, place, take=True)
            except (BlockingIOError, PermissionError):
                return False
            except OSError:  # The file system has no locks.
                pass
        _held.add(place)
        return True


def _drop(place: int) -> None:
    with _guard:
        _held.discard(place)
        file = _lock_file()
        if file is not None:
            with suppress(OSError):
                _lock(file, place, take=False)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int, place: int, take: bool) -> None:
        """Take or drop the lock of one byte, which may lie beyond the file's end."""
        os.lseek(file, place, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK if take else msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: int, place: int, take: bool) -> None:
        """Take or drop the lock of one byte, which may lie beyond the file's end."""
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB if take else fcntl.LOCK_UN, 1, place)
