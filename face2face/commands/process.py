"""``process``: resize, combine or otherwise change a folder of pictures."""

from __future__ import annotations

import argparse
from pathlib import Path

from face2face.commands.console import positive
from face2face.commands.outputs import Outputs

DESCRIPTION = """Applies one operation to each picture of a folder and writes PNG files of the same names. Those that exist are
skipped, so it can be run again."""
READS, WRITES = ("input_dir", "b_dir"), ("output_dir",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--input_dir", type=Path, required=True, help="the pictures; A for combine")
    parser.add_argument("--output_dir", type=Path, required=True, help="made if need be")
    parser.add_argument(
        "--operation",
        choices=("resize", "combine", "grayscale", "blank", "edges"),
        required=True,
        help="what to do",
    )
    parser.add_argument("--b_dir", type=Path, help="for combine: the pictures B, of the same names")
    parser.add_argument(
        "--size", type=positive, default=256, help="for resize: width and height in pixels"
    )
    parser.add_argument(
        "--pad",
        action="store_true",
        help="for resize: keep the whole picture, on black, instead of its middle",
    )
    parser.add_argument("--workers", type=positive, help="threads (default: all cores)")


def outputs(options: argparse.Namespace) -> Outputs:
    """A picture for each picture; those that are there stay."""
    from face2face.data.process import destination
    from face2face.media.stills import list_images

    files = [destination(path, options.output_dir) for path in list_images(options.input_dir)]
    return Outputs(files, lambda path: True, in_place=True)


def run(options: argparse.Namespace) -> None:
    """Processes the folder and says what was written."""
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
    print(f"{result.written} written to {options.output_dir}, {result.skipped} were there already")
