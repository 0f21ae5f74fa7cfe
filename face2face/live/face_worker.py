"""What finds the driver's face, made in the process where it is sought.

dlib is imported there alone.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from face2face.face.detector import Detector
    from face2face.face.tracker import Tracker


def load_weights(landmark_model: Path | None) -> None:
    """Reads dlib's weights, the longest part of a program's beginning.

    Args:
        landmark_model: See :class:`face2face.face.detector.Detector`.
    """
    import cv2

    # The other cores are the other process's.
    cv2.setNumThreads(1)
    make_detector(landmark_model)


def make_tracker(fps: float, landmark_model: Path | None) -> Tracker:
    """What follows a face in pictures of which so many come a second."""
    from face2face.face.detector import live_ensemble_size
    from face2face.face.tracker import Tracker

    return Tracker(make_detector(landmark_model).with_ensemble_size(live_ensemble_size(fps)), fps)


@lru_cache(maxsize=1)
def make_detector(landmark_model: Path | None) -> Detector:
    """What finds all faces in pictures that have nothing to do with each other; made once."""
    from face2face.face.detector import Detector

    return Detector(landmark_model)
