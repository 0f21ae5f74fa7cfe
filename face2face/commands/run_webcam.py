"""``run_webcam``: drive a face with a camera, a video, photos, a stream, or the scripted performance."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext, suppress
from datetime import datetime
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.card import FILE_NAME, ModelCard
from face2face.commands.console import paths_of, strength
from face2face.errors import ModelError, OptionError
from face2face.inference.names import GRAPH, QUANTISED
from face2face.live.face_worker import load_weights, make_detector, make_tracker
from face2face.live.names import COMPOSITIONS
from face2face.live.worker import WorkerProcess

if TYPE_CHECKING:
    from face2face.image import Image, Landmarks
    from face2face.live.session import LivePipeline

DESCRIPTION = (
    "Shows the driver beside the target who follows. h shows what the keys do, q or Escape quits."
)

DEMO = "demo"
LIVE = ("reenact", "inpaint")
RETARGET = ("full", "expression", "none")
#: The folder of the shipped model.
SHIPPED = "astronaut"
READS, WRITES = ("source", "tf_model", "landmark_model"), ("output", "save_performance")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "--source",
        default="0",
        help=f"a camera's number, a video, photos, a stream's URL, a performance (.npz), or {DEMO}",
    )
    parser.add_argument(
        "--list-cameras", action="store_true", help="say which cameras there are, and end"
    )
    parser.add_argument(
        "--tf-model",
        type=Path,
        help="a model: its folder or graph; or a folder of models (default: the newest trained here)",
    )
    parser.add_argument(
        "--landmark-model",
        type=Path,
        help="a dlib shape predictor of 68 points (default: the bundled one)",
    )
    look = parser.add_argument_group("what is shown")
    look.add_argument(
        "--compose",
        choices=COMPOSITIONS,
        default="side",
        help="side by side, the target alone, or its face in the driver's picture",
    )
    look.add_argument(
        "--show",
        type=int,
        choices=(0, 1),
        default=0,
        help="beside the target: 0 the input, 1 the sketch",
    )
    look.add_argument("--mirror", action="store_true", help="exchange left and right")
    look.add_argument(
        "--no-mark",
        action="store_true",
        help="leave out the mark that what is recorded or sent is synthetic",
    )
    look.add_argument("--no-window", action="store_true", help="don't open a window")
    parser.add_argument(
        "--mode",
        choices=LIVE,
        help="another face that follows yours, or your own, retouched (default: the model's)",
    )
    moves = parser.add_argument_group("how it moves")
    moves.add_argument(
        "--retarget",
        choices=RETARGET,
        default="full",
        help="carry over head and expression, the expression alone, or nothing: as it lies",
    )
    moves.add_argument(
        "--expression", type=strength, default=1.0, help="how much of the expression, 0 to 2"
    )
    moves.add_argument(
        "--head", type=strength, default=1.0, help="how much of the head's motion, 0 to 2"
    )
    moves.add_argument(
        "--smoothing",
        type=strength,
        default=1.0,
        help="how much the landmarks are steadied, 0 to 2",
    )
    moves.add_argument(
        "--strength",
        type=strength,
        default=1.0,
        help="mode inpaint: 0 removes nothing, 2 what is faint too",
    )
    goes = parser.add_argument_group("where it goes")
    goes.add_argument(
        "--output",
        type=Path,
        help="write what is shown to this .mp4, with the sound of a driving video",
    )
    goes.add_argument(
        "--virtual-camera",
        action="store_true",
        help="send it to the system's virtual camera, for calls and streams",
    )
    goes.add_argument(
        "--save-performance",
        type=Path,
        help="write the driver's landmarks, and no picture, to this .npz",
    )


def inputs(options: argparse.Namespace) -> list[Path]:
    """The source, the landmarks' weights, and each model's files."""
    from face2face.keyframes import bank

    models = find_models(options.tf_model) if options.tf_model else []
    folders = [model if model.is_dir() else model.parent for model in models]
    names = (FILE_NAME, GRAPH, QUANTISED, bank.FILE_NAME)
    return (
        paths_of(options, ("source", "landmark_model"))
        + models
        + [folder / name for folder in folders for name in names]
    )


def run(options: argparse.Namespace) -> None:
    """Drives the target, or lists the cameras."""
    if options.list_cameras:
        from face2face.media.camera import list_cameras

        cameras = [f"{number}: {what}" for number, what in list_cameras()]
        print("\n".join(cameras) or "no camera")
        return
    if options.no_window and not (
        options.output or options.virtual_camera or options.save_performance
    ):
        raise OptionError(
            "without a window it goes somewhere else",
            "--no-window alone",
            "add --output out.mp4 or --virtual-camera",
        )

    scripted = options.source == DEMO or options.source.endswith(".npz")
    # Begun before all else: the rest is imported and opened while dlib's weights are read.
    with (
        nullcontext()
        if scripted
        else WorkerProcess(partial(load_weights, options.landmark_model)) as apart
    ):
        perform(options, apart)


def perform(options: argparse.Namespace, apart: WorkerProcess | None) -> None:
    """Opens all that it takes, plays until the end and says how it went.

    Args:
        options: As typed.
        apart: Where the driver's face is sought; None for a source that brings its landmarks.
    """
    from face2face.live import loop
    from face2face.live.frame import RenderedFrame
    from face2face.live.session import DisplayOptions, Session
    from face2face.media.recording import Recording
    from face2face.media.sink import Sink
    from face2face.media.source import Source, Stills, open_source
    from face2face.media.video import VideoFile
    from face2face.media.virtual import VirtualCamera
    from face2face.media.window import Window
    from face2face.synthetic.performance import LandmarkRecording, ScriptedDriver

    models = find_models(options.tf_model) if options.tf_model else [default_model(options.mode)]
    take = LandmarkRecording(0, 0)

    def keep_performance() -> None:
        if options.save_performance and take.seconds:
            take.save(options.save_performance)
            print(f"written: {options.save_performance}, {len(take.seconds)} poses")

    with ExitStack() as stack:
        # However it ends, by Ctrl-C or an error too.
        stack.callback(keep_performance)
        window = None if options.no_window else stack.enter_context(Window())
        source: Source
        if options.source == DEMO:
            source = ScriptedDriver(loops=window is not None)
        elif options.source.endswith(".npz"):
            source = LandmarkRecording.load(Path(options.source))
        else:
            # At a window a person sees that nothing comes, and can leave; without one nobody would ever end it.
            source = open_source(options.source, float("inf") if window is not None else 10.0)
        stack.enter_context(source)
        detect: Callable[[Image], list[Landmarks]] | None = None
        if apart is not None and isinstance(source, Stills):
            detect = apart.bind(partial(make_detector, options.landmark_model))
        elif apart is not None:
            detect = apart.bind(partial(make_tracker, source.fps, options.landmark_model))
        sinks: list[Sink] = []
        if options.output:
            sound = Path(options.source) if isinstance(source, VideoFile) else None
            sinks.append(stack.enter_context(Recording(options.output, source.fps, sound)))
        if options.virtual_camera:
            sinks.append(stack.enter_context(VirtualCamera(source.fps)))

        def watch(view: RenderedFrame) -> None:
            scene = view.posed.scene
            if scene.landmarks is not None and view.found:
                take.height, take.width = scene.photo.shape[:2]
                take.add(scene.landmarks, view.seconds)

        def record() -> tuple[Sink, Path]:
            path = unused("face2face", ".mp4")
            return Recording(path, source.fps), path

        session = stack.enter_context(
            Session(
                [partial(cast, model, options) for model in models],
                DisplayOptions(
                    options.compose, bool(options.show), options.mirror, not options.no_mark
                ),
                sinks,
                window,
                record,
                partial(unused, "face2face", ".png"),
                watch=watch if options.save_performance else lambda view: None,
            )
        )
        live = source.live
        summary = loop.run(
            session,
            source,
            detect,
            live,
            paced=window is not None and not live,
            hold=isinstance(source, Stills),
        )
        puppet = session.cast.show.puppet
    print(
        f"{puppet.name} on {puppet.engine.name}: {summary.frames} frames, {summary.found} with a face, {summary.fps:.1f} frames a second"
    )
    if options.output and summary.frames:
        print(f"written: {options.output}")


def cast(model: Path, options: argparse.Namespace) -> LivePipeline:
    """Who plays a model.

    Raises:
        ModelError: It is missing, damaged, or of another mode than was asked for.
    """
    from face2face.live.frame import FrameRenderer
    from face2face.live.model import ReenactmentModel
    from face2face.live.motion_transfer import MotionTransfer
    from face2face.live.retouching import LiveRetoucher
    from face2face.live.session import LivePipeline

    puppet = ReenactmentModel.load(model)
    mode = puppet.mode.card_fields()["mode"]
    if mode != (options.mode or mode) or mode not in LIVE:
        raise ModelError(
            f"--mode names a model's own mode, of {' or '.join(LIVE)}",
            f"{mode} in {model}",
            "leave --mode out, or name another model",
        )
    if mode == "inpaint":
        driver = MotionTransfer(None, puppet.mode.size)
        driver.smooth.strength = options.smoothing
        return LivePipeline(driver, LiveRetoucher(puppet, options.strength))
    shape = puppet.mode.shape if options.retarget != "none" else None
    driver = MotionTransfer(shape, puppet.mode.size)
    if driver.retarget is not None:
        driver.retarget.head = options.head if options.retarget == "full" else 0.0
        driver.retarget.expression = options.expression
    driver.smooth.strength = options.smoothing
    return LivePipeline(driver, FrameRenderer(puppet))


def unused(stem: str, suffix: str) -> Path:
    """A name that no file has here: the stem, the time, the suffix."""
    now = datetime.now().strftime("%Y%m%d-%H%M%S")
    names = (
        Path(f"{stem}-{now}{extra}{suffix}")
        for extra in chain([""], (f"-{number}" for number in count(2)))
    )
    return next(name for name in names if not name.exists())


def find_models(path: Path) -> list[Path]:
    """A model's folder or graph, or the models in a folder of them that can be driven, by name.

    Raises:
        ModelError: There is none.
    """
    if path.is_dir() and not (path / GRAPH).is_file() and not (path / FILE_NAME).is_file():
        models = sorted(_drivable(path))
        if not models:
            raise ModelError(
                "--tf-model is a model's folder or graph, or a folder of models",
                f"none in {path}",
                "train one first",
            )
        return models
    return [path]


def default_model(mode: str | None = None) -> Path:
    """The newest model in this folder that this program made and that can be driven, else the shipped one; to retouch always that.

    Raises:
        ModelError: There is none.
    """
    if mode == "inpaint":
        return shipped_model(mode)
    return (
        max(_own(Path.cwd()), key=lambda folder: (folder / GRAPH).stat().st_mtime, default=None)
        or shipped_model()
    )


def _own(folder: Path) -> Iterator[Path]:
    """The models in a folder that can be driven and whose card this program wrote; others, and damaged cards, are left out."""
    from face2face.modes import DRIVEN

    for path in folder.glob(f"*/{FILE_NAME}"):
        with suppress(ModelError):
            if (
                path.is_file()
                and (path.parent / GRAPH).is_file()
                and (card := ModelCard.load(path.parent)).is_own
                and card.mode in DRIVEN
            ):
                yield path.parent


def _drivable(folder: Path) -> Iterator[Path]:
    """The folders in a folder whose graph a driver's face can move; an ancestor's, without a card, is one."""
    from face2face.modes import DRIVEN

    for graph in folder.glob(f"*/{GRAPH}"):
        if not (graph.parent / FILE_NAME).is_file() or ModelCard.load(graph.parent).mode in DRIVEN:
            yield graph.parent


def shipped_model(name: str = SHIPPED) -> Path:
    """A model that comes with the program: the one that is driven where none is named.

    Raises:
        ModelError: It is missing.
    """
    from face2face.inference.pretrained import pretrained

    return pretrained(name)
