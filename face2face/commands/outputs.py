"""The files that a command will write, and a check that it destroys none of the user's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from face2face.errors import OptionError

#: Device and inode of a file: equal for all its names, symbolic and hard links included.
_Identity = tuple[int, int]


@dataclass(frozen=True)
class Outputs:
    """The files that a command will write.

    Attributes:
        files: Their paths.
        expected: Tells of a path whether it may exist: an earlier run of the command made it, or
            the command leaves an existing file as it is.
        in_place: Whether ``--overwrite`` may replace an input. The command must then read each
            input completely before it writes.
    """

    files: Sequence[Path]
    expected: Callable[[Path], bool] = lambda path: False
    in_place: bool = False


def joined(parts: Sequence[Outputs]) -> Outputs:
    """Return the files of several steps as those of one command."""
    step = {path: part for part in parts for path in part.files}
    return Outputs(
        [path for part in parts for path in part.files], lambda path: step[path].expected(path)
    )


def check(
    outputs: Outputs, inputs: Callable[[], Sequence[Path]], folders: Sequence[Path], overwrite: bool
) -> None:
    """Raise an error if a command would write over an input, or over a file that isn't its own.

    Args:
        outputs: The files that the command will write.
        inputs: Returns the files and folders that the command reads. A folder stands for all
            files below it. Called only if an output exists.
        folders: The folders that the command writes to. It doesn't read one of them that lies
            inside an input folder.
        overwrite: Whether the user allows to replace files.

    Raises:
        OptionError: A file would be lost, or written twice.

    >>> check(Outputs([Path("new/out.png")]), lambda: [Path("me.png")], [], overwrite=False)
    """
    planned: set[Path] = set()
    input_files: set[_Identity] | None = None
    for path in outputs.files:
        real = Path(os.path.realpath(path.parent), os.path.normcase(path.name))
        if real in planned and (overwrite or not outputs.expected(path)):
            raise OptionError(
                f"{path} would be written twice.", hint="Give each result a name of its own."
            )
        planned.add(real)
        identity = _identity(path)
        if identity is None:
            continue
        if path.is_dir():
            raise OptionError(f"{path} is a folder.", hint="Name a file.")
        if input_files is None:
            input_files = set(_identities(inputs(), folders))
        if identity in input_files and not (overwrite and outputs.in_place):
            allowed = ", or add --overwrite" if outputs.in_place else ""
            raise OptionError(
                f"{path} is read by this command.", hint=f"Name another output{allowed}."
            )
        if not overwrite and not outputs.expected(path):
            raise OptionError(f"{path} exists.", hint="Name another output, or add --overwrite.")


def _identity(path: Path) -> _Identity | None:
    """Return the identity of the file at a path, or None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _identities(inputs: Iterable[Path], folders: Iterable[Path]) -> Iterator[_Identity]:
    """Yield the identities of all files that are read."""
    excluded = {_identity(folder) for folder in folders}
    for path in inputs:
        if not path.is_dir():
            files: Iterable[Path] = [path]
        else:
            files = _files_below(path, excluded - {_identity(path)})
        yield from (identity for file in files if (identity := _identity(file)) is not None)


def _files_below(folder: Path, excluded: set[_Identity | None]) -> Iterator[Path]:
    """Yield the files in and below a folder, except those in and below the excluded folders."""
    for root, names, files in os.walk(folder):
        names[:] = [name for name in names if _identity(Path(root, name)) not in excluded]
        yield from (Path(root, file) for file in files)
