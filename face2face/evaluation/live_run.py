"""The live program on a clip, without a camera and a window."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from face2face.evaluation.timing import FPS
from face2face.image import Image, Scene
from face2face.live import loop
from face2face.live.controls import LiveControls
from face2face.live.detection import back_end_of, detection_for, start_detection
from face2face.live.frame import RenderedFrame
from face2face.live.options import LiveOptions
from face2face.live.outputs import LiveOutputs
from face2face.live.pipeline import LivePipeline


class ClipDriver:
    """A driver's frames as a source, with the times at which they were captured and shown.

    Args:
        frames: ``(h, w, 3)`` uint8 RGB.
        fps: Frames a second for which the tracker is set up.
        live: Whether frames come at this pace, as from a camera, or on request.

    Attributes:
        fps: The same.
        live: The same.
        shown: Each shown frame's time in the clip, and the clock then, in seconds.
    """

    def __init__(self, frames: Iterable[Image], fps: float, live: bool = False) -> None:
        self._frames, self.fps, self.live = frames, fps, live
        self._captured: dict[float, float] = {}
        self.shown: list[tuple[float, float]] = []

    def __iter__(self) -> Iterator[Scene]:
        began = time.perf_counter()
        for number, photo in enumerate(self._frames):
            if self.live:
                time.sleep(max(0.0, began + number / self.fps - time.perf_counter()))
            self._captured[number / FPS] = time.perf_counter()
            yield Scene(photo, seconds=number / FPS)

    def __enter__(self) -> ClipDriver:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def note(self, frame: RenderedFrame) -> None:
        """Note the time at which a frame is shown."""
        self.shown.append((frame.seconds, time.perf_counter()))

    def latencies(self) -> list[float]:
        """Return the time from capture to picture of each shown frame, in seconds."""
        return [done - self._captured[seconds] for seconds, done in self.shown]


def play(
    model: Path,
    driver: ClipDriver,
    landmarks: str | None,
    on_frame: Callable[[RenderedFrame], None] | None = None,
) -> None:
    """Run the live program on a clip.

    Args:
        model: Folder of the model.
        driver: The clip.
        landmarks: The landmark back end; None for the model's own.
        on_frame: Called with each frame that is shown; None to note its time.
    """
    options = LiveOptions(model=model, landmarks=landmarks)
    with start_detection(options) as worker, LiveOutputs([_NullSink()]) as outputs:
        controls = LiveControls([partial(LivePipeline.load, model)], outputs=outputs)
        detect = detection_for(driver, back_end_of(options), worker=worker)
        loop.run(controls, driver, detect, live=driver.live, on_frame=on_frame or driver.note)


class _NullSink:
    """A sink that discards every picture."""

    def write(self, image: Image, seconds: float) -> None:
        pass

    def __enter__(self) -> _NullSink:
        return self

    def __exit__(self, *error: object) -> None:
        pass
