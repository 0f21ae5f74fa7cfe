"""A folder of strips moved into train/, val/ and test/."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from face2face.data.pairs import TEST, TRAIN, VAL
from face2face.errors import DataError, OptionError
from face2face.media.stills import SUFFIXES


def split(
    folder: Path, train_frac: float = 0.8, test_frac: float = 0.0, sort: bool = False, seed: int = 0
) -> dict[str, int]:
    """Moves the pictures that lie directly in a folder into its parts.

    Args:
        folder: Holds the pictures.
        train_frac: Share for ``train/``, 0 to 1.
        test_frac: Share for ``test/``, 0 to 1; what remains goes to ``val/``.
        sort: Keep them in the order of their names, each part one block, as frames of a video need it; otherwise they are shuffled.
        seed: Of the shuffling.

    Returns:
        Part -> number of pictures moved there.

    Raises:
        OptionError: The shares aren't shares.
        DataError: There are no pictures, or one of that name is in a part already.
    """
    if not (0 <= train_frac <= 1 and 0 <= test_frac <= 1 and train_frac + test_frac <= 1):
        raise OptionError(
            "--train_frac and --test_frac are shares that add up to at most 1",
            f"{train_frac} and {test_frac}",
        )
    files = (
        sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
        if folder.is_dir()
        else []
    )
    if not files:
        raise DataError("--dir holds pictures", f"none in {folder}", "name the folder of strips")
    if not sort:
        random.Random(seed).shuffle(files)
    train, test = round(len(files) * train_frac), round(len(files) * test_frac)
    parts = {
        TRAIN: files[:train],
        VAL: files[train : len(files) - test],
        TEST: files[len(files) - test :],
    }
    moves = [(path, folder / part / path.name) for part, chosen in parts.items() for path in chosen]
    for _, destination in moves:
        if destination.exists():
            raise DataError(
                "a picture isn't moved over another",
                f"{destination}, which exists",
                "rename one of them",
            )
    for path, destination in moves:
        destination.parent.mkdir(exist_ok=True)
        shutil.move(path, destination)
    return {part: len(chosen) for part, chosen in parts.items() if chosen}
