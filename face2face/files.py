"""Write files whole or not at all, and list the files that a person put into a folder."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import stat
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from face2face.errors import Face2FaceError, MediaError

#: Name of a temporary file: the number of its process, the checksum of its machine's name, a
#: number, and the end of the name of the file that it becomes. Versions up to 0.2.0 wrote only the
#: process and the name.
_TEMPORARY_NAME = re.compile(r"\.aside\.([1-9]\d*)\.(?:([0-9a-f]{8})\.\d+\.)?.*", re.DOTALL)
#: Number of characters of a file's name that its temporary file repeats: enough for the suffixes.
_KEPT_NAME = 40
#: Seconds after which an untouched temporary file of any process is a leftover: a day.
_MAX_IDLE_SECONDS = 86400.0
#: Folders in which systems keep their own copies and notes of a person's files.
_SYSTEM_DIRS = frozenset({"__MACOSX", "@eaDir", "#recycle", "$RECYCLE.BIN", "lost+found"})
#: Name of the card in the folder of a model or a data set, see :mod:`face2face.card`.
CARD_NAME = "card.json"

#: Numbers for temporary files, so that two threads never write one.
_numbers = itertools.count()
#: Names of the temporary files that this process is writing.
_active: set[str] = set()
#: Permissions of a folder that shows a person: only the user reads and writes it.
_PRIVATE_DIR = 0o700
#: Folders from which this process has removed leftovers.
_swept: set[Path] = set()


class WriteError(MediaError):
    """A file can't be written: the disk is full, or the folder isn't writable.

    >>> raise WriteError("out.png can't be written: No space left on device.")
    Traceback (most recent call last):
    face2face.files.WriteError: out.png can't be written: No space left on device.
    """


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder, which replaces a file when the block succeeds.

    When the block fails, the temporary file is removed and the old file stays. If the process is
    killed, the next one that writes into the folder removes the temporary file.

    Args:
        path: The file to write.

    Raises:
        WriteError: The file can't be written: the folder isn't writable, or the disk is full.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_write(Path(folder, "a.txt")) as temporary:
    ...         _ = temporary.write_text("whole")
    ...     Path(folder, "a.txt").read_text()
    'whole'
    """
    folder = path.parent.absolute()
    if folder not in _swept:
        _swept.add(folder)
        remove_leftovers(path.parent)
    with _temporary(path, partial(Path.unlink, missing_ok=True)) as temporary:
        yield temporary
        temporary.replace(path)


@contextmanager
def atomic_dir(path: Path) -> Iterator[Path]:
    """Give a temporary folder next to a path, which becomes that folder when the block succeeds.

    If another process makes that folder meanwhile, its folder stays. When the block fails, the
    temporary folder is removed. If the process is killed, the next one that calls this for a folder
    of the same parent removes it. Only the user can read the folder.

    Args:
        path: The folder to make.

    Raises:
        WriteError: The folder can't be made: its parent isn't writable, or the disk is full.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     with atomic_dir(Path(parent, "new")) as temporary:
    ...         _ = Path(temporary, "a.txt").write_text("whole")
    ...     [each.name for each in Path(parent, "new").iterdir()]
    ['a.txt']
    """
    ensure_writable_dir(path.parent)
    with _temporary(path, partial(shutil.rmtree, ignore_errors=True)) as temporary:
        temporary.mkdir(_PRIVATE_DIR)
        yield temporary
        try:
            temporary.rename(path)
        except OSError:
            if not path.is_dir():
                raise


@contextmanager
def _temporary(path: Path, remove: Callable[[Path], object]) -> Iterator[Path]:
    """Give a free path in the same folder, and remove what is left there in the end.

    Args:
        path: The file or folder to write.
        remove: Called with the temporary path, whether or not it exists.

    Raises:
        WriteError: The block raised an OSError.
    """
    temporary = path.with_name(_temporary_name(path.name))
    _active.add(temporary.name)
    try:
        yield temporary
    except OSError as error:
        raise WriteError(
            f"{path} can't be written: {error.strerror or error}.",
            hint="Free some disk space, or choose another folder.",
        ) from error
    finally:
        remove(temporary)
        _active.discard(temporary.name)


def ensure_writable_dir(path: Path) -> Path:
    """Make a folder if it doesn't exist, check that files can be written in it, and return it.

    Leftovers of processes that were killed are removed from it.

    Raises:
        WriteError: The folder can't be made, or isn't writable.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        remove_leftovers(path)
        probe = path / _temporary_name("probe")
        probe.touch()
        probe.unlink(missing_ok=True)  # Another thread may have removed it as a leftover.
    except OSError as error:
        raise WriteError(
            f"The folder {path} isn't writable: {error.strerror or error}.",
            hint="Choose another folder.",
        ) from error
    return path


def open_regular(
    path: Path, max_bytes: int, error: type[Face2FaceError], hint: str = ""
) -> BinaryIO:
    """Open a file for reading, if it is a regular one and not too large. A pipe would never end.

    Args:
        path: The file.
        max_bytes: Its largest size.
        error: Class of the error to raise.
        hint: What the person can do about it, as a sentence.

    Raises:
        Face2FaceError: An ``error``. The file is missing, unreadable, too large or not regular.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise error(f"{path} is not a regular file.", hint=hint)
        if status.st_size > max_bytes:
            raise error(f"{path} is larger than {max_bytes // 2**20} MiB.", hint=hint)
        return path.open("rb")
    except FileNotFoundError as cause:
        raise error(f"There is no file {path}.", hint=hint) from cause
    except OSError as cause:
        raise error(f"{path} can't be read: {cause.strerror or cause}.", hint=hint) from cause


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files and folders in a folder whose processes are gone."""
    with suppress(OSError):  # The folder is missing, or isn't readable.
        for entry in os.scandir(folder):
            if entry.name.startswith(".aside.") and _is_leftover(Path(entry.path)):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                    continue
                with suppress(OSError):
                    Path(entry.path).unlink()


def visible_files(folder: Path, exclude: Iterable[Path] = ()) -> list[Path]:
    """Return the files in and below a folder that a person put there, sorted.

    These are left out: files and folders whose names begin with a dot, folders of the system such
    as ``__MACOSX``, subfolders of a model or a data set, and what is no regular file.

    Args:
        folder: The folder.
        exclude: Folders whose files are left out, where they lie below the folder: those that a
            command writes to.

    Raises:
        MediaError: A folder can't be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("b.png", ".hidden.png", "a.png"):
    ...         Path(folder, name).touch()
    ...     [path.name for path in visible_files(Path(folder))]
    ['a.png', 'b.png']
    """

    def fail(error: OSError) -> None:
        raise MediaError(
            f"{error.filename} can't be read: {error.strerror or error}.",
            hint="Check the path and its permissions.",
        )

    written = {each.resolve() for each in exclude}

    def is_personal(path: Path) -> bool:
        own = path.resolve() in written or (path / CARD_NAME).is_file()
        return not (path.name.startswith(".") or path.name in _SYSTEM_DIRS or own)

    found = []
    for root, names, files in os.walk(folder, onerror=fail):
        names[:] = [name for name in names if is_personal(Path(root, name))]
        paths = (Path(root, name) for name in files if not name.startswith("."))
        found += [path for path in paths if not _is_special(path)]
    return sorted(found)


def _temporary_name(name: str) -> str:
    return f".aside.{os.getpid()}.{_machine():08x}.{next(_numbers)}.{name[-_KEPT_NAME:]}"


def _machine() -> int:
    """Return the checksum of this machine's name. Folders may be shared between machines."""
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    return zlib.crc32(name.encode(errors="replace"))


def _is_leftover(path: Path) -> bool:
    """Return whether the process that wrote a temporary file is gone."""
    match = _TEMPORARY_NAME.fullmatch(path.name)
    if match is None:
        return False
    process, machine = int(match[1]), match[2]
    if machine in (None, f"{_machine():08x}"):
        if process == os.getpid():
            return path.name not in _active
        if not _is_running(process):
            return True
    return time.time() - path.lstat().st_mtime > _MAX_IDLE_SECONDS


def _is_running(process: int) -> bool:
    """Return whether this machine has a process of a number."""
    if sys.platform == "win32":
        import ctypes

        query, access_denied = 0x1000, 5
        handle = ctypes.windll.kernel32.OpenProcess(query, False, process)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
            return True
        return bool(ctypes.windll.kernel32.GetLastError() == access_denied)
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # It belongs to another user.
        pass
    return True


def _is_special(path: Path) -> bool:
    """Return whether a path is a pipe, a socket or a device. A broken link is none of them."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False
