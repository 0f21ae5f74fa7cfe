"""``steadiness``: what --smoothing does, as a curve."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import quiet, run_program

DESCRIPTION = """Measures the landmarks' filter at several strengths, on the scripted performance with a camera's noise: how much of a still
face's trembling is left, how far it is behind a moving one, and how much of blinks and words passes."""
READS, WRITES = (), ("plot",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "--strengths",
        type=float,
        nargs="+",
        default=[0.0, 0.25, 0.5, 1.0, 1.5, 2.0],
        help="values of --smoothing",
    )
    parser.add_argument("--plot", type=Path, help="also draw the curve into this .png")


def run(options: argparse.Namespace) -> None:
    """Measures, and prints a table."""
    with quiet():
        from face2face.evaluation import steadiness
    points = [steadiness.Steadiness.of(strength) for strength in options.strengths]
    print(steadiness.table(points))
    if options.plot:
        steadiness.plot(points, options.plot)
        print(f"written: {options.plot}")


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
