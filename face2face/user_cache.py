"""Files that take long to make, kept in the user's cache folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from platformdirs import user_cache_path

from face2face.errors import MediaError
from face2face.files import atomic_write

T = TypeVar("T")
#: Name of the folder of kept targets in the cache.
_TARGETS = "targets"
#: Largest kept file, in bytes: the largest one of ours has 2,900,000.
_MAX_BYTES = 8_000_000
#: Permissions of a kept file: only the user reads and writes it.
_PRIVATE = 0o600


def cache_dir() -> Path:
    """Return the program's folder in the user's cache; it may be missing."""
    return user_cache_path("face2face", appauthor=False)


def targets_dir() -> Path:
    """Return the folder of the targets that are kept; it may be missing."""
    return cache_dir() / _TARGETS


def cached(
    name: str, load: Callable[[bytes], T], make: Callable[[], T], dump: Callable[[T], bytes]
) -> T:
    """Return something that is kept in the user's cache; make it where it isn't there.

    A file is kept behind its checksum. It is made anew where it is missing, damaged or can't be
    loaded, or is not a regular file that only this user can write. Without a writable cache,
    nothing is kept.

    Args:
        name: Name of the file.
        load: Returns the thing from its bytes; raises ValueError or RuntimeError where it can't.
        make: Returns it anew.
        dump: Returns its bytes.
    """
    path = cache_dir() / name
    with suppress(OSError, ValueError, RuntimeError):
        return load(_read_checked(path))
    made = make()
    with suppress(OSError, MediaError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as temporary:
            content = dump(made)
            temporary.write_bytes(sha256(content).digest() + content)
            temporary.chmod(_PRIVATE)
    return made


def _read_checked(path: Path) -> bytes:
    """Return the bytes behind the checksum with which a file begins.

    Raises:
        OSError: The file can't be read, or is a link.
        ValueError: It is no regular file, too large, of another user, writable by others, or its
            bytes don't match the checksum.
    """
    with open(path, "rb", opener=_open_file) as file:  # a Path has no opener
        status = os.fstat(file.fileno())
        owner = getattr(os, "getuid", lambda: status.st_uid)()
        is_private = os.name == "nt" or not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != owner or not is_private:
            raise ValueError(f"{path} is not this user's own file.")
        data = file.read(_MAX_BYTES + 1)
    digest, content = data[: sha256().digest_size], data[sha256().digest_size :]
    if len(data) > _MAX_BYTES or sha256(content).digest() != digest:
        raise ValueError(f"{path} is damaged.")
    return content


def _open_file(path: str, flags: int) -> int:
    """Open a file, but no link, and without waiting for a pipe."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
