"""``generate_train_data``: makes training data from a video or photos of one person."""

from __future__ import annotations

import argparse
from pathlib import Path

from face2face.card import SIZES
from face2face.commands.console import number, paths_of, positive
from face2face.commands.next_command import next_command
from face2face.commands.options import add_card_arguments, add_landmark_arguments
from face2face.commands.outputs import Outputs

DESCRIPTION = """Make training data from a video, a photo, or a folder of photos of one person. It
goes to three folders: original/ (cropped frames), landmarks/ (sketches) and combined/ (strips to
train on). Another run continues where the last one stopped. One photo gains nothing by training:
run --target drives it at once."""
READS, WRITES = ("file", "landmark_model"), ("output_dir",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--file",
        type=Path,
        required=True,
        help="video, photo, or folder of photos, of one person",
    )
    parser.add_argument(
        "--num",
        type=positive,
        default=1000,
        help="number of frames, spread over the whole video; for one photo, number of poses made",
    )
    add_landmark_arguments(parser)
    parser.add_argument(
        "--size", type=int, choices=SIZES, default=256, help="width and height of a panel in pixels"
    )
    parser.add_argument(
        "--output_dir",
        "--output-dir",
        "--output",
        dest="output_dir",
        metavar="DIR",
        type=Path,
        default=Path(),
        help="folder for the three folders",
    )
    parser.add_argument(
        "--keyframes",
        type=positive,
        default=500,
        help="largest number of keyframes in bank.npz: more match poses better and need more space",
    )
    parser.add_argument(
        "--crop",
        choices=("face", "center"),
        default="face",
        help="square to cut out: around all places of the head, or the centre of the picture",
    )
    _add_neutral_argument(parser)
    add_card_arguments(parser, "pictures")


def _add_neutral_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--neutral-at",
        type=number,
        metavar="SECONDS",
        help="time in the video at which the face is at rest and looks at the camera (default: "
        "found by itself)",
    )


def inputs(options: argparse.Namespace) -> list[Path]:
    """Return the files that are read: of a folder, the photos without earlier results."""
    from face2face.data.folders import DatasetDirs
    from face2face.media.stills import list_images

    if not options.file.is_dir():
        return paths_of(options, READS)
    photos = list_images(options.file, DatasetDirs(options.output_dir).all)
    return [*photos, *paths_of(options, ("landmark_model",))]


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the files in the three folders."""
    return pairs_in(options.output_dir)


def pairs_in(root: Path) -> Outputs:
    """Return the files below a folder that have names of training data.

    A run checks itself whether data of an earlier one may stay, so such data is expected.
    """
    from face2face.data.folders import DatasetDirs

    folders = DatasetDirs(root)
    claimed = folders.claimed()
    return Outputs(folders.files(), lambda path: claimed)


def run(options: argparse.Namespace) -> int:
    """Make the training data, and print how to train on it.

    Returns:
        1 where a photo can't be read, else 0.
    """
    from face2face.data.build_pairs import build_pairs
    from face2face.data.folders import DatasetConfig
    from face2face.edit.face_painter import FacePainter
    from face2face.face.back_ends import choose_back_end
    from face2face.inference.pretrained import load_parser
    from face2face.modes.reenact import Reenact

    config = DatasetConfig(
        options.file,
        options.num,
        options.size,
        options.keyframes,
        options.crop,
        options.landmark_model,
        options.licence,
        options.consent,
        choose_back_end(options.landmarks, options.landmark_model),
        options.neutral_at,
    )
    result = build_pairs(
        config,
        options.output_dir,
        Reenact.fit,
        load_parser(),
        FacePainter(),
        options.overwrite,
    )
    held_out = result.val + result.left
    kept = result.train + held_out
    print(f"{kept} frames kept: {result.train} to train on, the last {held_out} held out")
    for reason, count in sorted(result.dropped.items()):
        print(f"{count} left out: {reason}")
    for motion in result.missing:
        print("missing:", motion)
    if result.neutral is not None:
        print(f"neutral face: at {result.neutral:.2f} s; choose another with --neutral-at")
    print("next:", next_command("train", "--input_dir", options.output_dir / "combined"))
    return result.failures.report(result.read)
