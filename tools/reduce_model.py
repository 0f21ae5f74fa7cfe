"""Write the generator of a training run without the parts that only training needs.

The command and its options are those of datitran/face2face-demo.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import quiet, run_program
from face2face.commands.export import generator_in, run_files
from face2face.commands.outputs import Outputs

DESCRIPTION = """Write the generator of a run's best epoch without the discriminator, the
optimiser and dropout."""
READS, WRITES = ("model_input",), ("model_output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--model-input", type=Path, required=True, help="folder of the training run"
    )
    parser.add_argument("--model-output", type=Path, required=True, help="folder for the generator")


def inputs(options: argparse.Namespace) -> list[Path]:
    """Return the files that are read: the folder may be the one that is written."""
    return run_files(options.model_input)


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the generator, its card and its keyframes."""
    return generator_in(options.model_input, options.model_output)


def run(options: argparse.Namespace) -> None:
    """Write the generator, and report its file."""
    with quiet():
        from face2face.export.reduce import strip_for_inference

    print(f"written: {strip_for_inference(options.model_input, options.model_output)}")


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
