"""Files that are never half written, and folders that can be written to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from face2face.errors import MediaError


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place when the block ends well, and is removed when it doesn't.

    Raises:
        MediaError: The file can't be written: the folder isn't writable or the disk is full.
    """
    aside = path.with_name(f".aside.{os.getpid()}.{path.name}")
    try:
        yield aside
        aside.replace(path)
    except OSError as error:
        raise MediaError(
            "the output can be written",
            f"{path}: {error.strerror or error}",
            "free the disk or choose another folder",
        ) from error
    finally:
        aside.unlink(missing_ok=True)


def ensure_writable_dir(path: Path) -> Path:
    """Makes a folder if need be and sees that files can be written in it.

    Raises:
        MediaError: They can't.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".probe.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise MediaError(
            "the output folder is writable",
            f"{path}: {error.strerror or error}",
            "choose another folder",
        ) from error
    return path
