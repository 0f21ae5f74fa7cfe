"""Learn the landmarks' ways to expressions again, and write them into the cards of models."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.card import ModelCard
from face2face.commands.console import run_program
from face2face.commands.options import add_held_out_argument, add_people_argument
from face2face.commands.outputs import Outputs

DESCRIPTION = """Learn the landmarks' ways to expressions from photos of people named neutral,
smile, sad, angry or surprised, as make_feature_data.py does, and write them into the cards of
models of mode feature. The networks stay as they are."""
READS, WRITES = ("people", "models", "held_out"), ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_people_argument(parser)
    parser.add_argument(
        "--model",
        dest="models",
        metavar="DIR",
        type=Path,
        nargs="+",
        required=True,
        help="folders of models, or of their strips; they were made with the same landmarks",
    )
    add_held_out_argument(parser)


def outputs(options: argparse.Namespace) -> Outputs:
    """Return nothing: cards are changed, not replaced."""
    return Outputs([])


def run(options: argparse.Namespace) -> int:
    """Learn, and write the cards.

    Returns:
        1 where a photo can't be read, else 0.
    """
    from tqdm import tqdm

    from face2face.data.batch import Failures
    from face2face.data.label_maps import held_out_rule
    from face2face.data.people import learn_expressions, people_in
    from face2face.face.back_ends import EXPRESSIVE, make_detector

    cards, failures = [ModelCard.load(folder) for folder in options.models], Failures()
    held_out = held_out_rule(options.held_out)
    people = [
        [path for path in paths if not held_out(path.stem)]
        for paths in people_in(options.people).values()
    ]
    detect, measure = (make_detector(each) for each in (cards[0].landmarks, EXPRESSIVE))
    progress = tqdm(people, "people", unit="person")
    expressions = learn_expressions(progress, detect, measure, failures).to_json()
    for folder, card in zip(options.models, cards, strict=True):
        replace(card, expressions=expressions).save(folder)
        print(f"written: {folder}: {', '.join(expressions['ways'])}")
    return failures.report(len(people))


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
