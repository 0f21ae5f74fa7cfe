"""``edit``: a photo, and what shall be changed in it -> the photo changed."""

from __future__ import annotations

import argparse
from pathlib import Path

from face2face.commands.console import paths_of, positive
from face2face.commands.outputs import Outputs
from face2face.errors import FaceError, OptionError

DESCRIPTION = """Edits the face in a photo. What shall be changed is painted in the colours of --list-classes, on white or on nothing
(--changes; start from --save-map), or said in words (--set glasses=none hair=#552200 mouth=smile). The photo keeps its size, and what
isn't changed stays as it is, to the bit, in a PNG. The result is synthetic: say so where you show it."""
READS, WRITES = ("photo", "changes", "model", "parser"), ("output", "save_map")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--photo", type=Path, help="the photo")
    parser.add_argument(
        "--changes",
        type=Path,
        help="a picture painted in the palette's colours; white above 200 is untouched",
    )
    parser.add_argument(
        "--set",
        nargs="+",
        default=[],
        metavar="WHAT=HOW",
        help="glasses=none|add, mouth=open|closed|smile, hair=#552200, ...",
    )
    parser.add_argument("--output", type=Path, help="where the changed photo goes")
    parser.add_argument(
        "--show",
        action="store_true",
        help="open a window to paint in; s saves to --output, h shows the keys",
    )
    parser.add_argument(
        "--save-map",
        type=Path,
        help="write the photo's own label map, a palette PNG, to start painting from",
    )
    parser.add_argument("--face", type=positive, default=1, help="which face, 1 for the largest")
    parser.add_argument(
        "--model", type=Path, help="the folder of an edit model (default: the one that is shipped)"
    )
    parser.add_argument(
        "--parser", type=Path, help="the folder of a parser (default: the one that is shipped)"
    )
    parser.add_argument(
        "--list-classes",
        action="store_true",
        help="list the classes with their numbers and colours, and stop",
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """The changed photo, which may replace the photo, and its map."""
    return Outputs(paths_of(options, WRITES), in_place=True)


def run(options: argparse.Namespace) -> None:
    """Edits, and says where the photo is."""
    from face2face.commands.parse import list_classes

    if options.list_classes:
        print(list_classes())
        return
    if options.photo is None:
        raise OptionError("--photo names the photo to edit", "none", "add --photo me.jpg")
    if not (options.save_map or options.output):
        raise OptionError(
            "--output or --save-map says where the result goes", "neither", "add --output out.jpg"
        )
    if (options.changes or options.set or options.show) and not options.output:
        raise OptionError(
            "--output says where the changed photo goes", "none", "add --output out.png"
        )
    if options.output and not (options.changes or options.set or options.show):
        raise OptionError(
            "--changes, --set or --show says what shall be changed",
            "none of them",
            "add one, or leave --output out",
        )

    from face2face.data.label_maps import read_changes, write_labels
    from face2face.edit.changes import change_from_image
    from face2face.edit.editor import Editor
    from face2face.edit.label_window import KEYS, LabelEditorWindow
    from face2face.edit.paint_window import run_paint_window
    from face2face.edit.parse_edit import parse_edit
    from face2face.face.detector import Detector
    from face2face.image import Image
    from face2face.inference.pretrained import load_edit, load_parser
    from face2face.media.stills import check_writable, read_image, write_image
    from face2face.media.window import Window
    from face2face.segmentation.parser import is_misdetection

    for path in (options.output, options.save_map):
        if path:
            check_writable(path)
    photo = read_image(options.photo)
    # The networks are compiled in the background while dlib's weights are read.
    editor = (
        Editor(load_parser(options.parser), *load_edit(options.model)) if options.output else None
    )
    parser = editor.parser if editor else load_parser(options.parser)
    faces = Detector()(photo)
    if len(faces) < options.face:
        found = f"{len(faces)} in {options.photo}"
        raise FaceError(
            f"--face {options.face} is a face in the photo",
            found,
            "name a photo in which a face looks at the camera",
        )
    landmarks = faces[options.face - 1]
    labels = parser(photo, landmarks)
    if options.save_map:
        write_labels(options.save_map, labels)
        print(f"written: {options.save_map}")
    if editor is None:
        return
    result = photo
    if options.changes:
        change, strange = change_from_image(labels, read_changes(options.changes))
        if strange:
            print(
                f"{strange} pixels of {options.changes} are in no class's colour: the nearest was taken"
            )
        result, labels = editor(result, landmarks, change), change.labels
    if options.set and is_misdetection(landmarks, labels):
        rule = "--set moves features that are found"
        raise FaceError(
            rule,
            f"other ones than the map's in {options.photo}",
            "paint with --changes or --show instead",
        )
    for text in options.set:
        change = parse_edit(text, labels, landmarks)
        result, labels = editor(result, landmarks, change), change.labels

    def save(picture: Image) -> str:
        write_image(options.output, picture)
        return f"written: {options.output}"

    if options.show:
        studio = LabelEditorWindow(editor, result, labels, landmarks, save)
        with Window("face2face edit", scale=1) as window:
            run_paint_window(studio, window, KEYS)
    else:
        print(save(result))
