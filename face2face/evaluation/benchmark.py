"""The benchmark: time of each step, of whole frames, of the start, and over a long run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from face2face.evaluation.live_run import ClipDriver, play
from face2face.evaluation.timing import FPS, WARM_UP, Timing
from face2face.image import Image, Scene
from face2face.inference.models import mode_name
from face2face.keyframes.pose_selectors import PoseSelectors
from face2face.live.detection import back_end_of, make_tracker
from face2face.live.frame import RenderedFrame
from face2face.live.loop import one_opencv_thread
from face2face.live.model import ReenactmentModel
from face2face.live.options import LiveOptions
from face2face.live.pipeline import LivePipeline
from face2face.media.recording import Recording
from face2face.memory import current_memory

#: Frames a second for which the tracker is set up: the rate of the fastest cameras.
_TRACKER_FPS = 120


def stages(model: Path, frames: list[Image], landmarks: str | None = None) -> dict[str, Timing]:
    """Return the time of each step of the live program when nothing else runs.

    Args:
        model: Folder of the model.
        frames: The driver's, ``(h, w, 3)`` uint8 RGB.
        landmarks: The landmark back end; None for the model's own.
    """
    back_end = back_end_of(LiveOptions(model=model, landmarks=landmarks))
    pipeline = LivePipeline.load(model)
    target = ReenactmentModel.load(model) if mode_name(model) == "reenact" else None
    track, selectors = make_tracker(_TRACKER_FPS, back_end), PoseSelectors()
    seconds: dict[str, list[float]] = {}

    def timed(name: str, step: Callable[..., Any], *arguments: Any) -> Any:
        began = time.perf_counter()
        result = step(*arguments)
        seconds.setdefault(name, []).append(time.perf_counter() - began)
        return result

    with one_opencv_thread():
        for number, photo in enumerate(frames):
            faces = timed("face", track, photo)
            posed = timed(
                "pose", pipeline.motion, Scene(photo, faces[0] if faces else None, number / FPS)
            )
            if target is None:
                timed("compose", timed("retouch", pipeline.renderer, posed).compose, "side")
            elif posed.landmarks is not None:
                panels = timed("condition", target.mode.condition_live, posed.landmarks, selectors)
                answer = timed("generate", target.engine, panels)
                frame = RenderedFrame(posed.scene, posed.landmarks, answer, panels[0])
                timed("compose", frame.compose, "side")
    return {name: Timing.of(each[WARM_UP:]) for name, each in seconds.items()}


@dataclass(frozen=True)
class Throughput:
    """Times of the whole live program, whose steps overlap.

    Attributes:
        frame: From one picture to the next.
        latency: From a frame's capture to its picture.
    """

    frame: Timing
    latency: Timing


def end_to_end(model: Path, frames: list[Image], landmarks: str | None = None) -> Throughput:
    """Return the times of the live loop on frames that come as fast as it takes them.

    Args:
        model: Folder of the model.
        frames: The driver's.
        landmarks: The landmark back end; None for the model's own.
    """
    driver = ClipDriver(frames, _TRACKER_FPS)
    play(model, driver, landmarks)
    counted = driver.shown[WARM_UP:]
    periods = [after - before for (_, before), (_, after) in pairwise(counted)]
    return Throughput(Timing.of(periods), Timing.of(driver.latencies()[WARM_UP:]))


@dataclass(frozen=True)
class CameraUse:
    """The live program at a camera's pace.

    Attributes:
        latency: From a frame's capture to its picture.
        processor_share: Time on a processor core over the time that passed; it may exceed 1.
    """

    latency: Timing
    processor_share: float


def with_camera(model: Path, frames: list[Image], landmarks: str | None = None) -> CameraUse:
    """Return latency and load of the live loop on frames that come thirty times a second.

    Args:
        model: Folder of the model.
        frames: The driver's, more than :data:`WARM_UP`.
        landmarks: The landmark back end; None for the model's own.
    """

    def timed(count: int) -> tuple[ClipDriver, float]:
        driver = ClipDriver(frames[:count], FPS, live=True)
        began = sum(os.times()[:4])  # this process and its children
        play(model, driver, landmarks)
        return driver, sum(os.times()[:4]) - began

    # A short run costs as much to start as a long one.
    _, start_seconds = timed(WARM_UP)
    driver, processor_seconds = timed(len(frames))
    seconds = (len(frames) - WARM_UP) / FPS
    share = (processor_seconds - start_seconds) / seconds
    latencies = driver.latencies()
    return CameraUse(Timing.of(latencies[min(WARM_UP, len(latencies) // 4) :]), share)


@dataclass(frozen=True)
class SoakInterval:
    """A part of a long run.

    Attributes:
        frame: From one picture to the next.
        held_mib: Memory held at its end in MiB; 0 where the system does not report it.
    """

    frame: Timing
    held_mib: int


def soak_test(
    model: Path, frames: Sequence[Image], seconds: float, intervals: int
) -> list[SoakInterval]:
    """Run the live loop on a repeated clip, and return its times in intervals of equal length.

    Args:
        model: Folder of the model.
        frames: The driver's, repeated.
        seconds: Duration of the run.
        intervals: Number of intervals.
    """
    done: list[SoakInterval] = []
    end: float | None = None

    def pictures() -> Iterator[Image]:
        for number in count():
            if len(done) == intervals:
                return
            yield frames[number % len(frames)]

    driver = ClipDriver(pictures(), _TRACKER_FPS)

    def on_frame(frame: RenderedFrame) -> None:
        nonlocal end
        driver.note(frame)
        times = [each for _, each in driver.shown]
        end = end or times[0] + seconds / intervals
        if times[-1] > end:
            periods = [after - before for before, after in pairwise(times)]
            done.append(SoakInterval(Timing.of(periods), current_memory()))
            driver.shown.clear()
            end += seconds / intervals

    play(model, driver, None, on_frame)
    return done[:intervals]


@dataclass(frozen=True)
class Startup:
    """Start and size of the live program.

    Attributes:
        first_picture: Seconds from the command to the first picture.
        peak_mib: Peak memory in MiB; 0 where the system does not report it.
        tensorflow: Whether TensorFlow was imported.
    """

    first_picture: float
    peak_mib: int
    tensorflow: bool


def start(model: Path, frames: list[Image], folder: Path, landmarks: str | None = None) -> Startup:
    """Run the command ``face2face run`` on a clip, and return its start and size.

    Args:
        model: Folder of the model.
        frames: The driver's.
        folder: Folder for the clip and the result.
        landmarks: The landmark back end; None for the model's own.
    """
    clip, output = folder / "driver.mp4", folder / "first.mp4"
    with Recording(clip, FPS) as recording:
        for number, photo in enumerate(frames):
            recording.write(photo, number / FPS)
    output.unlink(missing_ok=True)
    code = (
        "import sys; from face2face.commands.console import main; main(sys.argv[1:]);"
        "from face2face.memory import peak_memory;"
        "print(peak_memory(), 'tensorflow' in sys.modules)"
    )
    options = ["run", "--source", str(clip), "--tf-model", str(model), "--no-window"]
    options += ["--output", str(output)]
    options += ["--landmarks", landmarks] if landmarks else []
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code, *options], stdout=subprocess.PIPE, text=True
    ) as program:
        while not output.is_file() and program.poll() is None:
            time.sleep(0.002)
        first = time.perf_counter() - began
        assert program.stdout is not None
        *_, peak, tensorflow = program.stdout.read().split()
    return Startup(first, int(peak), tensorflow == "True")
