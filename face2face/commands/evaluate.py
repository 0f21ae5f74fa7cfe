"""``evaluate``: compare a model with frames it was not trained on."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.commands.console import paths_of, positive
from face2face.commands.options import add_landmarks_argument
from face2face.commands.outputs import Outputs
from face2face.errors import OptionError
from face2face.face.back_ends import DEFAULT, choose_back_end

if TYPE_CHECKING:
    from face2face.evaluation.reenactment import FrameResult

DESCRIPTION = """Drive a model with the held-out part of its target's video, or with --driver by
another person. Write evaluation.json, evaluation.mp4 and evaluation.png, which show condition,
generated, true and difference. With --driver, motion is measured by the landmark back end that
is not driving. With --photo-of, the model is made of a video's first frame, and evaluation.png
shows the worst frames below the true ones."""

#: Metric -> its description in the table, with the direction that is better.
METRICS = {
    "l1": "L1, lower",
    "psnr": "PSNR in dB, higher",
    "ssim": "SSIM, higher",
    "lpips": "LPIPS, lower",
    "mouth_lpips": "LPIPS of the mouth in frames with an open one, lower",
    "akd": "AKD in pixels at 256, lower",
    "measured_akd": "AKD by the back end that isn't driving, lower",
    "csim": "CSIM, higher",
    "identity": "identity distance, lower",
    "gaze_error": "gaze error in eye widths, lower",
    "driver_distance": "identity distance from the driver, higher",
    "target_recognised": "share of frames nearer to the target than the driver",
    "lips_agree": "share of frames in which lips are shut or apart alike",
    "fade": "share of frames with two outlines, lower",
    "width_to_height": "face width to height, relative error",
    "eyes_to_width": "eye distance to width, relative error",
    "kept_width_to_height": "width to height without the driver's change",
    "kept_eyes_to_width": "eye distance to width without the driver's change",
    "sharpness": "sharpness, ratio to the true frames, 1",
    "flicker": "flicker, ratio to the true frames, 1",
    "open_mouths": "frames with an open mouth",
    "lost": "frames without a face",
    "frames": "frames",
}
READS, WRITES = ("model", "file", "driver", "photo_of"), ("output", "report")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    made = parser.add_mutually_exclusive_group(required=True)
    made.add_argument("--model", type=Path, help="folder of the model")
    made.add_argument(
        "--photo-of",
        metavar="VIDEO",
        type=Path,
        help="evaluate what one photo gives without training: the first frame of this video that "
        "shows a face; its other frames drive it and are the truth",
    )
    parser.add_argument(
        "--file",
        type=Path,
        help="the video that the model was trained on; with --driver also the photo it is made of",
    )
    parser.add_argument("--driver", type=Path, help="video of another person who drives the model")
    parser.add_argument(
        "--every",
        type=positive,
        default=1,
        help="evaluate every n-th frame (default: 1); not with --driver",
    )
    add_landmarks_argument(parser, f"the model's own; {DEFAULT} with --photo-of")
    parser.add_argument(
        "--output",
        type=Path,
        help="folder for the three files (default: evaluation/ in the model's folder; "
        "with --photo-of in the working folder)",
    )
    parser.add_argument(
        "--report",
        type=Path,
        help="with --driver, also write curves and the frames that differ most to this .html file",
    )


def inputs(options: argparse.Namespace) -> list[Path]:
    """Return the videos and the model's files, without earlier evaluations in its folder."""
    files = paths_of(options, ("file", "driver", "photo_of"))
    if options.model is None:
        return files
    return files + [path for path in options.model.glob("*") if path.is_file()]


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the three files, and the report."""
    folder, report = _folder(options), paths_of(options, ("report",))
    files = [folder / f"evaluation{suffix}" for suffix in (".json", ".mp4", ".png")]
    return Outputs(files + report)


def run(options: argparse.Namespace) -> None:
    """Evaluate, and print a table."""
    from tqdm import tqdm

    from face2face.evaluation.summary import sheet, summary, worst_sheet
    from face2face.files import atomic_write, ensure_writable_dir
    from face2face.inference.models import find_graph
    from face2face.media.recording import Recording
    from face2face.media.stills import write_image
    from face2face.media.video import VideoFile

    _check(options)
    if options.model is not None:
        find_graph(options.model)  # before a mistyped folder is made
    with VideoFile(options.photo_of or options.driver or options.file) as video:
        fps = video.fps
    folder = ensure_writable_dir(_folder(options))
    results: list[FrameResult] = []
    with Recording(folder / "evaluation.mp4", fps) as clip:
        for result in tqdm(_results(options), "frames", unit="frame"):
            clip.write(result.row(difference=options.driver is None), len(results) / fps)
            results.append(result)
    if not results:
        raise OptionError(
            f"There is no face in the held-out part of {options.file}.",
            hint="Name the video that the model was trained on.",
        )
    figures = summary(results)
    picture = sheet(results) if options.photo_of is None else worst_sheet(results)
    write_image(folder / "evaluation.png", picture)
    rounded = {name: round(value, 5) for name, value in figures.items()}
    with atomic_write(folder / "evaluation.json") as aside:
        aside.write_text(json.dumps(rounded, indent=2) + "\n", encoding="utf-8")
    for name, words in METRICS.items():
        if name in figures:
            print(f"{words:<52}{figures[name]:>10.4g}")
        elif name == "lpips" and options.driver is None:
            print(f"{words:<52}  not installed: pip install face2face[metrics]")
    if options.driver is not None:
        _print_motion(results)
    print(f"written: {folder / 'evaluation.json'}, .mp4 and .png")
    if options.report:
        _write_report(options, results)


def _check(options: argparse.Namespace) -> None:
    """Raise an error if options don't fit together."""
    if options.report and options.driver is None:
        raise OptionError("--report shows how a driver is followed.", hint="Add --driver.")
    if options.photo_of is None and options.file is None:
        raise OptionError("--model needs a video of its target.", hint="Add --file.")
    if options.photo_of is not None and (options.file or options.driver):
        raise OptionError(
            "--photo-of names the target and its driver.", hint="Leave --file and --driver out."
        )
    if options.every > 1 and options.driver is not None:
        raise OptionError("--every needs a truth, and --driver has none.", hint="Leave one out.")


def _print_motion(results: list[FrameResult]) -> None:
    """Print how each feature follows the driver."""
    from face2face.evaluation.motion import FEATURES
    from face2face.evaluation.summary import series

    print(f"{'motion':<30}{'correlation':>12}{'gain':>8}{'known to':>12}")
    for name, each in series(results).follow().items():
        figures = f"{each.correlation:>12.2f}{each.gain:>8.2f}{each.agreement:>12.2f}"
        print(f"{FEATURES[name]:<30}{figures if each.moves else 'the driver does not move it'}")


def _write_report(options: argparse.Namespace, results: list[FrameResult]) -> None:
    """Write the page of curves and frames."""
    from face2face.evaluation.motion_report import page
    from face2face.evaluation.summary import series
    from face2face.files import atomic_write
    from face2face.image import side_by_side

    title = f"{options.driver.name} drives {options.model.resolve().name}"
    seconds = [each.seconds for each in results]
    pairs = [(each.true, each.generated) for each in results]
    written = page(title, seconds, series(results), lambda index: side_by_side(pairs[index]))
    with atomic_write(options.report) as aside:
        aside.write_text(written, encoding="utf-8")
    print(f"written: {options.report}")


def _results(options: argparse.Namespace) -> Iterator[FrameResult]:
    """Drive the model, and yield the result of each frame."""
    from face2face.card import ModelCard
    from face2face.evaluation.evaluator import Evaluator, profile_of
    from face2face.evaluation.footage import held_out, portraits
    from face2face.evaluation.one_photo import photo_reenactment
    from face2face.evaluation.reenactment import cross_reenactment, self_reenactment
    from face2face.live.model import ReenactmentModel

    if options.photo_of is not None:
        back_end = choose_back_end(options.landmarks)
        yield from photo_reenactment(options.photo_of, back_end, Evaluator(back_end), options.every)
        return
    model, card = ReenactmentModel.load(options.model), ModelCard.load(options.model)
    evaluator = Evaluator(choose_back_end(options.landmarks, default=card.landmarks))
    if options.driver is None:
        yield from self_reenactment(model, held_out(card, options.file), evaluator, options.every)
    else:
        target = profile_of(portraits(card, options.file), evaluator)
        yield from cross_reenactment(model, options.driver, target, evaluator)


def _folder(options: argparse.Namespace) -> Path:
    return options.output or (options.model or Path()) / "evaluation"
