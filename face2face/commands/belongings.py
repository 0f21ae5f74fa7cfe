"""Models, training data and kept targets, by the video or photo that they are made of."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from face2face.card import FILE_NAME, ModelCard
from face2face.data.folders import DatasetDirs
from face2face.data.pairs import TRAIN
from face2face.errors import ModelError, OptionError
from face2face.files import remove_leftovers
from face2face.user_cache import targets_dir

#: Kinds of belongings.
_MODEL, _DATA, _TARGET = "model", "training data", "target"


@dataclass(frozen=True)
class Belonging:
    """A model, training data or a kept target of a person.

    Attributes:
        kind: ``model``, ``training data`` or ``target``.
        folder: Folder of the model, or the folder that holds the three folders of the data.
        source: Name of the video, photo or folder of photos that it is made of.
        files: All its files.
    """

    kind: str
    folder: Path
    source: str
    files: tuple[Path, ...]

    @property
    def mib(self) -> float:
        """Size in MiB."""
        return sum(each.stat().st_size for each in self.files) / 2**20

    def delete(self) -> None:
        """Delete the files, and the folders that are then empty."""
        if self.kind in (_MODEL, _TARGET):
            shutil.rmtree(self.folder)
            return
        for path in self.files:
            path.unlink(missing_ok=True)
        for folder in sorted({path.parent for path in self.files}, reverse=True):
            remove_leftovers(folder)
            for each in (folder, folder.parent):
                if each != self.folder:
                    with suppress(OSError):  # It holds other files.
                        each.rmdir()


def belongings_in(root: Path) -> list[Belonging]:
    """Return what is made of people: in a folder and its direct subfolders, and kept targets.

    The remains of a target whose making was killed are removed.
    """
    remove_leftovers(targets_dir())
    folders = _subfolders(root)
    kept = _subfolders(targets_dir())
    return [*_models(folders, _MODEL), *_data([root, *folders]), *_models(kept, _TARGET)]


def belongings_of(name: str, root: Path) -> list[Belonging]:
    """Return the models, the training data and the kept targets of one person.

    Args:
        name: Name of a model's folder, or of the video or photo, with or without its suffix.
        root: Folder to search.

    Raises:
        OptionError: There are none.
    """
    found = belongings_in(root)
    sources = {
        each.source
        for each in found
        if name in (each.source, Path(each.source).stem)
        or (each.kind == _MODEL and name == each.folder.name)
    }
    if not sources:
        raise OptionError(
            f"There is no model and no training data of {name} in {root.resolve()}, and no target "
            "that is kept.",
            hint="See face2face list.",
        )
    return [each for each in found if each.source in sources]


def _subfolders(root: Path) -> list[Path]:
    return sorted(each for each in root.iterdir() if each.is_dir()) if root.is_dir() else []


def _models(folders: list[Path], kind: str) -> list[Belonging]:
    found = []
    for folder in folders:
        if not (folder / FILE_NAME).is_file() or (folder / TRAIN).is_dir():
            continue
        with suppress(ModelError):  # A damaged card is not shown.
            card = ModelCard.load(folder, earlier=True)
            if card.is_own:
                files = tuple(path for path in folder.rglob("*") if path.is_file())
                source = str(card.data.get("file", folder.name))
                found.append(Belonging(kind, folder, source, files))
    return found


def _data(folders: list[Path]) -> list[Belonging]:
    found = []
    for folder in folders:
        data = DatasetDirs(folder)
        fingerprint = data.stored_fingerprint()
        if fingerprint is not None:
            source, files = fingerprint.file.name, tuple(data.files())
            found.append(Belonging(_DATA, folder, source, files))
    return found
