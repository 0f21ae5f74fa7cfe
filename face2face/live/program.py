"""Put the live program together from its options, and run it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain, count
from pathlib import Path

from face2face.data.photo_frames import Painter
from face2face.live import loop
from face2face.live.controls import LiveControls
from face2face.live.detection import back_end_of, detection_for, models_of
from face2face.live.driver import open_driver
from face2face.live.frame import RenderedFrame
from face2face.live.options import DRIVER, EXPRESSION_MODE, LiveOptions
from face2face.live.outputs import LiveOutputs
from face2face.live.pipeline import LivePipeline
from face2face.live.targets import targets_of
from face2face.live.worker import WorkerProcess
from face2face.media.recording import Recording
from face2face.media.sink import Sink
from face2face.media.source import Source, Stills
from face2face.media.video import VideoFile
from face2face.media.virtual import VirtualCamera
from face2face.media.window import Window
from face2face.synthetic.performance import LandmarkRecording

#: Title of recordings and snapshots that show a part of the driver.
DRIVER_MOUTH = "The inside of the mouth is the driver's own"


@dataclass(frozen=True)
class LiveResult:
    """The result of a live program.

    Attributes:
        model: Name of the last model.
        engine: Name of the library and the precision that ran it.
        summary: Frames and times of the run.
    """

    model: str
    engine: str
    summary: loop.Summary

    def __str__(self) -> str:
        return (
            f"{self.model} on {self.engine}: {self.summary.frames} frames, "
            f"{self.summary.found} with a face, {self.summary.fps:.1f} frames a second"
        )


def run_live(
    options: LiveOptions,
    worker: WorkerProcess | None,
    paint: Painter,
    report: Callable[[str], object] = print,
) -> LiveResult:
    """Open everything that a live run takes, and run it to its end.

    Args:
        options: All options of the run.
        worker: The process in which the driver's face is found, see
            :func:`face2face.live.detection.start_detection`; None for this one.
        paint: Moves the eyes and the mouths of photos that become targets, and the driver's own in
            mode ``expression``.
        report: Called with a line on the run, and one for each file that was written.

    Raises:
        Face2FaceError: The driver, a model or an output can't be opened, or breaks off; or a target
            can't be made.
    """
    loaders = _loaders(options, paint, report)
    with ExitStack() as stack:
        window = stack.enter_context(Window()) if options.output.window else None
        # Opened before the outputs: they are closed first, since a source's driver may hang.
        source = stack.enter_context(open_driver(options.driver, watched=window is not None))
        on_frame = stack.enter_context(_landmarks_saved(options.output.landmarks, report))
        detect = None
        if not options.has_landmarks:
            back_end = back_end_of(options)
            detect = detection_for(source, back_end, options.landmark_model, worker)
        outputs = stack.enter_context(_opened_outputs(options, source, report))
        controls = LiveControls(loaders, options.display, outputs, window)
        summary = loop.run(
            controls,
            source,
            detect,
            live=source.live,
            paced=window is not None and not source.live,
            hold=isinstance(source, Stills),
            on_frame=on_frame,
        )
    result = LiveResult(controls.pipeline.model, controls.pipeline.engine, summary)
    report(str(result))
    if options.output.recording and summary.frames:
        report(f"written: {options.output.recording}")
    return result


def _loaders(
    options: LiveOptions, paint: Painter, report: Callable[[str], object]
) -> list[Callable[[], LivePipeline]]:
    """Return a function for each model that loads its pipeline; make targets that aren't kept."""
    if options.mode == EXPRESSION_MODE:
        return [partial(LivePipeline.of_driver, paint, options.motion)]
    models = targets_of(options, paint, report) if options.targets else models_of(options)
    return [partial(LivePipeline.load, model, options) for model in models]


@contextmanager
def _opened_outputs(
    options: LiveOptions, source: Source, report: Callable[[str], object]
) -> Iterator[LiveOutputs]:
    """Open the sinks that the options name, and close them in the end."""

    title = DRIVER_MOUTH if options.mouth == DRIVER else ""

    def open_recording() -> tuple[Sink, Path]:
        path = unused_name("face2face", ".mp4")
        return Recording(path, source.fps, title=title), path

    with ExitStack() as stack:
        sinks: list[Sink] = []
        if options.output.recording:
            sound = source.path if isinstance(source, VideoFile) else None
            recording = Recording(options.output.recording, source.fps, sound, title, report)
            sinks.append(stack.enter_context(recording))
        if options.output.virtual_camera:
            sinks.append(stack.enter_context(VirtualCamera(source.fps)))
        yield stack.enter_context(
            LiveOutputs(
                sinks,
                options.output.watermark,
                open_recording,
                partial(unused_name, "face2face", ".png"),
                title,
            )
        )


@contextmanager
def _landmarks_saved(
    path: Path | None, report: Callable[[str], object]
) -> Iterator[Callable[[RenderedFrame], object]]:
    """Yield a function that keeps each frame's landmarks; save them however the run ends."""
    recording = LandmarkRecording(0, 0)

    def keep(frame: RenderedFrame) -> None:
        if frame.found and frame.driver.landmarks is not None:
            recording.height, recording.width = frame.driver.photo.shape[:2]
            recording.add(frame.driver.landmarks, frame.seconds)

    if path is None:
        yield lambda frame: None
        return
    try:
        yield keep
    finally:
        if recording.seconds:
            recording.save(path)
            report(f"written: {path}, {len(recording.seconds)} poses")


def unused_name(stem: str, suffix: str) -> Path:
    """Return a file name with the time in it that no file in the current folder has."""
    now = datetime.now().strftime("%Y%m%d-%H%M%S")
    extras = chain([""], (f"-{number}" for number in count(2)))
    names = (Path(f"{stem}-{now}{extra}{suffix}") for extra in extras)
    return next(name for name in names if not name.exists())
