"""``run_webcam``: drive a face with a camera, a video, photos, a stream, or the scripted performance."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.errors import ModelError, OptionError
from face2face.graph.names import GRAPH
from face2face.image import Image, Landmarks

if TYPE_CHECKING:
    from face2face.face.retarget import Retargeter
    from face2face.live.puppet import Puppet

DESCRIPTION = "Shows the driver beside the target who follows. q or Escape quits."

DEMO = "demo"
#: The folder of the shipped model.
SHIPPED = "astronaut"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--source", default="0", help=f"a camera's number, a video, a photo, a folder, a stream's URL, or {DEMO}")
    parser.add_argument("--show", type=int, choices=(0, 1), default=0, help="beside the result: 0 the input, 1 the sketch")
    parser.add_argument("--landmark-model", type=Path, help="a dlib shape predictor of 68 points (default: the bundled one)")
    parser.add_argument(
        "--tf-model", type=Path, help="a frozen graph or its folder (default: the newest trained here, else the shipped one)"
    )
    parser.add_argument("--output", type=Path, help="also write what is shown to this .mp4")
    parser.add_argument("--no-window", action="store_true", help="don't open a window")


def run(options: argparse.Namespace) -> None:
    """Drives the target and says how it went."""
    from face2face.face.detect import Detector
    from face2face.face.performance import Performance
    from face2face.face.track import Tracker
    from face2face.live import loop
    from face2face.live.driver import Driver
    from face2face.live.puppet import Puppet
    from face2face.media.sink import Recording, Sink, Window
    from face2face.media.source import Stills, open_source

    if options.no_window and options.output is None:
        raise OptionError("without a window the pictures go to a file", "--no-window alone", "add --output out.mp4")
    puppet = Puppet.load(options.tf_model or default_model())
    with ExitStack() as stack:
        window = None if options.no_window else stack.enter_context(Window())
        source = Performance(loops=window is not None) if options.source == DEMO else open_source(options.source)
        stack.enter_context(source)
        detect: Callable[[Image], list[Landmarks]] = no_faces
        if options.source != DEMO:
            detect = Detector(options.landmark_model)
            detect = detect if isinstance(source, Stills) else Tracker(detect)
        sinks: list[Sink] = [stack.enter_context(Recording(options.output, source.fps))] if options.output else []
        driver = Driver(detect, retargeter(puppet), puppet.mode.size)
        hold = isinstance(source, Stills)
        summary = loop.run(
            source,
            driver,
            loop.Show(puppet),
            sinks,
            window,
            options.show,
            live=source.live,
            paced=window is not None and not source.live,
            hold=hold,
        )
    print(f"{puppet.name} on {puppet.engine.name}: {summary.frames} frames, {summary.found} with a face, {summary.fps:.1f} frames a second")
    if options.output and summary.frames:
        print(f"written: {options.output}")


def retargeter(puppet: Puppet) -> Retargeter | None:
    """What carries a driver over to a model, if its card knows the target's shape."""
    from face2face.face.retarget import Retargeter

    return Retargeter(puppet.mode.shape) if puppet.mode.shape is not None else None


def no_faces(photo: Image) -> list[Landmarks]:
    """The detector of a source that brings its own landmarks: dlib's weights needn't be read."""
    return []


def default_model() -> Path:
    """The newest model trained in this folder, else the shipped one.

    Raises:
        ModelError: There is none.
    """
    trained = sorted(Path.cwd().glob(f"*/{GRAPH}"), key=lambda path: path.stat().st_mtime)
    return trained[-1].parent if trained else shipped_model()


def shipped_model() -> Path:
    """The model that comes with the program.

    Raises:
        ModelError: It is missing.
    """
    # Beside the package in a checkout, inside it when installed from a wheel.
    for above in Path(__file__).resolve().parents[1:3]:
        if (above / "models" / SHIPPED / GRAPH).is_file():
            return above / "models" / SHIPPED
    raise ModelError("a model is shipped with the program", "none", "train one, or name it with --tf-model")
