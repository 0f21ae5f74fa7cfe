"""``demo``: see it work, without camera, video or screen."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from face2face.commands.outputs import Outputs
from face2face.commands.run_webcam import shipped_model

#: In the metadata of both files, by which a later demo knows them for its own.
TITLE = "face2face demo"

DESCRIPTION = (
    "Drives the shipped model with a scripted performance and writes demo.mp4 and demo.png."
)

#: Moments of the performance for the contact sheet, in seconds: at rest, speech, a blink, a smile, a wide mouth, a turn.
MOMENTS = (0.0, 1.5, 3.5, 5.7, 6.9, 8.0, 10.0)
READS, WRITES = ("tf_model",), ("output_dir",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "--tf-model", type=Path, help="a frozen graph or its folder (default: the shipped one)"
    )
    parser.add_argument(
        "--output_dir", type=Path, default=Path(), help="where demo.mp4 and demo.png go"
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """The clip and the sheet; those of an earlier demo are replaced."""
    from face2face.media.recording import recording_title
    from face2face.media.stills import picture_title

    title_of = {
        options.output_dir / "demo.mp4": recording_title,
        options.output_dir / "demo.png": picture_title,
    }
    return Outputs(list(title_of), lambda path: title_of[path](path) == TITLE)


def run(options: argparse.Namespace) -> None:
    """Plays the performance once."""
    from face2face.image import Image, side_by_side
    from face2face.live import loop
    from face2face.live.frame import FrameRenderer, RenderedFrame
    from face2face.live.model import ReenactmentModel
    from face2face.live.motion_transfer import MotionTransfer
    from face2face.live.session import LivePipeline, Session
    from face2face.media.recording import Recording
    from face2face.media.stills import write_image
    from face2face.media.window import Window, has_screen
    from face2face.synthetic.performance import ScriptedDriver

    puppet = ReenactmentModel.load(options.tf_model or shipped_model())
    performance = ScriptedDriver()
    clip, sheet = options.output_dir / "demo.mp4", options.output_dir / "demo.png"
    columns: list[Image] = []

    def watch(view: RenderedFrame) -> None:
        moment = len(shown) / performance.fps
        shown.append(view.found)
        if len(columns) < len(MOMENTS) and moment >= MOMENTS[len(columns)]:
            columns.append(np.concatenate([view.sketch, view.target]))

    shown: list[bool] = []
    with ExitStack() as stack:
        recording = stack.enter_context(Recording(clip, performance.fps, title=TITLE))
        window = stack.enter_context(Window()) if has_screen() else None
        cast = LivePipeline(
            MotionTransfer(puppet.mode.shape, puppet.mode.size), FrameRenderer(puppet)
        )
        session = stack.enter_context(
            Session([lambda: cast], sinks=[recording], window=window, watch=watch)
        )
        summary = loop.run(session, performance, paced=window is not None)
    write_image(sheet, side_by_side(columns), title=TITLE)
    print(
        f"{clip.resolve()}\n{sheet.resolve()}\n{summary.fps:.0f} frames a second, {puppet.name} on {puppet.engine.name}"
    )
