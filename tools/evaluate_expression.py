"""Compare ways to change an expression on people with a true photo of the wanted one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program
from face2face.commands.options import (
    add_held_out_argument,
    add_landmarks_argument,
    add_painter_argument,
    add_people_argument,
)
from face2face.commands.outputs import Outputs
from face2face.errors import DataError

if TYPE_CHECKING:
    from face2face.data.batch import Failures
    from face2face.evaluation.expression_ways import Way
    from face2face.evaluation.expressions import ChangedPhoto, ExpressionChange, ExpressionMeter
    from face2face.face.back_ends import FaceDetector
    from face2face.segmentation.parser import Parser

DESCRIPTION = """Change held-out photos of people from neutral to each other expression and back:
by the warp alone and by warp and network, to the true photo's landmarks and to predicted ones, and
by models of mode expression. Compare the regions of eyes and mouth with a true photo of the same
person, aligned by the bones of the face. Print a table for each figure."""
READS, WRITES = ("people", "models", "classifier", "parser", "held_out"), ("output",)
#: Name of the way by which the contact sheet is ordered.
_REFINED = "refined"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_people_argument(parser)
    add_painter_argument(parser)
    parser.add_argument(
        "--exchange",
        dest="exchanges",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "DIR"),
        help="name of a way, and folder of models of mode expression: EXPRESSION/FEATURE in it, "
        "and EXPRESSION/FEATURE/back for the way to neutral; repeat for more ways",
    )
    parser.add_argument("--classifier", type=Path, help="folder of an emotion classifier")
    parser.add_argument("--parser", type=Path, help="folder of a parser (default: the shipped one)")
    parser.add_argument("--rows", type=positive, default=24, help="photos on the contact sheet")
    parser.add_argument(
        "--output", type=Path, help="contact sheet: photo, each way and truth; the worst first"
    )
    add_held_out_argument(parser)
    add_landmarks_argument(parser)


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the sheet."""
    return Outputs([options.output] if options.output else [])


def run(options: argparse.Namespace) -> int:
    """Change and measure the photos, print the tables, and write the sheet.

    Returns:
        1 where a photo can't be read, else 0.
    """
    from face2face.data.batch import Failures
    from face2face.evaluation.expressions import ExpressionMeter, tables, worst_first
    from face2face.evaluation.metrics import lpips
    from face2face.face.back_ends import make_detector
    from face2face.face.identity import Identity
    from face2face.inference.pretrained import load_emotion_classifier, load_parser
    from face2face.media.stills import write_image

    parse, failures = load_parser(options.parser), Failures()
    detect = make_detector(options.landmarks)
    ways = _ways(options, parse)
    classify = load_emotion_classifier(options.classifier) if options.classifier else None
    meter = ExpressionMeter(detect, Identity(), parse, lpips(), classify)
    changes = _changes(options, detect, failures)
    changed = _changed(changes, ways, meter)
    print("\n".join(tables(changed)))
    if options.output:
        write_image(options.output, worst_first(changed, _REFINED, options.rows))
    return failures.report(len(changes))


def _ways(options: argparse.Namespace, parse: Parser) -> dict[str, Way]:
    """Return name -> way, in the order of the tables' columns."""
    from face2face.edit.face_painter import FacePainter
    from face2face.evaluation.expression_ways import Exchange, Repainting, warp_face

    refine = FacePainter(options.models)
    expressions = refine.expressions()
    ways: dict[str, Way] = {
        "unchanged": lambda change: change.pair.picture.photo,
        "warp": Repainting(warp_face),
        _REFINED: Repainting(refine),
        "warp, predicted": Repainting(warp_face, expressions),
        "refined, predicted": Repainting(refine, expressions),
    }
    return ways | {name: Exchange.load(Path(folder), parse) for name, folder in options.exchanges}


def _changes(
    options: argparse.Namespace, detect: FaceDetector, failures: Failures
) -> list[ExpressionChange]:
    """Return the changes of the held-out people's photos.

    Raises:
        DataError: There is none.
    """
    from tqdm import tqdm

    from face2face.data.label_maps import held_out_rule
    from face2face.data.people import people_in, photo_pictures
    from face2face.evaluation.expressions import expression_changes

    held_out = held_out_rule(options.held_out)
    changes = []
    for paths in tqdm(people_in(options.people).values(), "people", unit="person"):
        pictures = []
        for path in paths:
            with failures.noted(path):
                pictures += photo_pictures([path], detect) if held_out(path.stem) else []
        changes += expression_changes(pictures)
    if not changes:
        raise DataError(
            "No held-out person has a neutral photo and another one.", hint="Check --held-out."
        )
    return changes


def _changed(
    changes: list[ExpressionChange], ways: dict[str, Way], meter: ExpressionMeter
) -> list[ChangedPhoto]:
    """Return the photos changed in every way, with their figures."""
    from tqdm import tqdm

    changed: list[ChangedPhoto] = []
    for change in tqdm(changes, "photos", unit="photo"):
        photos = {name: way(change) for name, way in ways.items()}
        changed += meter(change, {name: each for name, each in photos.items() if each is not None})
    return changed


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
