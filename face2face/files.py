"""Write files whole or not at all, and check that folders can be written to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from face2face.errors import MediaError


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder, which replaces a file when the block succeeds.

    When the block fails, the temporary file is removed and the old file stays.

    Args:
        path: The file to write.

    Raises:
        MediaError: The file can't be written: the folder isn't writable, or the disk is full.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_write(Path(folder, "a.txt")) as temporary:
    ...         _ = temporary.write_text("whole")
    ...     Path(folder, "a.txt").read_text()
    'whole'
    """
    temporary = path.with_name(f".aside.{os.getpid()}.{path.name}")
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise MediaError(
            f"{path} can't be written: {error.strerror or error}.",
            hint="Free some disk space, or choose another folder.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def ensure_writable_dir(path: Path) -> Path:
    """Make a folder if it doesn't exist, check that files can be written in it, and return it.

    Raises:
        MediaError: The folder can't be made, or isn't writable.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".probe.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise MediaError(
            f"The folder {path} isn't writable: {error.strerror or error}.",
            hint="Choose another folder.",
        ) from error
    return path
