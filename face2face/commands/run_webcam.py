"""``run_webcam``: drive a face with a camera, a video, photos, a stream, or the scripted driver."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.commands.console import number, paths_of, strength
from face2face.commands.options import add_landmark_arguments
from face2face.live.detection import start_detection
from face2face.live.options import (
    COMPOSITIONS,
    DEMO,
    EXPRESSION_MODE,
    LIVE_MODES,
    MOUTHS,
    RETARGETING,
    DisplayOptions,
    LiveOptions,
    MotionOptions,
    OutputOptions,
)

if TYPE_CHECKING:
    from face2face.face.facial_change import FacialChange

DESCRIPTION = (
    "Show the driver next to the target, who follows. h lists the keys, q or Escape quits."
)
READS = ("source", "target", "tf_model", "landmark_model", "models")
WRITES = ("output", "save_performance")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--source",
        default="0",
        help="camera number or device, video, photos, URL of a stream or clip, recorded landmarks "
        f"(.npz), or {DEMO} for the scripted driver",
    )
    parser.add_argument("--list-cameras", action="store_true", help="list the cameras and end")
    _add_target_arguments(parser)
    parser.add_argument(
        "--tf-model",
        "--model",
        type=Path,
        help="folder or graph of a model, a folder of models, or the name of a pretrained model "
        "(default: the newest trained in this folder, or else the pretrained targets)",
    )
    add_landmark_arguments(parser, default="the model's own")
    parser.add_argument(
        "--mode",
        choices=LIVE_MODES,
        help="reenact: another face follows yours; inpaint: your own, retouched; expression: your "
        "own, changed by --express (default: the model's)",
    )
    _add_expression_arguments(parser.add_argument_group("expression"))
    _add_display_arguments(parser.add_argument_group("display"))
    _add_motion_arguments(parser.add_argument_group("motion"))
    _add_output_arguments(parser.add_argument_group("outputs"))


def _add_target_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--target",
        nargs="+",
        type=Path,
        default=[],
        help="video, photo, or folder of photos, of one person, to drive without training; of "
        "several, the key n shows the next",
    )
    parser.add_argument(
        "--neutral-at",
        type=number,
        metavar="SECONDS",
        help="time in the target's video at which the face is at rest (default: found by itself)",
    )


def _add_expression_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--express",
        nargs="+",
        default=[],
        metavar="NAME=STRENGTH",
        help="add an expression to the target's, or in mode expression to your own, such as "
        "smile=0.5 or mouth-open=0.3; the keys x, a and A change it",
    )
    group.add_argument(
        "--models",
        type=Path,
        help="folder with the models mouth and eyes, which know the expressions and paint your own "
        "face (default: the pretrained ones)",
    )
    group.add_argument(
        "--mouth",
        choices=MOUTHS,
        default=LiveOptions.mouth,
        help="inside of the target's mouth: target: as generated; driver: teeth and tongue from "
        "the driver's picture",
    )


def _add_display_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--compose",
        choices=COMPOSITIONS,
        default=DisplayOptions.compose,
        help="side: driver and target side by side; target: the target alone; driver: the "
        "target's face in the driver's picture",
    )
    group.add_argument(
        "--show",
        type=int,
        choices=(0, 1),
        default=0,
        help="next to the target: 0 the driver, 1 the sketch",
    )
    group.add_argument("--mirror", action="store_true", help="exchange left and right")
    group.add_argument("--no-window", action="store_true", help="open no window")


def _add_strength(
    group: argparse._ArgumentGroup, name: str, default: float, description: str
) -> None:
    group.add_argument(name, type=strength, default=default, help=f"{description}, 0 to 2")


def _add_motion_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--retarget",
        choices=RETARGETING,
        default=MotionOptions.retarget,
        help="transfer head and expression, the expression alone, or none: landmarks as they lie",
    )
    _add_strength(group, "--expression", MotionOptions.expression, "strength of the expression")
    _add_strength(group, "--head", MotionOptions.head, "strength of the head's motion")
    _add_strength(group, "--gaze", MotionOptions.gaze, "strength of the gaze")
    group.add_argument(
        "--stay-in-range",
        action="store_true",
        help="ease away an expression that goes farther than the target was seen to go",
    )
    _add_strength(group, "--smoothing", MotionOptions.smoothing, "strength of the landmark filter")
    group.add_argument(
        "--strength",
        type=strength,
        default=LiveOptions.retouching,
        help="strength of retouching in mode inpaint, 0 (nothing) to 2 (faint spots too)",
    )


def _add_output_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--output",
        type=Path,
        help="record to this .mp4 file, with the sound of a driving video",
    )
    group.add_argument(
        "--virtual-camera",
        action="store_true",
        help="send the pictures to the system's virtual camera, for calls and streams",
    )
    group.add_argument(
        "--save-performance",
        type=Path,
        help="write the driver's landmarks, and no picture, to this .npz file",
    )
    group.add_argument(
        "--no-mark",
        action="store_true",
        help="leave out the watermark that says that the pictures are synthetic",
    )


def inputs(options: argparse.Namespace) -> list[Path]:
    """Return the source, the targets, the landmark model, and each model's files."""
    from face2face.card import FILE_NAME
    from face2face.inference.models import find_models
    from face2face.inference.names import GRAPH, QUANTISED
    from face2face.keyframes import bank
    from face2face.media.source import path_of_url

    models = find_models(options.tf_model) if options.tf_model else []
    folders = [model if model.is_dir() else model.parent for model in models]
    names = (FILE_NAME, GRAPH, QUANTISED, bank.FILE_NAME)
    files = [folder / name for folder in folders for name in names]
    url = path_of_url(options.source)
    sources = [url] if url else paths_of(options, ("source",))
    return sources + paths_of(options, ("target", "landmark_model")) + models + files


def live_options(options: argparse.Namespace) -> LiveOptions:
    """Return the live program's options, as typed.

    Raises:
        OptionError: They don't fit together.
    """
    return LiveOptions(
        driver=options.source,
        model=options.tf_model,
        mode=options.mode,
        landmarks=options.landmarks,
        landmark_model=options.landmark_model,
        retouching=options.strength,
        motion=MotionOptions(
            options.retarget,
            options.expression,
            options.head,
            options.smoothing,
            options.gaze,
            options.stay_in_range,
            _changes(options.express),
            options.models,
        ),
        display=DisplayOptions(options.compose, bool(options.show), options.mirror),
        output=OutputOptions(
            window=not options.no_window,
            recording=options.output,
            virtual_camera=options.virtual_camera,
            landmarks=options.save_performance,
            watermark=not options.no_mark,
        ),
        targets=tuple(options.target),
        neutral_at=options.neutral_at,
        mouth=options.mouth,
    )


def _changes(words: list[str]) -> tuple[FacialChange, ...]:
    """Return the changes that ``--express`` names.

    Raises:
        OptionError: A name is unknown, or a strength is out of range.
    """
    if not words:
        return ()  # without NumPy, which starts slowly
    from face2face.face.facial_change import FacialChange

    return tuple(map(FacialChange.parse, words))


def run(options: argparse.Namespace) -> None:
    """Drive the target, or list the cameras."""
    if options.list_cameras:
        from face2face.media.camera import list_cameras

        cameras = [f"{number}: {description}" for number, description in list_cameras()]
        print("\n".join(cameras) or "no camera")
        return
    live = live_options(options)
    # First of all: it loads networks while the rest is imported and opened here.
    with start_detection(live) as worker:
        from face2face.edit.face_painter import FacePainter
        from face2face.live.program import run_live

        painter = FacePainter(options.models)
        if live.mode == EXPRESSION_MODE:
            painter.expressions()  # loads the networks, or says what is missing
        run_live(live, worker, painter)
