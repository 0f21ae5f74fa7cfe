"""Track one face from frame to frame; search the whole picture only when it is lost."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks
from face2face.landmarks import interocular

#: Verifications of a tracked face per second: a lost one is noticed within a fifth of a second.
_VERIFICATIONS_PER_SECOND = 5.0
#: A face that moves farther than this in one frame is refined twice, in interocular distances:
#: landmarks from a box that lies beside the face are wrong.
_FAST_MOTION = 0.15
#: A face that moves farther than this in one frame is verified at once, in the same unit.
_MAX_MOTION = 0.5


class TrackableDetector(Protocol):
    """A detector that can follow a face: see :class:`face2face.face.detector.Detector`."""

    def __call__(self, photo: Image) -> list[Landmarks]:
        """Return the landmarks of all faces, the largest first."""

    def refine(self, photo: Image, landmarks: Landmarks) -> Landmarks:
        """Return the landmarks of a face that had these in the last frame."""

    def verify(self, photo: Image, landmarks: Landmarks) -> bool:
        """Return whether a face is where these landmarks lie."""


class Tracker:
    """Tracks one face through the frames of a video.

    It starts with the largest face, or a smaller one, and restarts so after that face was lost. If
    the face moves too far in one frame, it continues with the nearest.

    Args:
        detector: Finds, refines and verifies faces.
        fps: Frame rate of the video.
        number: The face to start with, from 1 for the largest.

    >>> from skimage.data import astronaut
    >>> from face2face.face.detector import Detector
    >>> track = Tracker(Detector())
    >>> [len(track(astronaut())) for _ in range(2)]
    [1, 1]
    """

    def __init__(self, detector: TrackableDetector, fps: float = 30.0, number: int = 1) -> None:
        self._detector = detector
        self._number = number
        self._verification_interval = max(1, round(fps / _VERIFICATIONS_PER_SECOND))
        self._last: Landmarks | None = None
        self._unverified_frames = 0

    def __call__(self, photo: Image) -> list[Landmarks]:
        """Return the face's landmarks in the next frame, in a list; an empty list if it is lost.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB, or ``(h, w)`` uint8 grey.

        Returns:
            At most one array of ``(70, 2)`` float32, in pixels.
        """
        found = self._follow(photo)
        if found is None:
            faces = self._detector(photo)
            found = faces[self._number - 1] if len(faces) >= self._number else None
            if faces and self._last is not None:
                place = self._last.mean(0)
                found = min(faces, key=lambda face: float(np.linalg.norm(face.mean(0) - place)))
            self._unverified_frames = 0
        self._last = found
        return [] if found is None else [found]

    def _follow(self, photo: Image) -> Landmarks | None:
        """Return the landmarks near their last place; None if the face isn't there."""
        if self._last is None:
            return None
        found = self._detector.refine(photo, self._last)
        self._unverified_frames += 1
        motion = np.linalg.norm(found.mean(0) - self._last.mean(0)) / interocular(self._last)
        if motion > _FAST_MOTION:
            found = self._detector.refine(photo, found)
            motion = np.linalg.norm(found.mean(0) - self._last.mean(0)) / interocular(self._last)
        too_far = motion > _MAX_MOTION
        if too_far or self._unverified_frames >= self._verification_interval:
            self._unverified_frames = 0
            return found if self._detector.verify(photo, found) else None
        return found


def to_grey(photo: Image) -> NDArray[np.uint8]:
    """Return an RGB picture in grey, ``(h, w)`` uint8; a grey one unchanged.

    >>> to_grey(np.full((1, 1, 3), 90, np.uint8)).tolist()
    [[90]]
    """
    return (
        photo if photo.ndim == 2 else np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.uint8)
    )
