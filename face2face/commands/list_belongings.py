"""``list``: show the models and the training data in this folder."""

from __future__ import annotations

import argparse
from pathlib import Path

DESCRIPTION = """List the models and the training data in this folder, each with the video or photo
that it is made of, and the folder of the program's cache."""
READS, WRITES = (), ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no options."""


def run(options: argparse.Namespace) -> None:
    """Print one line per model and data set."""
    from platformdirs import user_cache_path

    from face2face.commands.belongings import belongings_in

    found = belongings_in(Path())
    for each in found:
        print(f"{each.kind:<13}  {each.folder.resolve()}  of {each.source}, {each.mib:.1f} MiB")
    if not found:
        print(f"no model and no training data in {Path().resolve()}")
    cache = user_cache_path("face2face", appauthor=False)
    print(f"{'cache':<13}  {cache}  weights of the face detector, no pictures")
    if found:
        print("face2face forget NAME deletes all of one person; NAME is that video or photo")
