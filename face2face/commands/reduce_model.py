"""``reduce_model``: a training run -> its generator alone."""

from __future__ import annotations

import argparse
from pathlib import Path

from face2face.commands.console import quiet

DESCRIPTION = "Writes the generator of a run's best epoch without what only training needs: discriminator, optimiser, dropout."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--model-input", type=Path, required=True, help="the folder of a training run")
    parser.add_argument("--model-output", type=Path, required=True, help="made if need be")


def run(options: argparse.Namespace) -> None:
    """Reduces it and says where it is."""
    with quiet():
        from face2face.graph.reduce import reduce

    print(f"written: {reduce(options.model_input, options.model_output)}")
