"""The live loop: a source's scenes through a session, and the keys that are pressed meanwhile."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from face2face.image import Image, Landmarks, Scene
from face2face.live.frame import RenderedFrame, dimmed
from face2face.live.keybindings import KEYBINDINGS
from face2face.live.motion_transfer import with_landmarks
from face2face.live.pipeline import pipelined
from face2face.live.session import Session

STALLED, PAUSED = "no picture comes", "paused"
#: Seconds without a picture after which that is said, and between looks at the keys while nothing else happens.
_STALL, _IDLE = 5.0, 0.05


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
    session: Session,
    scenes: Iterable[Scene],
    detect: Callable[[Image], list[Landmarks]] | None = None,
    live: bool = False,
    paced: bool = False,
    hold: bool = False,
) -> Summary:
    """Shows a source to its end, or until a person ends it.

    Args:
        session: Who plays, and where it is shown.
        scenes: The driver's.
        detect: Finds its face, see :func:`face2face.live.motion_transfer.with_landmarks`; None for scenes that bring its landmarks.
        live: Scenes that come too fast are passed over for newer ones, as a camera's must be; else every one is shown.
        paced: Keep to the scenes' own times, as a window on a recorded driver needs it; a camera keeps them by itself.
        hold: Keep the last picture in the window until a person ends it, as photos need it.
    """

    clock = session.clock
    recent: deque[float] = deque(maxlen=30)
    frames = found = 0
    shown: RenderedFrame | None = None
    began = last = clock()
    # The face alone is found beside, since that waits for another process: more threads would wait for cores and for Python's lock, and
    # pictures would come in bursts.
    with closing(pipelined(scenes, partial(with_landmarks, detect=detect), live)) as driving:
        for scene in driving:
            lines = KEYBINDINGS.help() if session.helping else None
            if scene is None:
                if session.picture is not None and clock() - last > _STALL:
                    session.display(dimmed(session.picture), STALLED, lines)
                _keys(session)
            else:
                shown = session.cast.show(session.cast.driver(scene))
                last = clock()
                began = last if frames == 0 else began
                recent.append(last)
                frames, found = frames + 1, found + shown.found
                rate = (len(recent) - 1) / max(recent[-1] - recent[0], 1e-9)
                session.take(shown, f"{rate:.0f} fps" if len(recent) > 1 else "", lines)
                _keys(session, began + shown.seconds - clock() if paced else 0.0)
            if session.paused:
                stood, pressed = clock(), True
                while session.paused and not session.over:
                    if pressed and shown is not None:
                        session.show(shown, PAUSED, KEYBINDINGS.help() if session.helping else None)
                    pressed = _keys(session, _IDLE)
                began += clock() - stood
            if session.over:
                break
    while hold and session.window is not None and not session.over:
        _keys(session, _IDLE)
    return Summary(frames, found, last - began)


def _keys(session: Session, wait: float = 0.0) -> bool:
    """Does what the key says that is pressed within some seconds; whether there was one."""
    key = session.window.key(max(wait, 0.0)) if session.window is not None else ""
    KEYBINDINGS.press(session, key)
    return bool(key)
