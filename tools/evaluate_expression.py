"""Measure models of mode expression on people with a true photo of the wanted expression."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import run_program
from face2face.commands.options import add_held_out_argument, add_landmarks_argument
from face2face.commands.outputs import Outputs
from face2face.errors import DataError, OptionError
from face2face.segmentation.emotions import emotion_of_folder
from face2face.segmentation.features import FEATURES

if TYPE_CHECKING:
    from face2face.edit.exchange import FeatureExchange
    from face2face.evaluation.expressions import ExpressionMeter, ExpressionScore
    from face2face.image import Image, Landmarks
    from face2face.segmentation.features import FaceMap
    from face2face.segmentation.parser import Parser

DESCRIPTION = """Change the held-out photos of one folder by each method, and compare the regions
with the photos of the same names in another folder, aligned by nose and eyes."""
READS, WRITES = ("source", "target", "classifier", "parser", "held_out"), ("output",)
#: Name of the row of photos that are not changed.
_UNCHANGED = "unchanged"


class _Person(NamedTuple):
    """A face, its landmarks at 256 pixels, and the aligned true photo of the wanted expression."""

    name: str
    face: FaceMap
    landmarks: Landmarks
    truth: Image


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--source", type=Path, required=True, help="folder of photos to change")
    parser.add_argument(
        "--target", type=Path, required=True, help="folder of the true photos, of the same names"
    )
    parser.add_argument(
        "--method",
        dest="methods",
        nargs="+",
        action="append",
        required=True,
        metavar=("NAME", "DIR"),
        help="name of a method, and folders of its models; repeat for more methods",
    )
    parser.add_argument("--classifier", type=Path, help="folder of an emotion classifier")
    parser.add_argument("--parser", type=Path, help="folder of a parser (default: the shipped one)")
    parser.add_argument(
        "--output", type=Path, help="sheet: photo, each method and truth; a person a row"
    )
    add_held_out_argument(parser)
    add_landmarks_argument(parser)


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the sheet."""
    return Outputs([options.output] if options.output else [])


def run(options: argparse.Namespace) -> None:
    """Print a table for each feature, and write the sheet."""
    import numpy as np

    from face2face.edit.exchange import load_exchange
    from face2face.evaluation.expressions import ExpressionMeter
    from face2face.evaluation.metrics import lpips
    from face2face.face.identity import Identity
    from face2face.image import side_by_side
    from face2face.inference.pretrained import load_emotion_classifier, load_parser
    from face2face.media.stills import write_image

    if any(len(words) < 2 for words in options.methods):
        raise OptionError("A method has no model.", hint="Add --method NAME FOLDER.")
    parse = load_parser(options.parser)
    methods = {
        name: [load_exchange(Path(folder), parse) for folder in folders]
        for name, *folders in options.methods
    }
    classify = load_emotion_classifier(options.classifier) if options.classifier else None
    meter = ExpressionMeter(parse, Identity(), lpips(), classify)
    people = _people(options, parse)
    pictures = {_UNCHANGED: [each.face.face for each in people]} | {
        name: [_changed(each.face, exchanges, parse) for each in people]
        for name, exchanges in methods.items()
    }
    wanted = emotion_of_folder(options.target.resolve().name) or ""
    print(f"{len(people)} people: {', '.join(each.name for each in people)}")
    for feature in FEATURES:
        _print_table(feature, people, pictures, meter, wanted)
    if options.output:
        rows = zip(*pictures.values(), [each.truth for each in people], strict=True)
        write_image(options.output, np.concatenate([side_by_side(row) for row in rows]))


def _people(options: argparse.Namespace, parse: Parser) -> list[_Person]:
    """Return the held-out people who have both photos, with a usable face in each."""
    from face2face.data.annotations import SkipReport
    from face2face.data.batch import by_stem
    from face2face.data.face_maps import face_maps
    from face2face.data.label_maps import held_out_rule
    from face2face.evaluation.expressions import aligned
    from face2face.face.back_ends import make_detector
    from face2face.media.stills import list_images, read_image
    from face2face.segmentation.features import FACE_SIZE

    held_out = held_out_rule(options.held_out)
    truths = by_stem(list_images(options.target))
    photos = by_stem(list_images(options.source))
    names = [name for name in photos if held_out(name) and name in truths]
    detect, skipped = make_detector(options.landmarks), SkipReport()
    people = []
    for found in face_maps([photos[name] for name in names], detect, parse, skipped):
        truth = read_image(truths[found.path.stem])
        landmarks = found.face.box.to_panel(detect(found.photo)[0], FACE_SIZE)
        if faces := detect(truth):
            picture = aligned(truth, faces[0], landmarks)
            people.append(_Person(found.path.stem, found.face, landmarks, picture))
    if not people:
        raise DataError("No held-out person has both photos.", hint="Check --held-out.")
    return people


def _changed(face: FaceMap, exchanges: list[FeatureExchange], parse: Parser) -> Image:
    """Return a face of 256 pixels after all exchanges."""
    from face2face.errors import FaceError
    from face2face.image import Box
    from face2face.segmentation.features import FACE_SIZE, FaceMap

    picture, labels = face.face, face.labels
    for exchange in exchanges:
        try:
            picture = exchange(picture, FaceMap(Box(0, 0, FACE_SIZE), picture, labels))
        except FaceError as error:
            print(error)
        labels = parse(picture, None)
    return picture


def _print_table(
    feature: str,
    people: list[_Person],
    pictures: dict[str, list[Image]],
    meter: ExpressionMeter,
    wanted: str,
) -> None:
    """Print the means of every method for one feature."""
    from face2face.evaluation.expressions import mean_score

    print(f"\n| {feature} | LPIPS | SSIM | identity distance | taken for {wanted} |")
    print("|---|---|---|---|---|")
    for name, changed in pictures.items():
        scores: list[ExpressionScore] = [
            meter(each.face, each.landmarks, picture, each.truth, feature)
            for each, picture in zip(people, changed, strict=True)
        ]
        mean = mean_score(scores, wanted)
        print(
            f"| {name} | {mean['lpips']:.3f} | {mean['ssim']:.3f} | {mean['identity']:.3f} | "
            f"{100 * mean['emotion']:.0f} % |"
        )


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
