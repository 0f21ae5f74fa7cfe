"""Open a driver: a source of frames."""

from __future__ import annotations

from pathlib import Path

from face2face.live.options import DEMO, RECORDED
from face2face.media.source import Source, open_source
from face2face.synthetic.performance import LandmarkRecording, ScriptedDriver

#: Seconds without a picture after which a camera is given up where nobody watches.
_CAMERA_PATIENCE = 10.0


def open_driver(name: str, watched: bool = False) -> Source:
    """Return the source of the driver's frames.

    Args:
        name: See :attr:`face2face.live.options.LiveOptions.driver`.
        watched: Whether a person sees the frames and can end the run. The scripted driver then
            repeats, and a camera without a picture is waited for.

    Raises:
        MediaError: It can't be opened.

    >>> with open_driver("demo") as source:
    ...     next(iter(source)).photo.shape
    (480, 480, 3)
    """
    if name == DEMO:
        return ScriptedDriver(loops=watched)
    if name.endswith(RECORDED):
        return LandmarkRecording.load(Path(name))
    return open_source(name, float("inf") if watched else _CAMERA_PATIENCE)
