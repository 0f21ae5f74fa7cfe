"""Following a face from frame to frame: it is sought in the whole picture only when it has been lost."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks
from face2face.landmarks import interocular

#: So many times a second it is looked whether the face is still there; and how far it may go in one frame without that, in interocular
#: distances.
_CHECKS = 5.0
_LEAP = 0.5


class TrackableDetector(Protocol):
    """What finds faces, see :class:`face2face.face.detector.Detector`."""

    def __call__(self, photo: Image) -> list[Landmarks]:
        """All faces' landmarks, the largest first."""

    def refine(self, photo: Image, landmarks: Landmarks) -> Landmarks:
        """The landmarks of a face that had these a moment ago."""

    def verify(self, photo: Image, landmarks: Landmarks) -> bool:
        """Whether there is a face where these lie."""


class Tracker:
    """Finds one face in pictures that follow each other: at first the largest, then always the one that is nearest to its last place.

    Args:
        detector: Finds faces in a picture.
        fps: How many pictures come a second.
    """

    def __init__(self, detector: TrackableDetector, fps: float = 30.0) -> None:
        self._detector, self._checked_every = detector, max(1, round(fps / _CHECKS))
        self._last: Landmarks | None = None
        self._unchecked = 0

    def __call__(self, photo: Image) -> list[Landmarks]:
        """The landmarks of the face, ``(68, 2)`` float32, alone in a list; an empty one where there is none."""
        found = self._followed(photo)
        if found is None:
            faces = self._detector(photo)
            found = faces[0] if faces else None
            if faces and self._last is not None:
                place = self._last.mean(0)
                found = min(faces, key=lambda face: float(np.linalg.norm(face.mean(0) - place)))
            self._unchecked = 0
        # A face that is lost is forgotten: whoever comes next may be nearer to the camera.
        self._last = found
        return [] if found is None else [found]

    def _followed(self, photo: Image) -> Landmarks | None:
        """The face where it was, or None."""
        if self._last is None:
            return None
        found = self._detector.refine(photo, self._last)
        self._unchecked += 1
        leap = np.linalg.norm(found.mean(0) - self._last.mean(0)) > _LEAP * interocular(self._last)
        if leap or self._unchecked >= self._checked_every:
            self._unchecked = 0
            return found if self._detector.verify(photo, found) else None
        return found


def to_grey(photo: Image) -> NDArray[np.uint8]:
    """An RGB picture in grey, as ``(h, w)`` uint8; a grey one as it is."""
    return (
        photo if photo.ndim == 2 else np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.uint8)
    )
