"""``reduce_model``: a training run -> its generator alone."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from zipfile import is_zipfile

from face2face.card import BEST, FILE_NAME, ModelCard
from face2face.commands.console import quiet
from face2face.commands.outputs import Outputs
from face2face.errors import ModelError
from face2face.inference.names import REDUCED
from face2face.keyframes import bank

DESCRIPTION = "Writes the generator of a run's best epoch without what only training needs: discriminator, optimiser, dropout."
READS, WRITES = ("model_input",), ("model_output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "--model-input", type=Path, required=True, help="the folder of a training run"
    )
    parser.add_argument("--model-output", type=Path, required=True, help="made if need be")


def inputs(options: argparse.Namespace) -> list[Path]:
    """The run's files that it reads: the folder may be the one that it writes to."""
    return [options.model_input / name for name in (BEST, FILE_NAME, bank.FILE_NAME)]


def outputs(options: argparse.Namespace) -> Outputs:
    """The generator, and in another folder its card and keyframes; those of the same model are replaced."""
    folder, run = options.model_output, options.model_input
    if folder.resolve() == run.resolve():
        return Outputs([folder / REDUCED], is_zipfile)
    copied = [folder / name for name in (FILE_NAME, bank.FILE_NAME) if (run / name).is_file()]
    return Outputs([folder / REDUCED, *copied], lambda path: _same_model(run, folder))


def run(options: argparse.Namespace) -> None:
    """Reduces it and says where it is."""
    with quiet():
        from face2face.export.reduce import strip_for_inference

    print(f"written: {strip_for_inference(options.model_input, options.model_output)}")


def _same_model(run: Path, folder: Path) -> bool:
    """Whether two folders hold the same model, by their cards; freezing sets the precision."""
    try:
        mine, theirs = ModelCard.load(run), ModelCard.load(folder)
    except ModelError:
        return False
    return replace(theirs, precision=mine.precision) == mine
