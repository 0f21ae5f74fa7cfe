"""Work on many files: each has a name of its own, and one that fails doesn't end the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from face2face.errors import DataError, Face2FaceError
from face2face.files import WriteError, visible_files
from face2face.media.stills import SUFFIXES, list_images

#: Suffixes of further formats of photos. Those that can be read are in
#: :data:`face2face.media.stills.SUFFIXES` too.
_PHOTO_SUFFIXES = frozenset(
    {".apng", ".arw", ".avif", ".cr2", ".cr3", ".dng", ".gif", ".heic", ".heif", ".jfif"}
    | {".jp2", ".jpe", ".jxl", ".nef", ".orf", ".psd", ".raf", ".rw2", ".tga"}
)
#: Exit status of a command that finished, but could not use some of its files.
INCOMPLETE = 1


def by_stem(paths: Iterable[Path]) -> dict[str, Path]:
    """Return name without suffix -> path, in order.

    Results are named so. Two files of one such name would take each other's place.

    Args:
        paths: Files of one folder and its subfolders.

    Raises:
        DataError: Two files have one name. Systems that ignore case count as all others.

    >>> by_stem([Path("photos/a.jpg"), Path("photos/b.png")])["a"].name
    'a.jpg'
    """
    found: dict[str, Path] = {}
    for path in paths:
        other = found.setdefault(path.stem.casefold(), path)
        if other is not path:
            raise DataError(
                f"{other} and {path} have the same name without its suffix, so that one's result "
                "would be written twice.",
                hint="Rename one, or move it out of the folder.",
            )
    return {path.stem: path for path in found.values()}


def counterparts(photos: Path, folder: Path, noun: str) -> Callable[[Path], Path]:
    """Return a function that finds the picture of another folder that belongs to a photo.

    To ``sub/a.jpg`` belongs ``sub/a.png``, or else the only ``a.png`` in any subfolder.

    Args:
        photos: Folder of the photos.
        folder: The other folder.
        noun: Word for its pictures, for the error.

    Raises:
        DataError: The function raises it: there is no such picture, or there are two.
    """
    pictures = list_images(folder)

    def find(photo: Path) -> Path:
        named = [path for path in pictures if path.stem == photo.stem]
        if not named:
            raise DataError(
                f"{folder} holds no {noun} for {photo}.",
                hint=f"Add it, or name one {noun} for all photos.",
            )
        place = photo.relative_to(photos).parent
        here = [path for path in named if path.relative_to(folder).parent == place]
        return by_stem(here or named)[photo.stem]

    return find


@dataclass(frozen=True)
class Failures:
    """The files of a batch that could not be used.

    Attributes:
        errors: Path -> the error, as text.

    >>> failures = Failures()
    >>> with failures.noted(Path("a.png")):
    ...     raise DataError("a.png is no strip.", hint="Make it again.")
    >>> failures.report(done=1)
    failed: a.png is no strip. Make it again.
    1 of 2 failed
    1
    """

    errors: dict[Path, str] = field(default_factory=dict)

    @classmethod
    def in_folder(cls, folder: Path, exclude: Iterable[Path] = ()) -> Failures:
        """Return the failures that a folder begins with: photos in formats that aren't read.

        Args:
            folder: Folder of photos.
            exclude: See :func:`face2face.files.visible_files`.
        """
        suffixes = _PHOTO_SUFFIXES - SUFFIXES
        return cls(
            {
                path: f"{path} is in a format that can't be read. Convert it to PNG or JPEG."
                for path in visible_files(folder, exclude)
                if path.suffix.lower() in suffixes
            }
        )

    @contextmanager
    def noted(self, path: Path) -> Iterator[None]:
        """Note an error about a file that is raised in the block, and go on after the block.

        Args:
            path: The file.

        Raises:
            WriteError: A result can't be written. The next ones couldn't either.
        """
        try:
            yield
        except WriteError:
            raise
        except Face2FaceError as error:
            self.errors[path] = str(error)
        except MemoryError:
            self.errors[path] = f"{path} needs more memory than there is. Make it smaller."

    def succeeded(self, paths: Iterable[Path]) -> list[Path]:
        """Return the paths without an error."""
        return [path for path in paths if path not in self.errors]

    def report(self, done: int) -> int:
        """Print the errors, a line each, and return the exit status: 0 where there are none.

        Args:
            done: Number of files of the batch that did not fail.
        """
        for path, error in sorted(self.errors.items()):
            print(f"failed: {error if path.name in error else f'{path}: {error}'}")
        if self.errors:
            print(f"{len(self.errors)} of {len(self.errors) + done} failed")
        return INCOMPLETE if self.errors else 0
