"""``split``: move a folder of pairs into train/, val/ and test/."""

from __future__ import annotations

import argparse
from pathlib import Path

from face2face.commands.console import number

DESCRIPTION = "Moves the pictures of a folder into its subfolders train/, val/ and test/."
READS, WRITES = ("dir",), ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--dir", type=Path, required=True, help="holds the pictures")
    parser.add_argument("--train_frac", type=number, default=0.8, help="share for train/")
    parser.add_argument(
        "--test_frac", type=number, default=0.0, help="share for test/; what remains goes to val/"
    )
    parser.add_argument(
        "--sort",
        action="store_true",
        help="keep the order of names, each part one block: right for a video's frames",
    )


def run(options: argparse.Namespace) -> None:
    """Moves them and says where."""
    from face2face.data.split import split

    for part, count in split(
        options.dir, options.train_frac, options.test_frac, options.sort
    ).items():
        print(f"{count} in {options.dir / part}")
