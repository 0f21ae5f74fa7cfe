"""``forget``: delete the models, the training data and the kept targets of one person."""

from __future__ import annotations

import argparse
from pathlib import Path

DESCRIPTION = """Delete the models and the training data in this folder, and the targets that run
keeps, that are made of one video or photo. Asks first. The video, and recordings of the live
program, are yours to delete."""
READS, WRITES = (), ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("name", metavar="NAME", help="a video, photo or model of face2face list")
    parser.add_argument("--yes", action="store_true", help="delete without asking")


def run(options: argparse.Namespace) -> int:
    """Ask, then delete; return 1 where the answer is no."""
    from face2face.commands.belongings import belongings_of

    found = belongings_of(options.name, Path())
    for each in found:
        print(f"{each.kind}: {each.folder.resolve()}, {len(each.files)} files of {each.source}")
    if not options.yes and not _confirmed():
        print("nothing is deleted")
        return 1
    for each in found:
        each.delete()
    print("deleted")
    return 0


def _confirmed() -> bool:
    try:
        return input("Delete these? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False
