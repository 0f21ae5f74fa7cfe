"""Write the frozen graph of a folder's reduced generator.

The command and its option ``--model-folder`` are those of datitran/face2face-demo.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import quiet, run_program
from face2face.commands.export import add_precision, card_and_graphs_in, describe
from face2face.commands.outputs import Outputs

DESCRIPTION = "Write frozen_model.pb, one self-contained graph, of a folder's reduced generator."
READS, WRITES = ("input_dir",), ("model_folder",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--model-folder", type=Path, required=True, help="folder that reduce_model.py wrote"
    )
    add_precision(parser)
    parser.add_argument(
        "--input_dir",
        type=Path,
        help="training pairs of the model; needed to choose a precision without keyframes",
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the graphs and the card."""
    return card_and_graphs_in(options.model_folder)


def run(options: argparse.Namespace) -> None:
    """Freeze the generator, and report its file."""
    with quiet():
        from face2face.export.freeze import freeze
    from face2face.export.precision import choose_precision, examples

    folder = options.model_folder
    print(f"written: {freeze(folder)}")
    print(
        describe(choose_precision(folder, options.precision, examples(folder, options.input_dir)))
    )


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
