"""The live loop: source, driver, puppet, sinks."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass

import cv2
import numpy as np

from face2face.image import Image, Scene, side_by_side
from face2face.live.driver import Driver, Posed
from face2face.live.pipeline import overlapped
from face2face.live.puppet import Puppet
from face2face.media.sink import Sink, Window

#: Beside the result: the driver's picture, or the sketch.
INPUT, SKETCH = 0, 1
NO_FACE = "no face found"
STALLED = "no picture comes"
_DIMMED = 0.35
#: Seconds without a picture after which that is said.
_STALL = 5.0
#: The driver asks for more than the target ever did: from this many interocular distances on it is told, by an edge of this colour.
_BEYOND, _EDGE = 0.1, (255, 176, 0)


@dataclass(frozen=True)
class View:
    """What is seen at one moment.

    Attributes:
        driver: The driver's picture, ``(size, w, 3)`` uint8.
        sketch: ``(size, size, 3)`` uint8; black where there is no face.
        target: ``(size, size, 3)`` uint8; the last one dimmed, with a line that says so, where there is no face.
        found: Whether there is a face.
        beyond: Whether the driver asks for more than the target was ever seen to do.
        seconds: The scene's time.
    """

    driver: Image
    sketch: Image
    target: Image
    found: bool
    beyond: bool
    seconds: float

    def picture(self, show: int) -> Image:
        """Driver or sketch, with the target to the right."""
        return side_by_side([self.sketch if show == SKETCH else self.driver, self.target])


class Show:
    """Turns poses into views, one after another, in two steps that may overlap.

    Args:
        puppet: Takes the pose.
    """

    def __init__(self, puppet: Puppet) -> None:
        self._puppet = puppet
        size = puppet.mode.size
        self._last: Image = np.zeros((size, size, 3), np.uint8)

    def condition(self, posed: Posed) -> tuple[Posed, list[Image]]:
        """The first step: what the network is shown; nothing where there is no face."""
        return posed, [] if posed.target is None else self._puppet.condition(posed.target)

    def view(self, conditioned: tuple[Posed, list[Image]]) -> View:
        """The second step: what is seen."""
        posed, panels = conditioned
        scene, size = posed.scene, self._puppet.mode.size
        height, width = scene.photo.shape[:2]
        beside = cv2.resize(scene.photo, (max(1, round(width * size / height)), size), interpolation=cv2.INTER_AREA)
        if posed.target is None:
            lost = write_line(dimmed(self._last), NO_FACE)
            return View(beside, np.zeros_like(self._last), lost, False, False, scene.seconds or 0.0)
        self._last = self._puppet.answer(posed.target, panels)
        return View(beside, panels[0], self._last, True, posed.beyond > _BEYOND, scene.seconds or 0.0)


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
    driver: Driver,
    show: Show,
    sinks: list[Sink],
    window: Window | None = None,
    beside: int = INPUT,
    live: bool = False,
    paced: bool = False,
    hold: bool = False,
    clock: Callable[[], float] = time.perf_counter,
    watch: Callable[[View], None] = lambda view: None,
) -> Summary:
    """Shows a source to its end, or until the window is closed.

    Args:
        scenes: The driver's.
        driver: Finds their poses.
        show: Turns them into views.
        sinks: Where the pictures go.
        window: Where they also go, with the frames a second written on them.
        beside: :data:`INPUT` or :data:`SKETCH`.
        live: Scenes that come too fast are passed over for newer ones, as a camera's must be; else every one is shown.
        paced: Keep to the scenes' own times, as a window on a recorded driver needs it; a camera keeps them by itself.
        hold: Keep the last picture in the window until it is closed, as photos need it.
        clock: Seconds that only grow.
        watch: Is told each view.
    """
    recent: deque[float] = deque(maxlen=30)
    frames = found = 0
    began = last = clock()
    picture: Image | None = None
    with closing(overlapped(scenes, [driver, show.condition, show.view], live)) as views:
        for view in views:
            if view is None:
                if window is not None:
                    if picture is not None and clock() - last > _STALL:
                        window.write(write_line(dimmed(picture), STALLED), 0.0)
                    if window.closed():
                        break
                continue
            picture = view.picture(beside)
            last = clock()
            began = last if frames == 0 else began
            recent.append(last)
            frames, found = frames + 1, found + view.found
            for sink in sinks:
                sink.write(picture, view.seconds)
            watch(view)
            if window is not None:
                rate = (len(recent) - 1) / max(recent[-1] - recent[0], 1e-9)
                shown = _edged(picture) if view.beyond else picture
                window.write(write_line(shown, f"{rate:.0f} fps") if len(recent) > 1 else shown, view.seconds)
                wait = began + view.seconds - clock() if paced else 0.0
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


def dimmed(picture: Image) -> Image:
    """A picture at a third of its brightness: it isn't current."""
    return np.rint(picture * _DIMMED).astype(np.uint8)


def _edged(picture: Image) -> Image:
    """A copy with a thin coloured edge."""
    copy = picture.copy()
    width = max(2, copy.shape[0] // 128)
    cv2.rectangle(copy, (0, 0), (copy.shape[1] - 1, copy.shape[0] - 1), _EDGE, 2 * width)
    return copy
