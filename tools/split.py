"""Move a folder of strips into train/, val/ and test/.

It does the work of split.py in affinelayer/pix2pix-tensorflow.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import number, run_program

DESCRIPTION = "Move the pictures of a folder into its subfolders train/, val/ and test/."
READS, WRITES = ("dir",), ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--dir", type=Path, required=True, help="folder of the pictures")
    parser.add_argument(
        "--train_frac",
        "--train-frac",
        metavar="SHARE",
        type=number,
        default=0.8,
        help="share of the pictures for train/, 0 to 1",
    )
    parser.add_argument(
        "--test_frac",
        "--test-frac",
        metavar="SHARE",
        type=number,
        default=0.0,
        help="share of the pictures for test/, 0 to 1; the rest goes to val/",
    )
    parser.add_argument(
        "--sort",
        action="store_true",
        help="keep the order of names, so that each part is one block: right for video frames",
    )


def run(options: argparse.Namespace) -> None:
    """Move the pictures."""
    from face2face.data.split import split

    counts = split(options.dir, options.train_frac, options.test_frac, options.sort)
    for part, count in counts.items():
        print(f"{count} in {options.dir / part}")


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
