"""The live loop: one frame after another through all steps, and the keys pressed meanwhile.

Each frame passes in this order: source, detection, smoothing, motion transfer, conditioning,
generation, composition, window and outputs. The pipeline runs the steps from smoothing to
generation. Reading and detection overlap with them in threads of their own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from face2face.image import Image, Landmarks, Scene
from face2face.imaging.text import draw_help, draw_note
from face2face.live.controls import LiveControls
from face2face.live.frame import RenderedFrame, dimmed, with_warning_border
from face2face.live.keybindings import KEYBINDINGS
from face2face.live.motion_transfer import with_landmarks
from face2face.live.pipelined import pipelined

#: The note in the window while the source delivers no picture.
STALLED = "no picture comes"
#: The note in the window during a pause.
PAUSED = "paused"
#: Seconds without a picture after which the window shows that note.
_STALL_SECONDS = 5.0
#: Seconds between two readings of the keys while nothing else happens.
_KEY_INTERVAL = 0.05
#: Frames over which the shown rate is averaged: one second of most cameras.
_RATE_FRAMES = 30


@dataclass(frozen=True)
class Summary:
    """The result of a live run.

    Attributes:
        frames: Number of frames rendered, with or without a window.
        found: Number of those in which the driver's face was found.
        seconds: Time from the first frame to the last, without pauses.
    """

    frames: int
    found: int
    seconds: float

    @property
    def fps(self) -> float:
        """Frames a second; 0 for fewer than two frames.

        >>> Summary(frames=31, found=31, seconds=1.0).fps
        30.0
        """
        return (self.frames - 1) / self.seconds if self.frames > 1 and self.seconds > 0 else 0.0


def run(
    controls: LiveControls,
    scenes: Iterable[Scene],
    detect: Callable[[Image], list[Landmarks]] | None = None,
    live: bool = False,
    paced: bool = False,
    hold: bool = False,
    on_frame: Callable[[RenderedFrame], object] = lambda frame: None,
) -> Summary:
    """Run until the source ends, or until a person quits or closes the window.

    Args:
        controls: The pipeline, the display, the window and the outputs, which keys may change.
        scenes: The driver's frames.
        detect: Finds the driver's face, see
            :func:`face2face.live.motion_transfer.with_landmarks`; None for scenes with landmarks.
        live: Whether to skip a frame when a newer one has come, for cameras; otherwise none is
            skipped.
        paced: Whether to show frames at their own speed, for recorded drivers. Without a window,
            this has no effect.
        hold: Whether to keep the last picture in the window until a person closes it, for photos.
        on_frame: Called with each rendered frame, after it was shown and written.
    """
    loop = _Loop(controls)
    # Only reading and detection run in threads of their own: they wait for a source and for another
    # process. More threads would wait for cores and Python's lock, and frames would come in bursts.
    detected = pipelined(scenes, partial(with_landmarks, detect=detect), live)
    with one_opencv_thread(), closing(detected):
        for scene in detected:
            if scene is None:
                loop.idle()
            else:
                loop.step(scene, paced, on_frame)
            if controls.paused:
                loop.pause()
            if controls.closed:
                break
    while hold and controls.window is not None and not controls.closed:
        loop.press_key(_KEY_INTERVAL)
    return Summary(loop.frames, loop.found, loop.last - loop.start)


@contextmanager
def one_opencv_thread() -> Iterator[None]:
    """Keep OpenCV to the threads that call it: its own ones spin, and take time from these."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


class _Loop:
    """The state of one run of the loop.

    Attributes:
        frames: Number of frames so far.
        found: Number of those with a face.
        start: Clock at the first frame, in seconds, plus the time spent in pauses.
        last: Clock at the last frame, in seconds.
    """

    def __init__(self, controls: LiveControls) -> None:
        self._controls = controls
        self._recent: deque[float] = deque(maxlen=_RATE_FRAMES)
        self._frame: RenderedFrame | None = None
        self.frames = self.found = 0
        self.start = self.last = controls.clock()

    def step(self, scene: Scene, paced: bool, on_frame: Callable[[RenderedFrame], object]) -> None:
        """Take one frame of the driver through all steps."""
        controls = self._controls
        frame = self._frame = controls.render(scene)
        self._count(frame)
        picture = self._compose(frame)
        self._show(frame, picture, self._rate())
        controls.show(controls.outputs.write(picture, frame.seconds))
        on_frame(frame)
        self.press_key(self.start + frame.seconds - controls.clock() if paced else 0.0)

    def idle(self) -> None:
        """Read the keys while no frame comes; dim the picture when none came for long."""
        picture = self._controls.outputs.picture
        if picture is not None and self._controls.clock() - self.last > _STALL_SECONDS:
            self._write_window(dimmed(picture), STALLED)
        self.press_key()

    def pause(self) -> None:
        """Show the last frame until a key ends the pause; other keys may change its display."""
        controls = self._controls
        start, pressed = controls.clock(), True
        while controls.paused and not controls.closed:
            if pressed and self._frame is not None:
                picture = controls.outputs.picture = self._compose(self._frame)
                self._show(self._frame, picture, PAUSED)
            pressed = self.press_key(_KEY_INTERVAL)
        self.start += controls.clock() - start

    def press_key(self, wait: float = 0.0) -> bool:
        """Wait up to some seconds for a key and carry it out; return whether one was pressed.

        A key that fails says so in the window, and the run goes on.
        """
        window = self._controls.window
        key = window.key(max(wait, 0.0)) if window is not None else ""
        try:
            KEYBINDINGS.press(self._controls, key)
        except Exception as error:
            self._controls.show_error(error)
        return bool(key)

    def _count(self, frame: RenderedFrame) -> None:
        self.last = self._controls.clock()
        if self.frames == 0:
            self.start = self.last
        self._recent.append(self.last)
        self.frames += 1
        self.found += frame.found

    def _rate(self) -> str:
        """Return the rate of the last frames in words; empty at the first frame."""
        if len(self._recent) < 2:
            return ""
        seconds = max(self._recent[-1] - self._recent[0], 1e-9)
        return f"{(len(self._recent) - 1) / seconds:.0f} fps"

    def _compose(self, frame: RenderedFrame) -> Image:
        display = self._controls.display
        picture = frame.compose(display.compose, display.conditioning)
        return np.ascontiguousarray(picture[:, ::-1]) if display.mirror else picture

    def _show(self, frame: RenderedFrame, picture: Image, note: str) -> None:
        """Show a composed picture in the window, with a border where the pose is out of range."""
        if self._controls.window is not None:
            self._write_window(
                with_warning_border(picture) if frame.exceeds_range else picture, note
            )

    def _write_window(self, picture: Image, note: str) -> None:
        """Write a picture to the window, with the help and a note drawn on it."""
        controls = self._controls
        if controls.window is None:
            return
        note = controls.note or note
        if controls.show_help:
            picture = draw_help(picture, KEYBINDINGS.help())
        controls.window.write(draw_note(picture, note) if note else picture, 0.0)
