"""Resize, combine or otherwise change a folder of pictures.

It does the work of process.py in affinelayer/pix2pix-tensorflow.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program
from face2face.commands.outputs import Outputs

DESCRIPTION = """Apply one operation to each picture of a folder, and write PNG files of the same
names. Existing files are skipped, so another run continues where the last one stopped."""
READS, WRITES = ("input_dir", "b_dir"), ("output_dir",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--input_dir",
        "--input-dir",
        "--input",
        dest="input_dir",
        metavar="DIR",
        type=Path,
        required=True,
        help="folder of the pictures; for combine, of the pictures A",
    )
    parser.add_argument(
        "--output_dir",
        "--output-dir",
        "--output",
        dest="output_dir",
        metavar="DIR",
        type=Path,
        required=True,
        help="folder for the results, made if it is missing",
    )
    parser.add_argument(
        "--operation",
        choices=("resize", "combine", "grayscale", "blank", "edges"),
        required=True,
        help="operation to apply",
    )
    parser.add_argument(
        "--b_dir",
        "--b-dir",
        dest="b_dir",
        metavar="DIR",
        type=Path,
        help="for combine: folder of the pictures B, named as the pictures A",
    )
    parser.add_argument(
        "--size", type=positive, default=256, help="for resize: width and height in pixels"
    )
    parser.add_argument(
        "--pad",
        action="store_true",
        help="for resize: keep the whole picture on black instead of its central square",
    )
    parser.add_argument("--workers", type=positive, help="number of threads (default: all cores)")


def outputs(options: argparse.Namespace) -> Outputs:
    """Return a picture for each picture; existing ones stay."""
    from face2face.data.process import destinations

    files = destinations(options.input_dir, options.output_dir, options.b_dir).values()
    return Outputs(list(files), lambda path: True, in_place=True)


def run(options: argparse.Namespace) -> int:
    """Process the folder; return 1 where a picture fails."""
    from tqdm import tqdm

    from face2face.data.process import process

    result = process(
        options.input_dir,
        options.output_dir,
        options.operation,
        options.b_dir,
        options.size,
        options.pad,
        options.workers,
        lambda results, total: tqdm(results, options.operation, total, unit="picture"),
        options.overwrite,
    )
    print(f"written: {result.written} pictures in {options.output_dir}")
    if result.skipped:
        print(f"skipped: {result.skipped} pictures that existed")
    return result.failures.report(result.written + result.skipped)


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
