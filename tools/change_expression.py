"""Change the expression in a photo by models of mode expression."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program
from face2face.commands.options import add_landmarks_argument
from face2face.commands.photos import (
    add_limit_argument,
    find_face,
    read_to_change,
    write_changed,
)
from face2face.errors import OptionError

DESCRIPTION = """Exchange eyes with brows, or the mouth, of a face in a photo for those that models
of mode expression paint. All other pixels stay as they are."""
READS, WRITES = ("photo", "models", "parser"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--photo", type=Path, required=True, help="photo to change")
    parser.add_argument(
        "--model",
        dest="models",
        metavar="DIR",
        type=Path,
        nargs="+",
        required=True,
        help="folders of models, one for each feature to change",
    )
    parser.add_argument("--output", type=Path, required=True, help="file for the changed photo")
    parser.add_argument("--face", type=positive, default=1, help="face to change, 1 is the largest")
    parser.add_argument("--parser", type=Path, help="folder of a parser (default: the shipped one)")
    add_limit_argument(parser)
    add_landmarks_argument(parser)


def run(options: argparse.Namespace) -> None:
    """Change the photo and write it."""
    from face2face.edit.exchange import load_exchange
    from face2face.face.back_ends import make_detector
    from face2face.inference.pretrained import load_parser
    from face2face.media.photo_writer import check_writable
    from face2face.segmentation.features import FaceMap

    check_writable(options.output)
    photo, lacking = read_to_change(options.photo, options.output, options.max_megapixels)
    parse = load_parser(options.parser)
    exchanges = [load_exchange(folder, parse) for folder in options.models]
    features = [each.feature for each in exchanges]
    if len(set(features)) < len(features):
        raise OptionError(
            f"Two models change the {features[0]}.", hint="Name one --model for each feature."
        )
    detector = make_detector(options.landmarks)
    landmarks = find_face(detector, photo.shown, options.face, options.photo)
    picture = photo.shown
    for exchange in exchanges:
        picture = exchange(picture, FaceMap.of(picture, landmarks, parse))
    if lacking:
        print(lacking)
    write_changed(options.photo, options.output, photo, picture)
    print(f"written: {options.output}, changed: {', '.join(features)}")


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
