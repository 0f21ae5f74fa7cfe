"""Evaluate models of mode feature on pairs of photos of people they were not trained on."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program
from face2face.commands.options import add_held_out_argument, add_landmarks_argument
from face2face.commands.outputs import Outputs
from face2face.errors import DataError

if TYPE_CHECKING:
    from face2face.data.batch import Failures
    from face2face.data.feature_pairs import FeaturePair, Picture
    from face2face.evaluation.features import FeatureScore
    from face2face.face.expression_model import ExpressionModel

DESCRIPTION = """Repaint a feature of a photo as in another photo of the same person, from a neutral
expression to each other one and back. Compare the unchanged photo, the warp and the model's answer
with the true photo in the feature's region; draw a contact sheet, worst first."""
READS, WRITES = ("people", "model", "held_out"), ("output",)
#: Directions of the pairs.
_DIRECTIONS = ("from neutral", "to neutral")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--people",
        metavar="DIR",
        type=Path,
        nargs="+",
        required=True,
        help="folders of photos, as for make_feature_data.py",
    )
    parser.add_argument(
        "--model", metavar="DIR", type=Path, nargs="+", required=True, help="folders of models"
    )
    parser.add_argument(
        "--neutral",
        default="*neutral*",
        help="names of photos with a neutral expression; * stands for any characters",
    )
    parser.add_argument(
        "--predicted",
        action="store_true",
        help="move the landmarks as the model's card does; without it to the true photo's own",
    )
    parser.add_argument("--rows", type=positive, default=24, help="pairs on each contact sheet")
    parser.add_argument(
        "--output", type=Path, default=Path("features"), help="folder for the contact sheets"
    )
    add_held_out_argument(parser)
    add_landmarks_argument(parser)


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the contact sheets."""
    return Outputs([options.output / f"{each.name}.png" for each in options.model])


def run(options: argparse.Namespace) -> int:
    """Evaluate, print the table, and draw the contact sheets.

    Returns:
        1 where a photo can't be read, else 0.
    """
    from face2face.data.batch import Failures
    from face2face.evaluation.features import PICTURES, feature_score, table_row, worst_first
    from face2face.evaluation.metrics import lpips
    from face2face.files import ensure_writable_dir
    from face2face.inference.pretrained import load_feature
    from face2face.media.stills import write_image

    folder, perceived, failures = ensure_writable_dir(options.output), lpips(), Failures()
    ways = list(_ways(options, failures))
    names = [f"{metric}, {each}" for metric in ("LPIPS", "SSIM") for each in PICTURES]
    print(" | ".join(["| model", "direction", "pairs", *names, "better than the warp |"]))
    print("|---" * (4 + len(names)) + "|")
    for path in options.model:
        mode, engine = load_feature(path)
        scores: dict[str, list[FeatureScore]] = {each: [] for each in _DIRECTIONS}
        for direction, picture, truth in ways:
            pair = _pair(picture, truth, mode.expressions if options.predicted else None)
            name = f"{picture.name} to {truth.name}"
            if pair and (score := feature_score(name, pair, mode, engine, perceived)):
                scores[direction].append(score)
        for direction, some in scores.items():
            if some:
                print(f"| {path.name} | {direction} | {table_row(some)} |")
        found = [score for some in scores.values() for score in some]
        if not found:
            raise DataError("No two pictures of a person fit together.", hint="Name other photos.")
        write_image(folder / f"{path.name}.png", worst_first(found, options.rows))
    print(f"written: {folder}")
    return failures.report(len(ways))


def _pair(
    picture: Picture, truth: Picture, expressions: ExpressionModel | None
) -> FeaturePair | None:
    """Return a pair, with landmarks moved by a model of expressions where there is one.

    There is no pair where the heads differ, or where the model doesn't know the expression.
    """
    from face2face.data.feature_pairs import FeaturePair
    from face2face.data.people import by_expression

    if expressions is None:
        return FeaturePair.of(picture, truth)
    (expression,) = by_expression([truth])
    if expression not in expressions.ways:
        return None
    return FeaturePair.of(picture, truth, expressions(picture.landmarks, expression))


def _ways(
    options: argparse.Namespace, failures: Failures
) -> Iterator[tuple[str, Picture, Picture]]:
    """Yield direction, picture to change and true picture of the held-out people."""
    from tqdm import tqdm

    from face2face.data.label_maps import held_out_rule
    from face2face.data.people import people_in, photo_pictures
    from face2face.face.back_ends import make_detector

    detect, held_out = make_detector(options.landmarks), held_out_rule(options.held_out)
    for paths in tqdm(people_in(options.people).values(), "people", unit="person"):
        pictures: list[Picture] = []
        for path in paths:
            with failures.noted(path):
                pictures += photo_pictures([path], detect) if held_out(path.stem) else []
        neutral = [each for each in pictures if fnmatchcase(each.name, options.neutral)]
        for one in neutral:
            for other in pictures:
                if other not in neutral:
                    yield _DIRECTIONS[0], one, other
                    yield _DIRECTIONS[1], other, one


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
