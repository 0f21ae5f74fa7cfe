"""The live loop: source, driver, puppet, sinks."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from face2face.image import Image, Scene, side_by_side
from face2face.live.driver import Driver
from face2face.live.puppet import Puppet
from face2face.media.sink import Sink, Window

#: Beside the result: the driver's picture, or the sketch.
INPUT, SKETCH = 0, 1
NO_FACE = "no face found"
_DIMMED = 0.35


@dataclass(frozen=True)
class View:
    """What is seen at one moment.

    Attributes:
        driver: The driver's picture, ``(size, w, 3)`` uint8.
        sketch: ``(size, size, 3)`` uint8; black where there is no face.
        target: ``(size, size, 3)`` uint8; the last one dimmed, with a line that says so, where there is no face.
        found: Whether there is a face.
    """

    driver: Image
    sketch: Image
    target: Image
    found: bool

    def picture(self, show: int) -> Image:
        """Driver or sketch, with the target to the right."""
        return side_by_side([self.sketch if show == SKETCH else self.driver, self.target])


class Show:
    """Turns scenes into views, one after another.

    Args:
        driver: Finds the pose.
        puppet: Takes it.
    """

    def __init__(self, driver: Driver, puppet: Puppet) -> None:
        self._driver, self._puppet = driver, puppet
        size = puppet.mode.size
        self._last: Image = np.zeros((size, size, 3), np.uint8)

    def __call__(self, scene: Scene) -> View:
        """What is seen of a scene."""
        size = self._puppet.mode.size
        height, width = scene.photo.shape[:2]
        beside = cv2.resize(scene.photo, (max(1, round(width * size / height)), size), interpolation=cv2.INTER_AREA)
        posed = self._driver(scene)
        if posed is None:
            return View(beside, np.zeros_like(self._last), write_line(_dimmed(self._last), NO_FACE), False)
        panels = self._puppet.condition(posed)
        self._last = self._puppet.answer(posed, panels)
        return View(beside, panels[0], self._last, True)


@dataclass(frozen=True)
class Summary:
    """How it went.

    Attributes:
        frames: Pictures shown.
        found: Those with a face.
        seconds: From the first to the last.
    """

    frames: int
    found: int
    seconds: float

    @property
    def fps(self) -> float:
        """Pictures a second."""
        return (self.frames - 1) / self.seconds if self.frames > 1 and self.seconds > 0 else 0.0


def run(
    scenes: Iterable[Scene],
    show: Show,
    sinks: list[Sink],
    window: Window | None = None,
    beside: int = INPUT,
    paced: bool = False,
    hold: bool = False,
    clock: Callable[[], float] = time.perf_counter,
    watch: Callable[[View], None] = lambda view: None,
) -> Summary:
    """Shows a source to its end, or until the window is closed.

    Args:
        scenes: The driver's.
        show: Turns them into views.
        sinks: Where the pictures go.
        window: Where they also go, with the frames a second written on them.
        beside: :data:`INPUT` or :data:`SKETCH`.
        paced: Keep to the scenes' own times, as a window on a recorded driver needs it; a camera keeps them by itself.
        hold: Keep the last picture in the window until it is closed, as photos need it.
        clock: Seconds that only grow.
        watch: Is told each view.
    """
    recent: deque[float] = deque(maxlen=30)
    frames = found = 0
    began = last = clock()
    for scene in scenes:
        view = show(scene)
        picture = view.picture(beside)
        last = clock()
        began = last if frames == 0 else began
        recent.append(last)
        frames, found = frames + 1, found + view.found
        for sink in sinks:
            sink.write(picture, scene.seconds or 0.0)
        watch(view)
        if window is not None:
            rate = (len(recent) - 1) / max(recent[-1] - recent[0], 1e-9)
            window.write(write_line(picture, f"{rate:.0f} fps") if len(recent) > 1 else picture, scene.seconds or 0.0)
            wait = began + (scene.seconds or 0.0) - clock() if paced else 0.0
            if window.closed(max(wait, 0.0)):
                break
    else:
        while hold and window is not None and not window.closed(0.05):
            pass
    return Summary(frames, found, last - began)


def write_line(picture: Image, text: str) -> Image:
    """A copy of a picture with a line of text at its foot."""
    copy = np.ascontiguousarray(picture).copy()
    scale = copy.shape[0] / 600
    at = (round(12 * scale), copy.shape[0] - round(16 * scale))
    for colour, width in (((0, 0, 0), 4), ((255, 255, 255), 1)):
        cv2.putText(copy, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, max(1, round(width * scale * 1.5)), cv2.LINE_AA)
    return copy


def _dimmed(picture: Image) -> Image:
    return np.rint(picture * _DIMMED).astype(np.uint8)
