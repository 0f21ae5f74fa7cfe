"""``generate_train_data``: a video or photos of somebody -> training pairs."""

from __future__ import annotations

import argparse
from pathlib import Path

from face2face.card import SIZES
from face2face.commands.console import positive
from face2face.commands.outputs import Outputs

DESCRIPTION = """Makes training pairs of a video, a photo, or a folder of photos of one person: original/ (cropped frames),
landmarks/ (sketches) and combined/ (strips to train on). Run again, it goes on where it stopped."""
READS, WRITES = ("file", "landmark_model"), ("output_dir",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "--file", type=Path, required=True, help="a video, a photo, or a folder of photos"
    )
    parser.add_argument(
        "--num",
        type=positive,
        default=1000,
        help="frames wanted, spread over the whole video; of a photo, poses made",
    )
    parser.add_argument(
        "--landmark-model",
        type=Path,
        help="a dlib shape predictor of 68 points (default: the bundled one)",
    )
    parser.add_argument(
        "--size", type=int, choices=SIZES, default=256, help="width and height of a panel in pixels"
    )
    parser.add_argument(
        "--output_dir", type=Path, default=Path(), help="where the three folders go"
    )
    parser.add_argument(
        "--keyframes",
        type=positive,
        default=500,
        help="kept in bank.npz: more are nearer to any pose, and take more room",
    )
    parser.add_argument(
        "--crop",
        choices=("face", "center"),
        default="face",
        help="a square around wherever the head goes, or the middle",
    )
    parser.add_argument(
        "--licence", default="not stated", help="of the pictures, for the model's card"
    )
    parser.add_argument(
        "--consent", default="not stated", help="how the person shown agreed, for the model's card"
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """The three folders."""
    return pairs_in(options.output_dir)


def pairs_in(root: Path) -> Outputs:
    """What lies in the three folders under the names of training data. The data of an earlier run is left to the run itself."""
    from face2face.data.folders import DatasetDirs

    folders = DatasetDirs(root)
    claimed = folders.claimed()
    return Outputs(folders.files(), lambda path: claimed)


def run(options: argparse.Namespace) -> None:
    """Makes the pairs and says what came of it."""
    from face2face.data.build_pairs import build_pairs
    from face2face.data.folders import DatasetConfig
    from face2face.modes.reenact import Reenact

    plan = DatasetConfig(
        options.file,
        options.num,
        options.size,
        options.keyframes,
        options.crop,
        options.landmark_model,
        options.licence,
        options.consent,
    )
    result = build_pairs(plan, options.output_dir, Reenact.fit, options.overwrite)
    print(
        f"{result.train + result.val} frames kept: {result.train} to train on, the last {result.val} held out"
    )
    for reason, count in sorted(result.dropped.items()):
        print(f"{count} left out: {reason}")
    print(f"next: python train.py --input_dir {options.output_dir / 'combined'}")
