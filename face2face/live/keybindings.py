"""The keys of the live window."""

from __future__ import annotations

from face2face.live.session import Session
from face2face.media.keys import Keys
from face2face.media.window import QUIT

#: By how much a key changes a strength.
_STEP = 0.1


KEYBINDINGS: Keys[Session] = Keys(
    {
        "h": ("show or hide this help", Session.toggle_help),
        "i": ("beside the target: input or sketch", Session.toggle_sketch),
        "c": ("side by side, target alone, in your picture", Session.next_composition),
        "m": ("mirror", Session.toggle_mirror),
        "n": ("next model", Session.next_model),
        "0": ("take your pose for the neutral one", Session.recalibrate),
        "e": ("less expression", lambda session: session.change_expression(-_STEP)),
        "E": ("more expression", lambda session: session.change_expression(_STEP)),
        "t": ("head moves less", lambda session: session.change_head(-_STEP)),
        "T": ("head moves more", lambda session: session.change_head(_STEP)),
        "s": ("less smoothing", lambda session: session.change_smoothing(-_STEP)),
        "S": ("more smoothing", lambda session: session.change_smoothing(_STEP)),
        "p": ("snapshot", Session.snapshot),
        "r": ("record, or end the recording", Session.toggle_recording),
        " ": ("pause", Session.toggle_pause),
        "f": ("full screen", Session.toggle_full_screen),
        QUIT: ("quit (also Escape)", Session.quit),
    }
)
