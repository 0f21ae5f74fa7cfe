"""The face in a video: where it is, its usual shape, and how far each frame changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face2face.face.expression import AVERAGE_FACE
from face2face.face.head_pose import split_poses
from face2face.face.landmark_filter import LandmarkFilter
from face2face.face.photo_checks import faces_camera, is_large_enough
from face2face.face.steady_changes import FADE_SECONDS
from face2face.image import Image, Landmarks, Scene


@dataclass(frozen=True, eq=False)
class FaceTrack:
    """A face through the frames of a video.

    Attributes:
        seconds: Time of each frame, ascending.
        faces: ``(70, 2)`` float32 in pixels for each frame, filtered; None where there is no face,
            or one too small or turned too far to be changed.
    """

    seconds: Sequence[float]
    faces: Sequence[Landmarks | None]

    @classmethod
    def follow(
        cls, scenes: Iterable[Scene], detect: Callable[[Image], Sequence[Landmarks]]
    ) -> FaceTrack:
        """Return the track of a video's face.

        Args:
            scenes: The frames, with their times.
            detect: Returns the landmarks of the face in the next frame, ``(h, w, 3)`` uint8 RGB;
                nothing where it is lost. See :class:`face2face.face.tracker.Tracker`.
        """
        seconds: list[float] = []
        faces: list[Landmarks | None] = []
        smooth = LandmarkFilter()
        for scene in scenes:
            seconds.append(scene.seconds or 0.0)
            found = detect(scene.photo)
            if not found:
                smooth.reset()
                faces.append(None)
                continue
            landmarks = smooth(found[0], seconds[-1])
            usable = is_large_enough(landmarks) and faces_camera(landmarks)
            faces.append(landmarks if usable else None)
        return cls(seconds, faces)

    @property
    def count(self) -> int:
        """Number of frames with a face."""
        return sum(face is not None for face in self.faces)

    def shares(self) -> NDArray[np.float64]:
        """Return how far each frame is changed, ``(n,)`` from 0 to 1.

        It is 0 where there is no face, and rises to 1 within 0.3 seconds before and after: the
        change never jumps in or out.

        >>> FaceTrack([0.0, 0.1, 0.2, 0.5], [None, *[AVERAGE_FACE] * 3]).shares().round(2).tolist()
        [0.0, 0.33, 0.67, 1.0]
        """
        times = np.array(self.seconds, np.float64)
        missing = np.array([face is None for face in self.faces], bool)
        lost = np.concatenate([[-np.inf], times[missing], [np.inf]])
        following = np.searchsorted(lost, times)
        distance = np.minimum(lost[following] - times, times - lost[following - 1])
        return np.clip(distance / FADE_SECONDS, 0.0, 1.0)

    def usual_face(self) -> Landmarks:
        """Return the median shape of the face, ``(70, 2)`` float32 in head coordinates.

        Raises:
            ValueError: No frame has a face.
        """
        found = [face for face in self.faces if face is not None]
        if not found:
            raise ValueError("a track without a face has no usual shape")
        _, shapes = split_poses(np.stack(found), AVERAGE_FACE)
        return np.median(shapes, axis=0).astype(np.float32)
