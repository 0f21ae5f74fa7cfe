"""Make training strips that exchange expressions, from photos of two expressions."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.card import FILE_NAME, ModelCard, describes_data
from face2face.commands.console import run_program, whole
from face2face.commands.options import (
    add_card_arguments,
    add_held_out_argument,
    add_landmarks_argument,
)
from face2face.commands.outputs import Outputs
from face2face.data.annotations import SkipReason
from face2face.errors import DataError, OptionError
from face2face.segmentation.emotions import EMOTIONS, EmotionClassifier, emotion_of_folder
from face2face.segmentation.features import FEATURES, MIN_PIECE, missing_parts

if TYPE_CHECKING:
    from face2face.data.face_maps import FacePhoto
    from face2face.data.photo_selection import PhotoSelection

DESCRIPTION = """Cut eyes with brows and mouths out of photos of two expressions. The strips are for
train.py --mode expression: unpaired ones for CycleGAN, and paired ones, from photos with the same
name in both folders, for pix2pix. report.txt counts the photos that were left out, and dropped.png
shows them."""
READS, WRITES = ("source", "target", "classifier", "parser", "held_out"), ("output",)
#: Names of the report and of the sheet in the output folder.
_REPORT, _SHEET = "report.txt", "dropped.png"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--source", type=Path, required=True, help="folder of photos of the expression to change"
    )
    parser.add_argument(
        "--target", type=Path, required=True, help="folder of photos of the wanted expression"
    )
    parser.add_argument(
        "--min-pixels",
        type=whole,
        default=200,
        help="keep photos whose eyes, brows and lips have more pixels each, of a face of 256x256",
    )
    parser.add_argument(
        "--size",
        type=int,
        choices=(64, 128),
        default=64,
        help="width and height of a region in pixels",
    )
    parser.add_argument(
        "--classifier",
        type=Path,
        help="folder of an emotion classifier; leaves out photos whose emotion isn't that of their "
        f"folder's name: {', '.join(EMOTIONS)} (default: all emotions are kept)",
    )
    parser.add_argument("--parser", type=Path, help="folder of a parser (default: the shipped one)")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("expression"),
        help="folder for the regions and the strips of each feature",
    )
    parser.add_argument("--seed", type=whole, default=0, help="seed of the unpaired strips")
    add_held_out_argument(parser)
    add_landmarks_argument(parser)
    add_card_arguments(parser, "photos")


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the report, the sheet and the cards of the strips."""
    from face2face.data.expression_pairs import KINDS

    folder = options.output
    cards = [folder / feature / kind / FILE_NAME for feature in FEATURES for kind in KINDS.values()]
    ours = any(describes_data(card.parent, "expression") for card in cards)
    return Outputs([folder / _REPORT, folder / _SHEET, *cards], lambda path: ours)


def run(options: argparse.Namespace) -> int:
    """Cut the regions, write the strips, and report the photos that were left out."""
    from face2face.data.batch import INCOMPLETE
    from face2face.data.expression_pairs import SIDES
    from face2face.data.face_maps import UNREADABLE
    from face2face.face.back_ends import make_detector
    from face2face.files import ensure_writable_dir
    from face2face.inference.pretrained import load_emotion_classifier, load_parser

    classify = load_emotion_classifier(options.classifier) if options.classifier else None
    if classify:
        for folder in (options.source, options.target):
            _emotion(folder)
    ensure_writable_dir(options.output)
    _check_same_recipe(options)
    detect, parse = make_detector(options.landmarks), load_parser(options.parser)
    selections = [
        _cut(getattr(options, side), side, options, detect, parse, classify) for side in SIDES
    ]
    _write_report(options.output, selections)
    for selection in selections:
        selection.check()
    _write_all_strips(options, selections)
    unreadable = any(UNREADABLE in each.skipped.names for each in selections)
    return INCOMPLETE if unreadable else 0


def _emotion(folder: Path) -> str:
    """Return the emotion of a folder's name."""
    emotion = emotion_of_folder(folder.resolve().name)
    if emotion is None:
        raise OptionError(
            f"{folder} has the name of no emotion, and --classifier compares with it.",
            hint=f"Rename it to one of {', '.join(EMOTIONS)}, or leave --classifier out.",
        )
    return emotion


def _cut(
    folder: Path,
    side: str,
    options: argparse.Namespace,
    detect: Callable[..., Any],
    parse: Callable[..., Any],
    classify: EmotionClassifier | None,
) -> PhotoSelection:
    """Cut the regions out of the photos of a folder, and write them."""
    from tqdm import tqdm

    from face2face.data.batch import by_stem
    from face2face.data.expression_pairs import cut_regions
    from face2face.data.face_maps import face_maps
    from face2face.data.photo_selection import PhotoSelection
    from face2face.media.stills import list_images

    selection = PhotoSelection(folder)
    photos = by_stem(list_images(folder, [options.output])).values()
    progress = tqdm(photos, side, unit="photo")
    for found in face_maps(progress, detect, parse, selection.skipped):
        problem = _problem(found, options.min_pixels, folder, classify)
        if problem is not None:
            selection.drop(*problem, found.path.name, found.face.face)
            continue
        for feature, region in cut_regions(found.photo, found.face, options.size).items():
            region.save(options.output / feature, side, found.path.stem)
        selection.names.append(found.path.stem)
    return selection


def _problem(
    found: FacePhoto, min_pixels: int, folder: Path, classify: EmotionClassifier | None
) -> tuple[SkipReason, str] | None:
    """Return the reason to leave a photo out with the limit to relax; None to keep it."""
    if missing := missing_parts(found.face.labels, min_pixels):
        parts = " and ".join(missing)
        reason = SkipReason(
            f"photo shows too little of {parts}", f"photos show too little of {parts}"
        )
        return reason, f"Relax --min-pixels, which is {min_pixels}."
    if any(_is_in_pieces(found, feature) for feature in FEATURES):
        reason = SkipReason("photo has a feature in pieces", "photos have a feature in pieces")
        return reason, "Name photos in which hair and glasses don't cover eyes and mouth."
    if classify is None:
        return None
    emotion = classify(found.face.labels)
    if emotion == _emotion(folder):
        return None
    wanted = _emotion(folder)
    reason = SkipReason(
        f"photo looks {emotion}, not {wanted}", f"photos look {emotion}, not {wanted}"
    )
    return reason, "Leave --classifier out to keep all emotions."


def _is_in_pieces(found: FacePhoto, feature: str) -> bool:
    """Return whether every connected piece of a feature is smaller than 100 pixels."""
    from face2face.segmentation.features import feature_mask

    return not feature_mask(found.face.labels, feature).any()


def _write_report(folder: Path, selections: list[PhotoSelection]) -> None:
    """Print and write the number of photos for each reason, and a sheet of those left out."""
    from face2face.data.photo_selection import sheet
    from face2face.files import atomic_write
    from face2face.media.stills import write_image

    lines = [line for each in selections for line in each.lines()]
    print("\n".join(lines))
    with atomic_write(folder / _REPORT) as aside:
        aside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    dropped = sheet(selections)
    if dropped is not None:
        write_image(folder / _SHEET, dropped)


def _write_all_strips(options: argparse.Namespace, selections: list[PhotoSelection]) -> None:
    """Write the strips of every feature and kind, and their cards."""
    from face2face.data.expression_pairs import KINDS, paired, unpaired, write_strips
    from face2face.data.label_maps import held_out_rule
    from face2face.data.pairs import TRAIN, VAL
    from face2face.files import ensure_writable_dir
    from face2face.modes.expression import ExpressionExchange

    held_out = held_out_rule(options.held_out)
    for objective, kind in KINDS.items():
        counts = {}
        for part in (TRAIN, VAL):
            sources, targets = (
                [name for name in each.names if held_out(name) == (part == VAL)]
                for each in selections
            )
            pairs = paired(sources, targets)
            if objective == "cyclegan":
                pairs = unpaired(sources, targets, options.seed)
            counts[part] = len(pairs)
            for feature in FEATURES:
                folder = options.output / feature
                write_strips(folder, pairs, ensure_writable_dir(folder / kind / part))
        print(f"{kind}: {counts[TRAIN]} strips to train on, {counts[VAL]} held out")
        for feature in FEATURES if counts[TRAIN] else ():
            ModelCard(
                **ExpressionExchange(options.size, feature).card_fields(),
                objective=objective,
                data=_recipe(options) | counts,
                landmarks=options.landmarks,
                licence=options.licence,
                consent=options.consent,
            ).save(options.output / feature / kind)


def _recipe(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that make two runs the same."""
    return {
        "source": options.source.resolve().name,
        "target": options.target.resolve().name,
        "min_pixels": options.min_pixels,
        "min_piece": MIN_PIECE,
        "classified": options.classifier is not None,
        "seed": options.seed,
    }


def _check_same_recipe(options: argparse.Namespace) -> None:
    """Raise a DataError if the folder holds strips that were made with other options."""
    from face2face.data.expression_pairs import KINDS

    for feature in FEATURES:
        for kind in KINDS.values():
            folder = options.output / feature / kind
            if not (folder / FILE_NAME).is_file():
                continue
            card, recipe = ModelCard.load(folder), _recipe(options)
            old = {name: card.data.get(name) for name in recipe} | {"size": card.size}
            new = recipe | {"size": options.size}
            if changed := [
                f"{name} {old[name]}, not {new[name]}" for name in new if old[name] != new[name]
            ]:
                raise DataError(
                    f"{folder} holds strips with {'; '.join(changed)}.",
                    hint="Name another --output.",
                )


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
