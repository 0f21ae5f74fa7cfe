"""Measure jitter and lag of the landmark filter at several strengths of --smoothing."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import quiet, run_program
from face2face.commands.options import add_landmarks_argument

DESCRIPTION = """Measure the landmark filter at several strengths, on the scripted expression with
a camera's noise: the jitter of a still face, the lag behind a moving one, and the share of blinks
and speech that passes."""
READS, WRITES = (), ("plot",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--strengths",
        type=float,
        nargs="+",
        default=[0.0, 0.25, 0.5, 1.0, 1.5, 2.0],
        help="values of --smoothing",
    )
    add_landmarks_argument(parser)
    parser.add_argument("--plot", type=Path, help="also draw the curve into this .png file")


def run(options: argparse.Namespace) -> None:
    """Measure, and print a table."""
    with quiet():
        from face2face.evaluation import jitter_lag
    jitter = jitter_lag.still_jitter(options.landmarks)
    print(f"{options.landmarks}: a still face jitters by {jitter:.4f} interocular distances\n")
    points = [jitter_lag.JitterLag.measure(strength, jitter) for strength in options.strengths]
    print(jitter_lag.table(points))
    if options.plot:
        jitter_lag.plot(points, options.plot)
        print(f"written: {options.plot}")


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
