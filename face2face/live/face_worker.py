"""The worker process that finds the driver's face: its start, and the functions that it runs.

Only that process imports dlib.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.live.options import LiveOptions
from face2face.live.worker import WorkerProcess

if TYPE_CHECKING:
    from face2face.face.detector import Detector
    from face2face.face.tracker import Tracker


def start_worker(options: LiveOptions) -> AbstractContextManager[WorkerProcess | None]:
    """Start the process that finds faces; it loads dlib's weights at once.

    Start it before NumPy and OpenCV are imported: both processes then load at the same time.

    Args:
        options: Of the run. A driver that brings its landmarks needs no process.
    """
    if options.has_landmarks:
        return nullcontext()
    return WorkerProcess(partial(load_weights, options.landmark_model))


def load_weights(landmark_model: Path | None) -> None:
    """Load dlib's weights in the worker, the longest part of a start.

    Args:
        landmark_model: A dlib shape predictor of 68 points; None for the bundled one.

    Raises:
        FaceError: The file is missing or is no such predictor.
    """
    import cv2

    # The other cores belong to the main process.
    cv2.setNumThreads(1)
    make_detector(landmark_model)


def make_tracker(fps: float, landmark_model: Path | None) -> Tracker:
    """Return a tracker of one face, whose search fits the time between two frames.

    Args:
        fps: Frames a second.
        landmark_model: See :func:`load_weights`.
    """
    from face2face.face.detector import live_ensemble_size
    from face2face.face.tracker import Tracker

    return Tracker(make_detector(landmark_model).with_ensemble_size(live_ensemble_size(fps)), fps)


@lru_cache(maxsize=1)
def make_detector(landmark_model: Path | None) -> Detector:
    """Return the detector of all faces in unrelated pictures; it is made once.

    Args:
        landmark_model: See :func:`load_weights`.
    """
    from face2face.face.detector import Detector

    return Detector(landmark_model)
