"""``edit``: changes the face in a photo."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.commands.console import paths_of
from face2face.commands.options import add_face_argument, add_landmarks_argument
from face2face.commands.outputs import Outputs
from face2face.commands.photos import (
    add_limit_argument,
    find_face,
    read_to_change,
    write_changed,
)
from face2face.errors import FaceError, OptionError
from face2face.face.back_ends import make_detector

if TYPE_CHECKING:
    from face2face.edit.editor import Editor
    from face2face.edit.word_edits import ParsedFace
    from face2face.image import Image

DESCRIPTION = """Edit the face in a photo. Say the change in words (--set nose=narrow
hair=auburn lips=full), paint it in the colours of --list-classes on white or on nothing
(--changes; start from --save-map), or paint it in a window (--show). The photo keeps its size.
In a PNG, all else stays the same to the bit. The result is synthetic: say so where
you show it."""
READS, WRITES = ("photo", "changes", "model", "parser"), ("output", "save_map")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--photo", type=Path, help="photo to edit")
    parser.add_argument("--output", type=Path, help="file for the edited photo, PNG or JPEG")
    parser.add_argument(
        "--set",
        nargs="+",
        default=[],
        metavar="PART=VALUE",
        help="changes in words: brows=up|down, nose=narrow|wide, lips=full|thin, "
        "mouth=closed, gaze=up|down, hair=auburn, eyes=#4f7390, ...; experimental: "
        "mouth=open|smile, gaze=left|right, eyes=shut|wide, glasses=none|add, ear_ring=none",
    )
    parser.add_argument(
        "--changes",
        type=Path,
        help="picture with changes painted in the colours of --list-classes; white is no change",
    )
    parser.add_argument(
        "--show",
        action="store_true",
        help="open a window to paint in; s saves to --output, h shows the keys",
    )
    parser.add_argument(
        "--save-map",
        type=Path,
        help="file for the photo's label map, a palette PNG to start painting from",
    )
    add_face_argument(parser, "edit")
    add_landmarks_argument(parser)
    add_limit_argument(parser)
    parser.add_argument(
        "--model", type=Path, help="folder of an edit model (default: the pretrained one)"
    )
    parser.add_argument(
        "--parser", type=Path, help="folder of a parser (default: the pretrained one)"
    )
    parser.add_argument(
        "--list-classes",
        action="store_true",
        help="list the classes with their numbers and colours, then stop",
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the edited photo, which may replace the original, and the label map."""
    return Outputs(paths_of(options, WRITES), in_place=True)


def run(options: argparse.Namespace) -> None:
    """Edit the photo, or let a person paint in a window."""
    from face2face.commands.parse import list_classes

    if options.list_classes:
        print(list_classes())
        return
    _check_options(options)

    from face2face.data.label_maps import write_labels
    from face2face.edit.editor import Editor
    from face2face.edit.word_edits import ParsedFace
    from face2face.inference.pretrained import load_edit, load_parser
    from face2face.media.photo_writer import check_writable

    for path in (options.output, options.save_map):
        if path:
            check_writable(path)
    # Without an output, only the map is saved: a PNG holds all of it.
    photo, lacking = read_to_change(
        options.photo, options.output or options.save_map, options.max_megapixels
    )
    # The networks compile in the background while the detector's are loaded.
    parser = load_parser(options.parser)
    editor = Editor(parser, *load_edit(options.model)) if options.output else None
    detector = make_detector(options.landmarks)
    landmarks = find_face(detector, photo.shown, options.face, options.photo)
    face = ParsedFace(photo.shown, landmarks, parser(photo.shown, landmarks))
    if options.save_map:
        write_labels(options.save_map, face.labels)
        print(f"written: {options.save_map}")
    if editor is None:
        return
    if lacking:
        print(lacking)
    face = _edit(options, editor, face)

    def save(picture: Image) -> str:
        write_changed(options.photo, options.output, photo, picture)
        return f"written: {options.output}"

    if options.show:
        _show(editor, face, save)
    else:
        print(save(face.photo))


def _show(editor: Editor, face: ParsedFace, save: Callable[[Image], str]) -> None:
    """Let a person paint in a window."""
    from face2face.edit.label_window import KEYS, LabelEditorWindow
    from face2face.edit.photo_window import run_photo_window
    from face2face.media.window import Window

    painting = LabelEditorWindow(editor, face.photo, face.labels, face.landmarks, save)
    with Window("face2face edit", scale=1) as window:
        run_photo_window(painting, window, KEYS)


def _check_options(options: argparse.Namespace) -> None:
    """Raise an OptionError unless the options name a photo, a change and an output."""
    changing = bool(options.changes or options.set or options.show)
    if options.photo is None:
        raise OptionError("No photo is named.", hint="Add --photo me.jpg.")
    if changing and not options.output:
        raise OptionError("No file is named for the edited photo.", hint="Add --output out.png.")
    if options.output and not changing:
        raise OptionError(
            "No change is named.", hint="Add --set, --changes or --show, or leave --output out."
        )
    if options.save_map and options.save_map.suffix.lower() != ".png":
        raise OptionError(
            f"{options.save_map} is not a PNG file, which a label map must be.",
            hint="Add --save-map map.png.",
        )
    if not (options.output or options.save_map):
        raise OptionError(
            "No output is named.", hint="Add --output out.png with a change, or --save-map map.png."
        )


def _edit(options: argparse.Namespace, editor: Editor, face: ParsedFace) -> ParsedFace:
    """Return the face after ``--changes`` and then ``--set``."""
    from face2face.edit.face_painter import FacePainter
    from face2face.edit.parse_edit import is_experimental
    from face2face.edit.word_edits import edit_in_words
    from face2face.segmentation.parser import is_misdetection

    if options.changes:
        face = _with_painted_changes(options, editor, face)
    if options.set and is_misdetection(face.landmarks, face.labels):
        raise FaceError(
            f"The landmarks found in {options.photo} don't fit its label map.",
            hint="Paint the change with --changes or --show.",
        )
    painter = FacePainter()
    for words in options.set:
        if is_experimental(words):
            print(f"{words} is experimental: the result may look artificial")
        before, face = face, edit_in_words(face, words, editor, painter)
        if face is before:
            print(f"{options.photo} has {words} already: that stays")
    return face


def _with_painted_changes(
    options: argparse.Namespace, editor: Editor, face: ParsedFace
) -> ParsedFace:
    """Return the face after ``--changes``."""
    from face2face.data.label_maps import read_changes
    from face2face.edit.changes import change_from_image

    change, off_palette = change_from_image(
        face.labels, read_changes(options.changes, options.max_megapixels)
    )
    if off_palette:
        print(
            f"{off_palette} pixels of {options.changes} have no class's colour: "
            "they get the nearest class"
        )
    photo = editor(face.photo, face.landmarks, change)
    return replace(face, photo=photo, labels=change.labels)
