"""Split a folder of strips into ``train/``, ``val/`` and ``test/``."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from face2face.data.pairs import TEST, TRAIN, VAL
from face2face.errors import DataError, OptionError
from face2face.media.stills import list_images


def split(
    folder: Path, train_frac: float = 0.8, test_frac: float = 0.0, sort: bool = False, seed: int = 0
) -> dict[str, int]:
    """Move the pictures that lie directly in a folder into its parts.

    Args:
        folder: Folder of the pictures.
        train_frac: Share for ``train/``, 0 to 1.
        test_frac: Share for ``test/``, 0 to 1. The rest goes to ``val/``.
        sort: Whether to keep the order of the names, so that each part is one block. Frames of a
            video need this. Otherwise they are shuffled.
        seed: Seed of the shuffling.

    Returns:
        Part -> number of pictures moved there.

    Raises:
        OptionError: A share is not between 0 and 1, or they add up to more than 1.
        DataError: There are no pictures, or a part already has one of the same name.
    """
    if not (0 <= train_frac <= 1 and 0 <= test_frac <= 1 and train_frac + test_frac <= 1):
        raise OptionError(
            f"--train_frac {train_frac} and --test_frac {test_frac} are no shares of one whole.",
            hint="Use numbers from 0 to 1 that add up to at most 1.",
        )
    files = (
        sorted(path for path in list_images(folder) if path.parent == folder)
        if folder.is_dir()
        else []
    )
    if not files:
        raise DataError(f"There are no pictures in {folder}.", hint="Name the folder of strips.")
    if not sort:
        random.Random(seed).shuffle(files)
    train, test = round(len(files) * train_frac), round(len(files) * test_frac)
    parts = {
        TRAIN: files[:train],
        VAL: files[train : len(files) - test],
        TEST: files[len(files) - test :],
    }
    _move([(path, folder / part / path.name) for part, chosen in parts.items() for path in chosen])
    return {part: len(chosen) for part, chosen in parts.items() if chosen}


def _move(moves: list[tuple[Path, Path]]) -> None:
    """Move files, unless one of the destinations exists.

    Raises:
        DataError: One exists. Nothing is moved then.
    """
    for _, destination in moves:
        if destination.exists():
            raise DataError(f"{destination} exists already.", hint="Rename one of the two.")
    for path, destination in moves:
        destination.parent.mkdir(exist_ok=True)
        shutil.move(path, destination)
