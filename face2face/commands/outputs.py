"""Check, before a command begins, that it loses nobody's file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from face2face.errors import OptionError

#: Device and number of a file: the same for all its names, symbolic and hard links included.
_Identity = tuple[int, int]


@dataclass(frozen=True)
class Outputs:
    """The files that a command will write.

    Attributes:
        files: Their paths.
        expected: Whether one that exists may: an earlier run of the command made it, or the command leaves it as it is.
        in_place: Whether the command reads each input whole before it writes, so that ``--overwrite`` may replace an input.
    """

    files: Sequence[Path]
    expected: Callable[[Path], bool] = lambda path: False
    in_place: bool = False


def joined(parts: Sequence[Outputs]) -> Outputs:
    """The files of several steps as those of one command."""
    step = {path: part for part in parts for path in part.files}
    return Outputs(
        [path for part in parts for path in part.files], lambda path: step[path].expected(path)
    )


def check(
    outputs: Outputs, inputs: Callable[[], Sequence[Path]], folders: Sequence[Path], overwrite: bool
) -> None:
    """See that a command writes to no file that it reads, and over none that it didn't make.

    Args:
        outputs: What it will write.
        inputs: Names files and folders that it reads; of a folder, all files in it and below. Called only if an output exists.
        folders: Where it writes. One that lies inside an input folder isn't read.
        overwrite: Whether the person allows to replace files.

    Raises:
        OptionError: A file would be lost, or written twice.
    """
    planned: set[Path] = set()
    read: set[_Identity] | None = None
    for path in outputs.files:
        place = Path(os.path.realpath(path.parent), os.path.normcase(path.name))
        if place in planned and (overwrite or not outputs.expected(path)):
            raise OptionError(f"{path} would be written twice. Give each result a name of its own.")
        planned.add(place)
        identity = _identity(path)
        if identity is None:
            continue
        if path.is_dir():
            raise OptionError(f"{path} is a folder. Name a file.")
        read = set(_identities(inputs(), folders)) if read is None else read
        if identity in read and not (overwrite and outputs.in_place):
            allowed = ", or add --overwrite" if outputs.in_place else ""
            raise OptionError(f"{path} is read by this command. Name another output{allowed}.")
        if not overwrite and not outputs.expected(path):
            raise OptionError(f"{path} exists. Name another output, or add --overwrite.")


def _identity(path: Path) -> _Identity | None:
    """Which file a name leads to; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _identities(inputs: Iterable[Path], folders: Iterable[Path]) -> Iterator[_Identity]:
    """Which files are read."""
    apart = {_identity(folder) for folder in folders}
    for path in inputs:
        if not path.is_dir():
            files: Iterable[Path] = [path]
        else:
            files = _files_below(path, apart - {_identity(path)})
        yield from (identity for file in files if (identity := _identity(file)) is not None)


def _files_below(folder: Path, apart: set[_Identity | None]) -> Iterator[Path]:
    for place, names, files in os.walk(folder):
        names[:] = [name for name in names if _identity(Path(place, name)) not in apart]
        yield from (Path(place, file) for file in files)
