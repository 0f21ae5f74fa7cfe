"""``demo``: see the program work, without camera, video or screen."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from face2face.commands.outputs import Outputs

DESCRIPTION = "Drive the pretrained target with the scripted driver; write demo.mp4 and demo.png."

#: Title in the metadata of both files; a later demo replaces only files with this title.
TITLE = "face2face demo"
#: Times of the columns of demo.png, in seconds: rest, speech, blink, smile, open mouth, two turns.
MOMENTS = (0.0, 1.5, 3.5, 5.7, 6.9, 8.0, 10.0)
READS, WRITES = ("tf_model",), ("output_dir",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--tf-model", type=Path, help="folder or graph of a model (default: the pretrained one)"
    )
    parser.add_argument(
        "--output_dir", type=Path, default=Path(), help="folder for demo.mp4 and demo.png"
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the clip and the contact sheet; those of an earlier demo may be replaced."""
    from face2face.media.recording import recording_title
    from face2face.media.stills import picture_title

    title_of = {
        options.output_dir / "demo.mp4": recording_title,
        options.output_dir / "demo.png": picture_title,
    }
    return Outputs(list(title_of), lambda path: title_of[path](path) == TITLE)


def run(options: argparse.Namespace) -> None:
    """Run the scripted driver once, and write the clip and the contact sheet."""
    from face2face.image import Image, side_by_side
    from face2face.inference.models import pretrained
    from face2face.live import loop
    from face2face.live.controls import LiveControls
    from face2face.live.frame import RenderedFrame
    from face2face.live.outputs import LiveOutputs
    from face2face.live.pipeline import LivePipeline
    from face2face.media.recording import Recording
    from face2face.media.stills import write_image
    from face2face.media.window import Window, has_screen
    from face2face.synthetic.performance import ScriptedDriver

    pipeline = LivePipeline.load(options.tf_model or pretrained())
    driver = ScriptedDriver()
    clip, sheet = options.output_dir / "demo.mp4", options.output_dir / "demo.png"
    columns: list[Image] = []

    def keep_moments(frame: RenderedFrame) -> None:
        if len(columns) < len(MOMENTS) and frame.seconds >= MOMENTS[len(columns)]:
            columns.append(np.concatenate([frame.conditioning, frame.image]))

    with ExitStack() as stack:
        recording = stack.enter_context(Recording(clip, driver.fps, title=TITLE))
        window = stack.enter_context(Window()) if has_screen() else None
        controls = LiveControls([lambda: pipeline], outputs=LiveOutputs([recording]), window=window)
        summary = loop.run(controls, driver, paced=window is not None, on_frame=keep_moments)
    write_image(sheet, side_by_side(columns), title=TITLE)
    print(
        f"{clip.resolve()}\n{sheet.resolve()}\n"
        f"{summary.fps:.0f} frames a second, {pipeline.model} on {pipeline.engine}"
    )
