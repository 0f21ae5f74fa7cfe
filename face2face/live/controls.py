"""The keys, what each does, and the help that lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from face2face.live.session import Session
from face2face.media.sink import QUIT

#: By how much a key changes a strength.
_STEP = 0.1


@dataclass(frozen=True)
class Control:
    """A key.

    Attributes:
        key: The character.
        does: What it does, in a few words.
        act: Does it.
    """

    key: str
    does: str
    act: Callable[[Session], None]


CONTROLS = (
    Control("h", "show or hide this help", Session.toggle_help),
    Control("i", "beside the target: input or sketch", Session.toggle_sketch),
    Control("c", "side by side, target alone, in your picture", Session.next_composition),
    Control("m", "mirror", Session.toggle_mirror),
    Control("n", "next model", Session.next_model),
    Control("0", "take your pose for the neutral one", Session.recalibrate),
    Control("e", "less expression", lambda session: session.change_expression(-_STEP)),
    Control("E", "more expression", lambda session: session.change_expression(_STEP)),
    Control("t", "head moves less", lambda session: session.change_head(-_STEP)),
    Control("T", "head moves more", lambda session: session.change_head(_STEP)),
    Control("s", "less smoothing", lambda session: session.change_smoothing(-_STEP)),
    Control("S", "more smoothing", lambda session: session.change_smoothing(_STEP)),
    Control("p", "snapshot", Session.snapshot),
    Control("r", "record, or end the recording", Session.toggle_recording),
    Control(" ", "pause", Session.toggle_pause),
    Control("f", "full screen", Session.toggle_full_screen),
    Control(QUIT, "quit (also Escape)", Session.quit),
)
_ACTS = {control.key: control.act for control in CONTROLS}


def press(session: Session, key: str) -> None:
    """Does what a key says; one that says nothing does nothing."""
    if key in _ACTS:
        _ACTS[key](session)


def help_lines() -> list[str]:
    """What each key does, a line a key."""
    return [f"{control.key.replace(' ', 'space')}   {control.does}" for control in CONTROLS]
