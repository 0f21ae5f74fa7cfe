"""How fast it is: a stage, from end to end, to the first picture; beside the ancestors' way of doing it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from skimage.data import astronaut

from face2face.face.detector import Detector
from face2face.image import Image, Scene
from face2face.inference.models import mode_name
from face2face.keyframes.pose_selectors import PoseSelectors
from face2face.landmarks import interocular
from face2face.live import loop
from face2face.live.controls import LiveControls
from face2face.live.face_worker import load_weights, make_tracker
from face2face.live.frame import RenderedFrame
from face2face.live.model import ReenactmentModel
from face2face.live.outputs import LiveOutputs
from face2face.live.pipeline import LivePipeline
from face2face.live.worker import WorkerProcess
from face2face.media.recording import Recording
from face2face.memory import current_memory
from face2face.segmentation.blemishes import skin_mask
from face2face.segmentation.parser import labels_from_landmarks
from face2face.synthetic.animate import animate
from face2face.synthetic.blemishes import draw_blemishes
from face2face.synthetic.motion import scripted_expression

#: The driver: a camera's usual picture, and its rate.
WIDTH, HEIGHT, FPS = 640, 480, 30
#: How fast frames come that come as fast as they are taken: as from the fastest of cameras.
FASTEST = 120
#: Frames at the start of a round that aren't counted: caches fill, threads start.
_WARM = 30


def portrait_clip(length: int, blemishes: int = 0) -> list[Image]:
    """A driver without a camera: the portrait of scikit-image, moved by the script, ``(480, 640, 3)`` uint8 pictures.

    Args:
        length: How many.
        blemishes: How many are drawn into its skin.
    """
    photo = astronaut()
    (landmarks,) = Detector()(photo)
    skin = skin_mask(labels_from_landmarks(landmarks, *photo.shape[:2]), landmarks)
    photo, _ = draw_blemishes(
        photo, skin, interocular(landmarks), np.random.default_rng(0), blemishes
    )
    pictures = []
    for number in range(length):
        moved = animate(photo, landmarks, scripted_expression(number / FPS).applied_to(landmarks))
        side = (WIDTH - photo.shape[1]) // 2
        pictures.append(cv2.copyMakeBorder(moved[:HEIGHT], 0, 0, side, side, cv2.BORDER_REPLICATE))
    return pictures


@dataclass(frozen=True)
class Timing:
    """Times of many frames, in milliseconds.

    Attributes:
        median: Half take less.
        slow: The 99th percentile.
    """

    median: float
    slow: float

    @classmethod
    def of(cls, seconds: list[float]) -> Timing:
        """The timing of frames that each took so long."""
        median, slow = np.percentile(np.array(seconds) * 1000, (50, 99))
        return cls(float(median), float(slow))


def stages(model: Path, frames: list[Image]) -> dict[str, Timing]:
    """How long each step takes when nothing else runs."""
    pipeline = LivePipeline.load(model)
    target = ReenactmentModel.load(model) if mode_name(model) == "reenact" else None
    track, selectors = make_tracker(FASTEST, None), PoseSelectors()
    taken: dict[str, list[float]] = {}

    def timed(name: str, step: Callable[..., Any], *arguments: Any) -> Any:
        began = time.perf_counter()
        result = step(*arguments)
        taken.setdefault(name, []).append(time.perf_counter() - began)
        return result

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
    return {name: Timing.of(seconds[_WARM:]) for name, seconds in taken.items()}


@dataclass(frozen=True)
class Throughput:
    """Frames through the whole program, its steps overlapping.

    Attributes:
        frame: From one picture to the next.
        latency: From a frame's capture to its picture.
    """

    frame: Timing
    latency: Timing


def end_to_end(model: Path, frames: list[Image]) -> Throughput:
    """The live loop on frames that come as fast as they are taken."""
    came: dict[float, float] = {}
    shown: list[tuple[float, float]] = []

    def scenes() -> Iterator[Scene]:
        for number, photo in enumerate(frames):
            came[number / FPS] = time.perf_counter()
            yield Scene(photo, seconds=number / FPS)

    def watch(view: RenderedFrame) -> None:
        shown.append((view.seconds, time.perf_counter()))

    _play(model, scenes(), watch)
    counted = shown[_WARM:]
    periods = [after[1] - before[1] for before, after in pairwise(counted)]
    return Throughput(
        Timing.of(periods), Timing.of([done - came[seconds] for seconds, done in counted])
    )


@dataclass(frozen=True)
class SoakInterval:
    """A part of a long run.

    Attributes:
        frame: From one picture to the next.
        held_mib: The memory held at its end; 0 on systems that don't tell.
    """

    frame: Timing
    held_mib: int


def soak_test(
    model: Path, frames: Sequence[Image], seconds: float, stretches: int
) -> list[SoakInterval]:
    """The live loop on a driver who goes round and round for so long, in parts of equal length."""
    shown: list[float] = []
    done: list[SoakInterval] = []
    until: float | None = None

    def scenes() -> Iterator[Scene]:
        for number in count():
            if len(done) == stretches:
                return
            yield Scene(frames[number % len(frames)], seconds=number / FPS)

    def watch(view: RenderedFrame) -> None:
        nonlocal until
        shown.append(time.perf_counter())
        until = until or shown[0] + seconds / stretches
        if shown[-1] > until:
            done.append(
                SoakInterval(
                    Timing.of([after - before for before, after in pairwise(shown)]),
                    current_memory(),
                )
            )
            shown.clear()
            until += seconds / stretches

    _play(model, scenes(), watch)
    return done[:stretches]


def _play(model: Path, scenes: Iterator[Scene], watch: Callable[[RenderedFrame], None]) -> None:
    """The whole live program, but for a camera and a window."""
    with (
        WorkerProcess(partial(load_weights, None)) as apart,
        LiveOutputs([_Nowhere()]) as outputs,
    ):
        controls = LiveControls([partial(LivePipeline.load, model)], outputs=outputs)
        detect = apart.bind(partial(make_tracker, FASTEST, None))
        loop.run(controls, scenes, detect, on_frame=watch)


def one_after_another(step: Callable[[Image], Image], frames: list[Image]) -> Timing:
    """How long a program takes for a frame that does one thing after another."""
    taken = []
    for photo in frames:
        began = time.perf_counter()
        step(photo)
        taken.append(time.perf_counter() - began)
    return Timing.of(taken[min(_WARM, len(taken) // 4) :])


@dataclass(frozen=True)
class Startup:
    """A program's beginning and size.

    Attributes:
        first_picture: Seconds from the command to the first picture.
        peak_mib: The most memory it held, in MiB; 0 on systems that don't tell.
        tensorflow: Whether TensorFlow was imported.
    """

    first_picture: float
    peak_mib: int
    tensorflow: bool


def start(model: Path, frames: list[Image], folder: Path) -> Startup:
    """Starts the live program on a clip, as a person would."""
    clip, output = folder / "driver.mp4", folder / "first.mp4"
    with Recording(clip, FPS) as recording:
        for number, photo in enumerate(frames):
            recording.write(photo, number / FPS)
    output.unlink(missing_ok=True)
    code = (
        "import sys; from face2face.commands.console import main; main(sys.argv[1:]);"
        "from face2face.memory import peak_memory; print(peak_memory(), 'tensorflow' in sys.modules)"
    )
    options = [
        "run_webcam",
        "--source",
        str(clip),
        "--tf-model",
        str(model),
        "--no-window",
        "--output",
        str(output),
    ]
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


class _Nowhere:
    """A sink that takes everything."""

    def write(self, image: Image, seconds: float) -> None:
        pass

    def __enter__(self) -> _Nowhere:
        return self

    def __exit__(self, *error: object) -> None:
        pass
