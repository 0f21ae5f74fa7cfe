"""``evaluate``: how good a model is on frames that it never saw."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.commands.console import paths_of
from face2face.commands.outputs import Outputs
from face2face.errors import OptionError

if TYPE_CHECKING:
    from face2face.evaluation.reenactment import FrameResult

DESCRIPTION = """Drives a model with the part of its target's video that training didn't see, or with --driver by somebody else, and
writes evaluation.json, evaluation.mp4 and evaluation.png (condition, generated, true, difference)."""

#: Metric -> how it is told, and which way is better.
TOLD = {
    "l1": "L1, lower",
    "psnr": "PSNR in dB, higher",
    "ssim": "SSIM, higher",
    "lpips": "LPIPS, lower",
    "akd": "AKD in pixels at 256, lower",
    "csim": "CSIM, higher",
    "identity": "identity distance, lower",
    "driver_distance": "distance from the driver's identity, higher",
    "target_recognised": "frames nearer to the target than to the driver",
    "mouth": "mouth's opening, correlation with the driver's",
    "right_eye": "right eye's opening, likewise",
    "left_eye": "left eye's opening, likewise",
    "yaw": "turn of the head, likewise",
    "roll": "tilt of the head, likewise",
    "certain_mouth": "driver's mouth: how well it is known, up to 1",
    "certain_right_eye": "driver's right eye, likewise",
    "certain_left_eye": "driver's left eye, likewise",
    "certain_yaw": "turn of the driver's head, likewise",
    "certain_roll": "tilt of the driver's head, likewise",
    "width_to_height": "face's width to height, off the target's own by",
    "eyes_to_width": "eyes' distance to width, off by",
    "kept_width_to_height": "width to height less what the driver's does, off by",
    "kept_eyes_to_width": "eyes' distance to width, likewise",
    "sharpness": "sharpness over the truth's, 1",
    "flicker": "flicker over the truth's, 1",
    "lost": "frames without a face",
    "frames": "frames",
}
READS, WRITES = ("model", "file", "driver"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--model", type=Path, required=True, help="a model's folder")
    of = "the video it was trained on, whose last part was held out; with --driver also the photo it was made of"
    parser.add_argument("--file", type=Path, required=True, help=of)
    parser.add_argument("--driver", type=Path, help="a video of somebody else, who drives it")
    parser.add_argument(
        "--output",
        type=Path,
        help="where the three files go (default: evaluation/ in the model's folder)",
    )


def inputs(options: argparse.Namespace) -> list[Path]:
    """The videos, and the model's files without earlier evaluations in its folder."""
    model = [path for path in options.model.glob("*") if path.is_file()]
    return paths_of(options, ("file", "driver")) + model


def outputs(options: argparse.Namespace) -> Outputs:
    """The three files."""
    return Outputs(
        [_folder(options) / f"evaluation{suffix}" for suffix in (".json", ".mp4", ".png")]
    )


def run(options: argparse.Namespace) -> None:
    """Evaluates, and prints one table."""
    from tqdm import tqdm

    from face2face.card import ModelCard
    from face2face.evaluation import reenactment as evaluate
    from face2face.files import atomic_write, ensure_writable_dir
    from face2face.live.model import ReenactmentModel
    from face2face.media.recording import Recording
    from face2face.media.stills import write_image
    from face2face.media.video import VideoFile

    puppet = ReenactmentModel.load(options.model)
    judge = evaluate.Evaluator()
    card = ModelCard.load(options.model)
    moments: Iterator[FrameResult]
    if options.driver is None:
        moments = evaluate.self_reenactment(puppet, evaluate.held_out(card, options.file), judge)
    else:
        target = evaluate.profile_of(evaluate.portraits(card, options.file), judge)
        moments = evaluate.cross_reenactment(puppet, options.driver, target, judge)
    with VideoFile(options.driver or options.file) as video:
        fps = video.fps
    folder = ensure_writable_dir(_folder(options))
    seen: list[FrameResult] = []
    with Recording(folder / "evaluation.mp4", fps) as clip:
        for moment in tqdm(moments, "frames", unit="frame"):
            clip.write(moment.row(differing=options.driver is None), len(seen) / fps)
            seen.append(moment)
    if not seen:
        raise OptionError(
            "a face is seen in what was held out",
            f"none in {options.file}",
            "name the video it was trained on",
        )
    figures = evaluate.summary(seen)
    write_image(folder / "evaluation.png", evaluate.sheet(seen))
    with atomic_write(folder / "evaluation.json") as aside:
        aside.write_text(
            json.dumps({name: round(value, 5) for name, value in figures.items()}, indent=2) + "\n",
            encoding="utf-8",
        )
    for name, told in TOLD.items():
        if name in figures:
            print(f"{told:<52}{figures[name]:>10.4g}")
        elif name == "lpips" and options.driver is None:
            print(f"{told:<52}  not installed: pip install face2face[metrics]")
    print(f"written: {folder / 'evaluation.json'}, .mp4 and .png")


def _folder(options: argparse.Namespace) -> Path:
    return options.output or options.model / "evaluation"
