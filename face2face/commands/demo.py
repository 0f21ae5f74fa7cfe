"""``demo``: see the program work, without camera, video or screen."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from face2face.commands.outputs import Outputs

DESCRIPTION = """Drive the pretrained targets with the scripted driver, one after the other; write
demo.mp4 and demo.png."""

#: Title in the metadata of both files; a later demo replaces only files with this title.
TITLE = "face2face demo"
#: Times of the columns of demo.png, in seconds: speech, smile, surprise, frown, wink, two looks.
MOMENTS = (1.85, 4.2, 5.7, 7.2, 8.3, 9.3, 10.0)
READS, WRITES = ("tf_model",), ("output_dir",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--tf-model", type=Path, help="folder or graph of a model (default: the pretrained targets)"
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
    """Run the scripted driver for each target, and write the clip and the contact sheet."""
    from functools import partial
    from itertools import islice

    from face2face.image import Image, side_by_side
    from face2face.inference.models import TARGETS, pretrained
    from face2face.live import loop
    from face2face.live.controls import LiveControls
    from face2face.live.frame import RenderedFrame
    from face2face.live.outputs import LiveOutputs
    from face2face.live.pipeline import LivePipeline
    from face2face.media.recording import Recording
    from face2face.media.stills import write_image
    from face2face.media.window import Window, has_screen
    from face2face.synthetic.motion import PERFORMANCE_SECONDS
    from face2face.synthetic.performance import ScriptedDriver

    models = [options.tf_model] if options.tf_model else [*map(pretrained, TARGETS)]
    driver = ScriptedDriver(loops=True)
    count = round(PERFORMANCE_SECONDS * driver.fps)
    clip, sheet = options.output_dir / "demo.mp4", options.output_dir / "demo.png"
    columns: dict[int, list[Image]] = {round(moment * driver.fps): [] for moment in MOMENTS}
    names = []

    def on_frame(frame: RenderedFrame) -> None:
        turn, number = divmod(round(frame.seconds * driver.fps), count)
        if number in columns:
            columns[number] += [frame.image] if turn else [frame.conditioning, frame.image]
        if number == 0:
            names.append(controls.pipeline.model)
        if number == count - 1 and turn < len(models) - 1:
            controls.next_model()

    with ExitStack() as stack:
        recording = stack.enter_context(Recording(clip, driver.fps, title=TITLE))
        window = stack.enter_context(Window()) if has_screen() else None
        loaders = [partial(LivePipeline.load, model) for model in models]
        controls = LiveControls(loaders, outputs=LiveOutputs([recording]), window=window)
        scenes = islice(driver, len(models) * count)
        summary = loop.run(controls, scenes, paced=window is not None, on_frame=on_frame)
    print(clip.resolve())
    complete = [np.concatenate(each) for each in columns.values() if len(each) == 1 + len(models)]
    if complete:
        write_image(sheet, side_by_side(complete), title=TITLE)
        print(sheet.resolve())
    engine = controls.pipeline.engine
    print(f"{summary.fps:.0f} frames a second, {' and '.join(names)} on {engine}")
