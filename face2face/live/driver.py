"""Open a driver: a source of frames, and the detection of its face."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from face2face.image import Image, Landmarks
from face2face.live.face_worker import make_detector, make_tracker
from face2face.live.options import DEMO, RECORDED
from face2face.media.source import Source, Stills, open_source
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


def detection_for(
    source: Source, landmark_model: Path | None
) -> Callable[[], Callable[[Image], list[Landmarks]]]:
    """Return a picklable function that makes the detection of a driver's face.

    Photos have nothing to do with each other: in each the largest face is found. In all other
    sources one face is tracked.

    Args:
        source: The driver.
        landmark_model: A dlib shape predictor of 68 points; None for the bundled one.
    """
    if isinstance(source, Stills):
        return partial(make_detector, landmark_model)
    return partial(make_tracker, source.fps, landmark_model)
