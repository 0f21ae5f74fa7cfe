"""A session: who plays, how it is shown and where it goes, all of which a person may change while it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np

from face2face.image import Image
from face2face.imaging.text import draw_help, draw_mark, draw_note
from face2face.live.frame import SIDE, RenderedFrame, with_warning_border
from face2face.live.model import ReenactmentModel
from face2face.live.motion_transfer import DrivenPose, MotionTransfer
from face2face.live.names import COMPOSITIONS
from face2face.media.sink import Sink
from face2face.media.stills import write_image
from face2face.media.window import Window

#: Seconds for which what was done is told.
_TOLD = 2.0
#: The limits of a strength that keys change.
_LEAST, _MOST = 0.0, 2.0


@dataclass
class DisplayOptions:
    """How it is shown; keys change it.

    Attributes:
        compose: One of :data:`face2face.live.names.COMPOSITIONS`.
        sketch: Beside the target the sketch instead of the driver.
        mirror: Left and right exchanged, as in a mirror.
        mark: Say in a corner of what is recorded or sent that it is synthetic.
    """

    compose: str = SIDE
    sketch: bool = False
    mirror: bool = False
    mark: bool = True


class Renderer(Protocol):
    """What turns poses into views, see :class:`face2face.live.frame.Show`.

    Attributes:
        puppet: The model that does it.
    """

    puppet: ReenactmentModel

    def __call__(self, posed: DrivenPose) -> RenderedFrame:
        """What is seen of a pose."""


@dataclass(frozen=True)
class LivePipeline:
    """Who plays: the driver's part for one model, and the model's."""

    driver: MotionTransfer
    show: Renderer


class Session:
    """One live performance. A context manager: what keys have opened is closed at its end.

    Args:
        casts: Each makes a cast; the first plays, a key calls the next.
        look: How it is shown at first.
        sinks: Where the pictures go, with their mark.
        window: Where they also go, with what a person should know written on them.
        record: Opens a recording, and says where it is; None where recordings can't be made.
        snapshot: Names the next snapshot's file.
        clock: Seconds that only grow.
        watch: Is told each view.
    """

    def __init__(
        self,
        casts: list[Callable[[], LivePipeline]],
        look: DisplayOptions | None = None,
        sinks: Iterable[Sink] = (),
        window: Window | None = None,
        record: Callable[[], tuple[Sink, Path]] | None = None,
        snapshot: Callable[[], Path] = lambda: Path("snapshot.png"),
        clock: Callable[[], float] = time.perf_counter,
        watch: Callable[[RenderedFrame], None] = lambda view: None,
    ) -> None:
        self._casts, self._playing = casts, 0
        self.cast = casts[0]()
        self.look = look or DisplayOptions()
        self._sinks, self.window = list(sinks), window
        self._open_recording, self._snapshot_path = record, snapshot
        self.clock, self._watch = clock, watch
        self._stack = ExitStack()
        self._recording: ExitStack | None = None
        self._recorded: Sink | None = None
        self._recording_began: float | None = None
        self.picture: Image | None = None
        self._said, self._said_at = "", 0.0
        self.helping = self.paused = self.over = self._full = False

    def toggle_help(self) -> None:
        """Shows the keys, or hides them."""
        self.helping = not self.helping

    def toggle_sketch(self) -> None:
        """Shows the sketch instead of the driver, or the other way round."""
        self.look.sketch = not self.look.sketch

    def next_composition(self) -> None:
        """Side by side, the target alone, the target's face in the driver's picture."""
        self.look.compose = COMPOSITIONS[
            (COMPOSITIONS.index(self.look.compose) + 1) % len(COMPOSITIONS)
        ]

    def toggle_mirror(self) -> None:
        """Exchanges left and right."""
        self.look.mirror = not self.look.mirror

    def recalibrate(self) -> None:
        """Takes the driver's pose from now on for the neutral one."""
        if self.cast.driver.retarget is not None:
            self.cast.driver.retarget.recalibrate()
            self._say("neutral pose: hold still for two seconds")

    def change_expression(self, by: float) -> None:
        """Carries over more or less of the expression."""
        if (retarget := self.cast.driver.retarget) is not None:
            retarget.expression = _within(retarget.expression + by)
            self._say(f"expression {retarget.expression:.1f}")

    def change_head(self, by: float) -> None:
        """Carries over more or less of the head's motion."""
        if (retarget := self.cast.driver.retarget) is not None:
            retarget.head = _within(retarget.head + by)
            self._say(f"head {retarget.head:.1f}")

    def change_smoothing(self, by: float) -> None:
        """Steadies the landmarks more or less."""
        smooth = self.cast.driver.smooth
        smooth.strength = _within(smooth.strength + by)
        self._say(f"smoothing {smooth.strength:.1f}")

    def next_model(self) -> None:
        """Calls the next model."""
        self._playing = (self._playing + 1) % len(self._casts)
        self.cast = self._casts[self._playing]()
        self._say(self.cast.show.puppet.name)

    def snapshot(self) -> None:
        """Writes what is shown as a PNG."""
        if self.picture is not None:
            path = self._snapshot_path()
            write_image(path, self._marked(self.picture))
            self._say(f"written: {path}")

    def toggle_recording(self) -> None:
        """Begins a recording, or ends it."""
        if self._recording is not None:
            self._recording.close()
            self._recording = self._recorded = self._recording_began = None
            self._say("recording ended")
        elif self._open_recording is not None:
            sink, path = self._open_recording()
            self._recording = self._stack.enter_context(ExitStack())
            self._recorded = self._recording.enter_context(sink)
            self._say(f"recording: {path}")

    def toggle_pause(self) -> None:
        """Stands still, or goes on."""
        self.paused = not self.paused

    def toggle_full_screen(self) -> None:
        """Lets the window take the whole screen, or not."""
        self._full = not self._full
        if self.window is not None:
            self.window.fill_screen(self._full)

    def quit(self) -> None:
        """Ends it."""
        self.over = True

    # What the loop does.

    def take(
        self, view: RenderedFrame, line: str = "", help_lines: list[str] | None = None
    ) -> None:
        """Shows a view everywhere.

        Args:
            view: What is seen.
            line: Written at the window's foot.
            help_lines: Written over the window, if there are any.
        """
        picture = self.show(view, line, help_lines)
        if self._sinks or self._recorded is not None:
            sent = self._marked(picture)
            for sink in self._sinks:
                sink.write(sent, view.seconds)
            if self._recorded is not None:
                self._recording_began = (
                    view.seconds if self._recording_began is None else self._recording_began
                )
                self._recorded.write(sent, view.seconds - self._recording_began)
        self._watch(view)

    def show(
        self, view: RenderedFrame, line: str = "", help_lines: list[str] | None = None
    ) -> Image:
        """Composes a view as it is wanted now and shows it in the window alone; see :meth:`take`."""
        picture = view.composed(self.look.compose, self.look.sketch)
        if self.look.mirror:
            picture = np.ascontiguousarray(picture[:, ::-1])
        self.picture = picture
        self.display(with_warning_border(picture) if view.beyond else picture, line, help_lines)
        return picture

    def display(self, picture: Image, line: str = "", help_lines: list[str] | None = None) -> None:
        """Shows a picture in the window; see :meth:`take`."""
        if self.window is None:
            return
        if self._said and self.clock() - self._said_at < _TOLD:
            line = self._said
        if help_lines:
            picture = draw_help(picture, help_lines)
        self.window.write(draw_note(picture, line) if line else picture, 0.0)

    def _say(self, what: str) -> None:
        self._said, self._said_at = what, self.clock()

    def _marked(self, picture: Image) -> Image:
        return draw_mark(picture) if self.look.mark else picture

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()


def _within(value: float) -> float:
    return round(min(max(value, _LEAST), _MOST), 2)
