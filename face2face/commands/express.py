"""``express``: changes the expression of a face in photos or in a video."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.commands.express_video import change_video, check_files
from face2face.commands.options import (
    add_face_argument,
    add_landmarks_argument,
    add_painter_argument,
)
from face2face.commands.outputs import Outputs
from face2face.commands.photo_folder import change_folder, planned
from face2face.commands.photos import (
    add_limit_argument,
    find_face,
    read_to_change,
    write_changed,
)
from face2face.errors import OptionError
from face2face.face.expression_model import EXPRESSIONS
from face2face.face.facial_change import EXPRESSION_AMOUNTS, STATES, FacialChange, apply_changes
from face2face.face.photo_checks import check_faces_camera

if TYPE_CHECKING:
    from face2face.commands.photo_folder import Changer
    from face2face.face.back_ends import FaceDetector
    from face2face.image import Image, Landmarks

DESCRIPTION = """Change the expression of a face in a photo: --to smile, or one part of it with
--eyes, --gaze and --mouth; or move sliders in a window (--show). The photo keeps its size. In a
PNG, all outside the squares around eyes and mouth stays the same to the bit. With a folder as
--photo, --output is a folder too, and another run continues where the last one stopped. With a
video as --file, each frame changes as far, and the sound stays. The result is synthetic: say so
where you show it."""
READS, WRITES = ("photo", "file", "models"), ("output",)
#: Parts of the face that have an option of their own, in the order in which they change.
_PARTS = ("eyes", "gaze", "mouth")


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
        help="how far to go --to the expression: 0 not at all, 1 (the default) all the way, 1.5 "
        "beyond it, -1 the other way",
    )
    for part in _PARTS:
        parser.add_argument(
            f"--{part}",
            nargs="+",
            metavar=("STATE", "HOW_FAR"),
            help=f"{', '.join(STATES[part])}; and how far from where it is: 0 not at all, 1 (the "
            "default) all the way",
        )
    parser.add_argument(
        "--show",
        action="store_true",
        help="open a window with sliders; s saves to --output, h shows the keys",
    )
    add_face_argument(parser, "change")
    add_landmarks_argument(parser)
    add_limit_argument(parser)
    add_painter_argument(parser)
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
    from face2face.edit.face_painter import FacePainter
    from face2face.media.photo_writer import check_writable

    changes = _changes(options)
    if options.show and (options.file or options.photo.is_dir()):
        raise OptionError(
            f"{options.file or options.photo} is no photo, and --show is for one photo.",
            hint="Name a photo.",
        )
    if options.file:
        check_files(options.file, options.output)
        change_video(options, changes)
        return 0
    if options.photo.is_dir():
        # A missing model is one error, not one for each photo.
        FacePainter(options.models).prepare(changes)
        return change_folder(options, [options.output], lambda: _changer(options, changes))
    check_writable(options.output)
    photo, lacking = read_to_change(options.photo, options.output, options.max_megapixels)

    def save(picture: Image) -> str:
        write_changed(options.photo, options.output, photo, picture)
        return f"written: {options.output}"

    if lacking:
        print(lacking)
    if options.show:
        _show(options, changes, photo.shown, save)
    else:
        print(save(_changer(options, changes)(options.photo, photo.shown)))
    return 0


def _strength(text: str) -> float:
    """Parse the strength of an expression."""
    low, high = EXPRESSION_AMOUNTS
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
        OptionError: They name none without ``--show``, or one of them names no state or no number.
    """
    if options.strength is not None and not options.to:
        raise OptionError(
            "--strength belongs to --to, which is missing.",
            hint="Add --to, or write the number behind the state, such as --eyes shut 0.5.",
        )
    strength = 1.0 if options.strength is None else options.strength
    changes = [FacialChange("expression", options.to, strength)] if options.to else []
    for part in _PARTS:
        if words := getattr(options, part):
            state, amount = words[0], _parsed(words[1] if len(words) > 1 else "1")
            if isnan(amount) or len(words) > 2:
                raise OptionError(
                    f"--{part} {' '.join(words)} names no change.",
                    hint=f"Name a state and a number, such as --{part} {STATES[part][0]} 0.5.",
                )
            changes.append(FacialChange(part, state, amount))
    if not changes and not options.show:
        raise OptionError(
            "No change is named.", hint="Add --to, --eyes, --gaze, --mouth or --show."
        )
    return changes


def _changer(options: argparse.Namespace, changes: list[FacialChange]) -> Changer:
    """Return a function that changes the face of a photo."""
    from tqdm import tqdm

    from face2face.edit.face_painter import FacePainter
    from face2face.face.back_ends import make_detector

    # The networks compile in the background while the detector's are loaded.
    paint = FacePainter(options.models)
    expressions = paint.prepare(changes)
    detector = make_detector(options.landmarks)

    def change_face(path: Path, photo: Image) -> Image:
        landmarks = _find(options, detector, photo, path)
        wanted, made = apply_changes(landmarks, changes, expressions)
        for change in made:
            tqdm.write(f"{path}: {change.name} is there already, and stays as it is")
        return paint(photo, landmarks, wanted)

    return change_face


def _show(
    options: argparse.Namespace,
    changes: list[FacialChange],
    photo: Image,
    save: Callable[[Image], str],
) -> None:
    """Let a person move sliders in a window."""
    from face2face.edit.expression_window import KEYS, ExpressionWindow
    from face2face.edit.face_painter import FacePainter
    from face2face.edit.photo_window import run_photo_window
    from face2face.face.back_ends import make_detector
    from face2face.media.window import Window

    paint = FacePainter(options.models)
    expressions = paint.expressions()
    landmarks = _find(options, make_detector(options.landmarks), photo, options.photo)
    work = ExpressionWindow(paint, expressions, photo, landmarks, changes, save)
    with Window("face2face express", scale=1) as window:
        run_photo_window(work, window, KEYS)


def _find(
    options: argparse.Namespace, detector: FaceDetector, photo: Image, path: Path
) -> Landmarks:
    """Return the landmarks of the face to change.

    Raises:
        FaceError: There is none that can be changed.
    """
    landmarks = find_face(detector, photo, options.face, path)
    check_faces_camera(landmarks, path)
    return landmarks
