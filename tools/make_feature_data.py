"""Make training strips for the mode feature from pictures of people."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.card import FILE_NAME, describes_data
from face2face.commands.console import number, positive, run_program, whole
from face2face.commands.options import (
    add_card_arguments,
    add_held_out_argument,
    add_landmarks_argument,
)
from face2face.commands.outputs import Outputs
from face2face.errors import DataError, OptionError
from face2face.face.features import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from face2face.data.batch import Failures
    from face2face.data.feature_strips import FeatureStrips
    from face2face.face.expression_model import ExpressionModel

DESCRIPTION = """Make strips for train.py --mode feature: any picture of a person warped to the
landmarks of any other picture of the same person, and that picture. Pictures whose heads are
turned too differently, or whose light or hair differs too much, make no strip. Photos named
neutral, smile, sad, angry or surprised also teach the landmarks' ways to these expressions. One
person in ten, by name, is validated on. The same seed makes the same files. Existing strips are
kept."""
READS, WRITES = ("people", "videos", "singles", "held_out"), ("output",)
#: Options that a card's data repeats.
_RECIPE = ("repeats", "single_repeats", "frames_per_second", "seed")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--people",
        metavar="DIR",
        type=Path,
        nargs="+",
        default=[],
        help="folders with several photos of each person: in a subfolder for each, or with the "
        "person's name before the first underscore of the file's name",
    )
    parser.add_argument(
        "--videos",
        metavar="FILE",
        type=Path,
        nargs="+",
        default=[],
        help="videos of one person each",
    )
    parser.add_argument(
        "--singles",
        metavar="DIR",
        type=Path,
        nargs="+",
        default=[],
        help="folders with one photo of each person: a warp to another person's expression takes "
        "the place of a second photo",
    )
    parser.add_argument(
        "--repeats", type=positive, default=12, help="number of strips in which a picture is true"
    )
    parser.add_argument(
        "--single-repeats", type=positive, default=2, help="the same for a photo of --singles"
    )
    parser.add_argument(
        "--frames-per-second",
        type=number,
        default=1.3,
        help="number of frames used of each second of a video",
    )
    parser.add_argument(
        "--size", type=positive, default=128, help="width and height of a panel in pixels"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("feature"),
        help="folder for the strips: mouth/ and eyes/ with train/, val/ and a card each",
    )
    parser.add_argument("--seed", type=whole, default=0, help="seed of partners and tones")
    add_held_out_argument(parser)
    add_landmarks_argument(parser)
    add_card_arguments(parser, "pictures")


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the cards; existing strips stay."""
    cards = [options.output / name / FILE_NAME for name in FEATURES]
    return Outputs(cards, lambda path: describes_data(path.parent, "feature"))


def run(options: argparse.Namespace) -> int:
    """Make the strips, and print how many of each feature.

    Returns:
        1 where a photo or a video can't be read, else 0.
    """
    from face2face.card import ModelCard
    from face2face.data.batch import Failures
    from face2face.data.feature_strips import FeatureStrips
    from face2face.data.pairs import TRAIN, VAL
    from face2face.files import ensure_writable_dir
    from face2face.modes.feature import FeatureMode

    if not (options.people or options.videos):
        raise OptionError("No pictures are named.", hint="Add --people FOLDER or --videos FILE.")
    modes = [FeatureMode(options.size, name) for name in FEATURES]
    for mode in modes:
        for part in (TRAIN, VAL):
            ensure_writable_dir(options.output / mode.feature / part)
    strips, failures = FeatureStrips(options.output, modes, options.seed), Failures()
    people = _add_all(strips, options, failures)
    if not any(strips.counts.values()):
        raise DataError("No two pictures of a person fit together.", hint="Name other pictures.")
    expressions = _expressions(options, failures)
    recipe: dict[str, Any] = {name: getattr(options, name) for name in _RECIPE}
    for mode in modes:
        ModelCard(
            **replace(mode, expressions=expressions).card_fields(),
            data=recipe | {"people": people},
            landmarks=options.landmarks,
            licence=options.licence,
            consent=options.consent,
        ).save(options.output / mode.feature)
        print(f"written: {strips.counts[mode.feature]} strips of {mode.feature}, {people} people")
    return failures.report(people)


def _expressions(options: argparse.Namespace, failures: Failures) -> ExpressionModel | None:
    """Return the ways to the expressions in the photos' names; None where none is named."""
    from face2face.data.people import learn_expressions
    from face2face.face.back_ends import EXPRESSIVE, make_detector

    people = _kept_people(options).values()
    detect, measure = (make_detector(each) for each in (options.landmarks, EXPRESSIVE))
    try:
        return learn_expressions(people, detect, measure, failures)
    except DataError:
        print("no expressions: no two photos of a person are named neutral and otherwise")
        return None


def _kept_people(options: argparse.Namespace) -> dict[str, list[Path]]:
    """Return name of a person -> the photos that aren't held out."""
    from face2face.data.people import people_in

    people = people_in(options.people).items()
    excluded = _excluded(options)
    return {name: [each for each in paths if not excluded(each.stem)] for name, paths in people}


def _excluded(options: argparse.Namespace) -> Callable[[str], bool]:
    """Return the function that tells whether a name is held out; without a list none is."""
    from face2face.data.label_maps import held_out_rule

    return held_out_rule(options.held_out) if options.held_out else lambda name: False


def _add_all(strips: FeatureStrips, options: argparse.Namespace, failures: Failures) -> int:
    """Write the strips of all people; return their number."""
    from tqdm import tqdm

    from face2face.data.people import photo_pictures, video_pictures
    from face2face.face.back_ends import make_detector
    from face2face.media.stills import list_images

    detect, excluded, count = make_detector(options.landmarks), _excluded(options), 0
    for name, paths in tqdm(_kept_people(options).items(), "people", unit="person"):
        if paths:
            with failures.noted(paths[0]):
                strips.add_person(name, photo_pictures(paths, detect), options.repeats)
                count += 1
    for path in tqdm(options.videos, "videos", unit="video"):
        with failures.noted(path):
            pictures = video_pictures(path, detect, options.frames_per_second)
            strips.add_person(f"{path.parent.name}-{path.stem}", pictures, options.repeats)
            count += 1
    singles = [path for folder in options.singles for path in list_images(folder)]
    for path in tqdm(singles, "single photos", unit="photo"):
        with failures.noted(path):
            if not excluded(path.stem) and (found := photo_pictures([path], detect)):
                strips.add_single(path.stem, found[0], options.single_repeats)
                count += 1
    return count


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
