"""The keys of the live window."""

from __future__ import annotations

from face2face.live.controls import LiveControls
from face2face.media.keys import Keys
from face2face.media.window import QUIT

#: Step by which a key changes a strength; a range of 0 to 2 takes twenty presses.
_STEP = 0.1

#: Each key with its help text and its action.
KEYBINDINGS: Keys[LiveControls] = Keys(
    {
        "h": ("show or hide this help", LiveControls.toggle_help),
        "i": ("next to the target: driver or sketch", LiveControls.toggle_conditioning),
        "c": ("side by side, target alone, in your picture", LiveControls.next_composition),
        "m": ("mirror", LiveControls.toggle_mirror),
        "n": ("next model or target", LiveControls.next_model),
        "0": ("take your pose as the neutral one", LiveControls.recalibrate),
        "e": ("less expression", lambda controls: controls.change_expression(-_STEP)),
        "E": ("more expression", lambda controls: controls.change_expression(_STEP)),
        "t": ("less head motion", lambda controls: controls.change_head(-_STEP)),
        "T": ("more head motion", lambda controls: controls.change_head(_STEP)),
        "g": ("less motion of the eyes", lambda controls: controls.change_gaze(-_STEP)),
        "G": ("more motion of the eyes", lambda controls: controls.change_gaze(_STEP)),
        "x": ("next expression to add, such as a smile", LiveControls.next_added),
        "a": ("less of the added expression", lambda controls: controls.change_added(-_STEP)),
        "A": ("more of the added expression", lambda controls: controls.change_added(_STEP)),
        "s": ("less smoothing", lambda controls: controls.change_smoothing(-_STEP)),
        "S": ("more smoothing", lambda controls: controls.change_smoothing(_STEP)),
        "-": ("less of the last of these", lambda controls: controls.change_last(-_STEP)),
        "+": ("more of it", lambda controls: controls.change_last(_STEP)),
        "p": ("snapshot", LiveControls.snapshot),
        "r": ("start or end a recording", LiveControls.toggle_recording),
        " ": ("pause", LiveControls.toggle_pause),
        "f": ("full screen", LiveControls.toggle_full_screen),
        QUIT: ("quit (also Escape)", LiveControls.close),
    }
)
