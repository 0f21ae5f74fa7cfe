"""``express``: changes the expression of a face in photos or in a video."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.commands.express_video import change_video, check_files
from face2face.commands.options import add_face_argument, add_landmarks_argument
from face2face.commands.outputs import Outputs
from face2face.commands.photo_folder import change_folder, planned
from face2face.commands.photos import (
    add_limit_argument,
    find_face,
    read_to_change,
    write_changed,
)
from face2face.errors import FaceError, ModelError, OptionError
from face2face.face.expression_model import EXPRESSIONS
from face2face.face.facial_change import STATES, FacialChange
from face2face.face.photo_checks import faces_camera

if TYPE_CHECKING:
    from face2face.commands.photo_folder import Changer
    from face2face.edit.feature import FeaturePainter
    from face2face.face.expression_model import ExpressionModel
    from face2face.image import Image

DESCRIPTION = """Change the expression of a face in a photo: --to smile, or one part of it with
--eyes, --gaze and --mouth. The photo keeps its size. In a PNG, all outside the squares around eyes
and mouth stays the same to the bit. With a folder as --photo, --output is a folder too, and another
run continues where the last one stopped. With a video as --file, each frame changes as far, and the
sound stays. The result is synthetic: say so where you show it."""
READS, WRITES = ("photo", "file", "models"), ("output",)
#: Parts of the face that have an option of their own, in the order in which they change.
_PARTS = ("eyes", "gaze", "mouth")
#: Range of ``--strength``.
_STRENGTHS = (-1.0, 1.5)
#: Part of a change -> the features that are repainted for it.
_FEATURES = {"expression": ("eyes", "mouth"), "eyes": ("eyes",), "gaze": (), "mouth": ("mouth",)}
#: Hint where models are missing.
_TRAIN = (
    "Make pairs with tools/make_feature_data.py, train.py --mode feature --output_dir models/mouth "
    "on its mouth/, likewise models/eyes, and add --models models."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--photo", type=Path, help="photo, or folder of photos, to change")
    source.add_argument("--file", type=Path, help="video to change")
    parser.add_argument(
        "--output",
        type=Path,
        required=True,
        help="file for the changed photo, PNG or JPEG, or for the changed video, MP4; folder for "
        "the photos of a folder",
    )
    parser.add_argument("--to", choices=EXPRESSIONS, help="expression to change the face to")
    parser.add_argument(
        "--strength",
        type=_strength,
        default=1.0,
        help="how far to go --to the expression: 0 not at all, 1 all the way, 1.5 beyond it, -1 "
        "the other way",
    )
    for part in _PARTS:
        parser.add_argument(
            f"--{part}",
            nargs="+",
            metavar=("STATE", "HOW_FAR"),
            help=f"{', '.join(STATES[part])}; and how far from where it is: 0 not at all, 1 (the "
            "default) all the way",
        )
    add_face_argument(parser, "change")
    add_landmarks_argument(parser)
    add_limit_argument(parser)
    parser.add_argument(
        "--models", type=Path, help="folder with the models mouth and eyes; --gaze needs none"
    )
    parser.add_argument(
        "--no-mark",
        action="store_true",
        help="leave out the watermark that says that a video is synthetic",
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the changed photo or video, or the photos of a folder, of which finished ones stay."""
    if options.file or not options.photo.is_dir():
        return Outputs([options.output], in_place=True)
    files = list(planned(options, [options.output]).values())
    return Outputs(files, lambda path: True, in_place=True)


def run(options: argparse.Namespace) -> int:
    """Change the photo, the photos of the folder, or the video.

    Returns:
        1 where a photo of the folder fails, else 0.
    """
    from face2face.media.photo_writer import check_writable

    changes = _changes(options)
    if options.file:
        check_files(options.file, options.output)
        painters = _painters(options, changes)
        change_video(options, changes, painters, _expressions(options, changes, painters))
        return 0
    if options.photo.is_dir():
        _painters(options, changes)  # a missing model is one error, not one for each photo
        return change_folder(options, [options.output], lambda: _changer(options, changes))
    check_writable(options.output)
    photo, lacking = read_to_change(options.photo, options.output, options.max_megapixels)
    picture = _changer(options, changes)(options.photo, photo.shown)
    if lacking:
        print(lacking)
    write_changed(options.photo, options.output, photo, picture)
    print(f"written: {options.output}")
    return 0


def _strength(text: str) -> float:
    """Parse the strength of an expression."""
    low, high = _STRENGTHS
    value = _parsed(text)
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{text} is not a number from {low:g} to {high:g}")
    return value


def _parsed(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _changes(options: argparse.Namespace) -> list[FacialChange]:
    """Return the changes that the options name.

    Raises:
        OptionError: They name none, or one of them names no state or no number.
    """
    changes = [FacialChange("expression", options.to, options.strength)] if options.to else []
    for part in _PARTS:
        if words := getattr(options, part):
            state, amount = words[0], _parsed(words[1] if len(words) > 1 else "1")
            if state not in STATES[part] or not 0 <= amount <= 1 or len(words) > 2:
                raise OptionError(
                    f"--{part} {' '.join(words)} names no change.",
                    hint=f"Name {' or '.join(STATES[part])}, and a number from 0 to 1, such as "
                    f"--{part} {STATES[part][0]} 0.5.",
                )
            changes.append(FacialChange(part, state, amount))
    if not changes:
        raise OptionError("No change is named.", hint="Add --to, --eyes, --gaze or --mouth.")
    return changes


def _changer(options: argparse.Namespace, changes: list[FacialChange]) -> Changer:
    """Return a function that changes the face of a photo."""
    from tqdm import tqdm

    from face2face.edit.express import express
    from face2face.face.back_ends import make_detector

    # The networks compile in the background while the detector's are loaded.
    painters = _painters(options, changes)
    expressions = _expressions(options, changes, painters)
    detector = make_detector(options.landmarks)

    def change_face(path: Path, photo: Image) -> Image:
        landmarks = find_face(detector, photo, options.face, path)
        if not faces_camera(landmarks):
            raise FaceError(
                f"The face in {path} is turned too far to a side.",
                hint="Use a photo in which it looks at the camera.",
            )
        wanted = landmarks
        for change in changes:
            if change.is_made(wanted, expressions):
                tqdm.write(f"{path} has {change.part} {change.state} already: that stays")
            else:
                wanted = change.applied_to(wanted, expressions)
        return express(photo, landmarks, wanted, painters)

    return change_face


def _painters(
    options: argparse.Namespace, changes: list[FacialChange]
) -> dict[str, FeaturePainter]:
    """Return feature -> its painter, for the features that the changes repaint.

    Raises:
        OptionError: No folder of models is named, but needed.
        ModelError: A model is missing or damaged, or repaints another feature.
    """
    from face2face.edit.feature import FeaturePainter
    from face2face.inference.pretrained import load_feature

    features = sorted({name for change in changes for name in _FEATURES[change.part]})
    if features and options.models is None:
        raise OptionError("No models of eyes and mouth are named.", hint=_TRAIN)
    painters = {}
    for name in features:
        folder = options.models / name
        if not folder.is_dir():
            raise ModelError(f"There is no model {folder}.", hint=_TRAIN)
        mode, engine = load_feature(folder)
        if mode.feature != name:
            raise ModelError(
                f"The model in {folder} repaints the {mode.feature}, not the {name}.",
                hint="Rename the folder.",
            )
        painters[name] = FeaturePainter(mode, engine)
    return painters


def _expressions(
    options: argparse.Namespace, changes: list[FacialChange], painters: dict[str, FeaturePainter]
) -> ExpressionModel | None:
    """Return the model of expressions that a painter's card holds; None where none is needed.

    Raises:
        ModelError: It is needed, and there is none.
    """
    found = [each.mode.expressions for each in painters.values() if each.mode.expressions]
    if options.to and not any(options.to in each.ways for each in found):
        raise ModelError(
            f"The models in {options.models} don't know the way to {options.to}.",
            hint="Make their pairs from photos of people that show it, and train again.",
        )
    return found[0] if found else None
