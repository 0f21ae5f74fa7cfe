"""LiveControls: everything that a person may change while the live program runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from face2face.errors import mendable
from face2face.image import Scene
from face2face.live.frame import RenderedFrame
from face2face.live.options import COMPOSITIONS, MAX_STRENGTH, DisplayOptions
from face2face.live.outputs import LiveOutputs
from face2face.live.pipeline import LivePipeline
from face2face.media.window import Window

#: Seconds for which a note on the last key is shown: long enough to read it.
_NOTE_SECONDS = 2.0
#: The same for an error, which is two sentences.
_ERROR_SECONDS = 6.0


class LiveControls:
    """The state of a live run that keys change. Each method is what one key does.

    Args:
        loaders: Each loads the pipeline of one model. The first is loaded at once, the next one by
            a key.
        display: How frames are shown at first.
        outputs: Where pictures go besides the window.
        window: The window; None where there is none.
        clock: Returns seconds that only grow.

    Attributes:
        pipeline: The pipeline of the current model.
        display: How frames are shown.
        show_help: Whether the window lists the keys.
        paused: Whether the run stands still.
        closed: Whether the run is to end.
    """

    def __init__(
        self,
        loaders: Sequence[Callable[[], LivePipeline]],
        display: DisplayOptions = DisplayOptions(),
        outputs: LiveOutputs | None = None,
        window: Window | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._loaders = loaders
        self._current = 0
        self.pipeline = loaders[0]()
        self.display = display
        self.outputs = outputs or LiveOutputs()
        self.window = window
        self.clock = clock
        self.show_help = self.paused = self.closed = False
        self._full_screen = False
        self._last_change = self.change_expression
        self._last_model: LivePipeline | None = None  # until the current one has rendered a face
        self._note = ""
        self._note_end = 0.0

    @property
    def note(self) -> str:
        """The note on the last key; empty once it is out of date."""
        if self._note and self.clock() >= self._note_end:
            self._note = ""
        return self._note

    def render(self, scene: Scene) -> RenderedFrame:
        """Return the rendered frame of the driver's next frame.

        A model that a key has loaded and that fails now gives way to the one before.
        """
        try:
            frame = self.pipeline(scene)
        except Exception as error:
            if self._last_model is None:
                raise
            self.show_error(error)
            self.pipeline, self._last_model = self._last_model, None
            return self.pipeline(scene)
        if frame.found:
            self._last_model = None
        return frame

    def toggle_help(self) -> None:
        """Show the list of keys, or hide it."""
        self.show_help = not self.show_help

    def toggle_conditioning(self) -> None:
        """Show the conditioning picture instead of the driver, or the other way round."""
        self.display = replace(self.display, conditioning=not self.display.conditioning)

    def next_composition(self) -> None:
        """Take the next composition, after the last one the first."""
        index = COMPOSITIONS.index(self.display.compose) + 1
        self.display = replace(self.display, compose=COMPOSITIONS[index % len(COMPOSITIONS)])

    def toggle_mirror(self) -> None:
        """Exchange left and right."""
        self.display = replace(self.display, mirror=not self.display.mirror)

    def recalibrate(self) -> None:
        """Take the driver's pose from now on as the neutral one."""
        self.pipeline.motion.calibrator.restart()
        self.show("neutral pose: hold still for two seconds")

    def change_expression(self, step: float) -> None:
        """Add a step to the strength of the expression."""
        self._last_change = self.change_expression
        if (retargeter := self.pipeline.motion.retargeter) is not None:
            retargeter.expression = _stepped(retargeter.expression, step)
            self.show(f"expression {retargeter.expression:.1f}")

    def change_head(self, step: float) -> None:
        """Add a step to the strength of the head's motion."""
        self._last_change = self.change_head
        if (retargeter := self.pipeline.motion.retargeter) is not None:
            retargeter.head = _stepped(retargeter.head, step)
            self.show(f"head {retargeter.head:.1f}")

    def change_gaze(self, step: float) -> None:
        """Add a step to the strength of the gaze."""
        self._last_change = self.change_gaze
        if (retargeter := self.pipeline.motion.retargeter) is not None:
            retargeter.gaze = _stepped(retargeter.gaze, step)
            self.show(f"gaze {retargeter.gaze:.1f}")

    def next_added(self) -> None:
        """Select the next expression to add to the driver's."""
        self._last_change = self.change_added
        if (added := self.pipeline.motion.added) is not None:
            added.select_next()
            self.show(added.note)

    def change_added(self, step: float) -> None:
        """Add a step to the strength of the selected expression."""
        self._last_change = self.change_added
        if (added := self.pipeline.motion.added) is not None:
            added.step(step)
            self.show(added.note)

    def change_smoothing(self, step: float) -> None:
        """Add a step to the strength of the landmark filter."""
        self._last_change = self.change_smoothing
        landmark_filter = self.pipeline.motion.filter
        landmark_filter.strength = _stepped(landmark_filter.strength, step)
        self.show(f"smoothing {landmark_filter.strength:.1f}")

    def change_last(self, step: float) -> None:
        """Add a step to the strength that was changed or selected last.

        Windows of OpenCV on Linux don't tell capitals from small letters.
        """
        self._last_change(step)

    def next_model(self) -> None:
        """Load the next model, after the last one the first."""
        self._current = (self._current + 1) % len(self._loaders)
        pipeline = self._loaders[self._current]()
        self.pipeline, self._last_model = pipeline, self._last_model or self.pipeline
        self.show(self.pipeline.model)

    def snapshot(self) -> None:
        """Write the last picture as a PNG."""
        self.show(self.outputs.write_snapshot())

    def toggle_recording(self) -> None:
        """Start a recording, or end it."""
        self.show(self.outputs.toggle_recording())

    def toggle_pause(self) -> None:
        """Stand still, or go on."""
        self.paused = not self.paused

    def toggle_full_screen(self) -> None:
        """Let the window fill the screen, or not."""
        self._full_screen = not self._full_screen
        if self.window is not None:
            self.window.fill_screen(self._full_screen)

    def close(self) -> None:
        """End the run."""
        self.closed = True

    def show(self, note: str) -> None:
        """Show a note for a moment; an empty one changes nothing."""
        if note:
            self._note, self._note_end = note, self.clock() + _NOTE_SECONDS

    def show_error(self, error: Exception) -> None:
        """Show an error that a person can mend; the run goes on. Raise any other."""
        if (known := mendable(error)) is None:
            raise error
        self._note, self._note_end = str(known), self.clock() + _ERROR_SECONDS


def _stepped(strength: float, step: float) -> float:
    """Return a strength after a step, held between 0 and 2 and rounded to a hundredth."""
    return round(min(max(strength + step, 0.0), MAX_STRENGTH), 2)
