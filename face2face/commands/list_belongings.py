"""``list``: show the models and the training data in this folder, and the kept targets."""

from __future__ import annotations

import argparse
from pathlib import Path

DESCRIPTION = """List the models and the training data in this folder, and the targets that run
keeps, each with the video or photo that it is made of. Name the folder of the program's cache."""
READS, WRITES = (), ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no options."""


def run(options: argparse.Namespace) -> None:
    """Print one line per model and data set."""
    from face2face.commands.belongings import belongings_in
    from face2face.user_cache import cache_dir

    found = belongings_in(Path())
    for each in found:
        print(f"{each.kind:<13}  {each.folder.resolve()}  of {each.source}, {each.mib:.1f} MiB")
    if not found:
        print(f"no model and no training data in {Path().resolve()}")
    print(f"{'cache':<13}  {cache_dir()}  weights of the face detector, and the targets above")
    if found:
        print("face2face forget NAME deletes all of one person; NAME is that video or photo")
