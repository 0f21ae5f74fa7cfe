"""Change the face in a video: where it is, its usual shape, and how far each frame changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face2face.face.expression import AVERAGE_FACE
from face2face.face.expression_model import ExpressionModel, unfolded
from face2face.face.facial_change import FacialChange
from face2face.face.head_pose import HeadPose, split_poses
from face2face.face.landmark_filter import LandmarkFilter
from face2face.face.neutral import lid_gaps
from face2face.face.photo_checks import faces_camera, is_large_enough
from face2face.image import Image, Landmarks, Scene
from face2face.landmarks import EYE_CORNERS, LIDS, gaze, with_gaze

#: Seconds in which a change fades in after the face appears, and out before it is lost.
_FADE_SECONDS = 0.3
#: Gap of the lids, as a share of their usual one, up to which an eye is shut, and from which it is
#: open. Landmarks of shut lids lie apart.
_OPENNESS = (0.6, 1.0)
#: Least usual gap of the lids, in widths of the eye: who mostly looks down keeps doing so.
_MIN_USUAL_GAP = 0.22


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
        return np.clip(distance / _FADE_SECONDS, 0.0, 1.0)

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


class ClipChanges:
    """Changes of the face in a video, of which each frame gets the same.

    An expression, and wide eyes, are found once, for the face's usual shape. Each frame then moves
    by the same way in head coordinates, so that the person goes on talking; lids that blink stay as
    they are. With ``neutral``, a person who mostly smiles stops, and still laughs. Shut eyes, gaze
    and mouth are brought to their state in each frame: with an amount of 1 they rest there.

    Args:
        changes: In their order. Those that are found once come first.
        usual: ``(70, 2)`` float32 in head coordinates, see :meth:`FaceTrack.usual_face`.
        expressions: As for :meth:`face2face.face.facial_change.FacialChange.applied_to`.

    Attributes:
        made: Changes found once that the usual shape has already; they are left out.

    >>> changes = ClipChanges([FacialChange("mouth", "open")], AVERAGE_FACE, None)
    >>> from face2face.face.neutral import lip_gap
    >>> round(lip_gap(changes(AVERAGE_FACE)), 2), round(lip_gap(changes(AVERAGE_FACE, 0.5)), 2)
    (0.3, 0.15)
    """

    def __init__(
        self,
        changes: Iterable[FacialChange],
        usual: Landmarks,
        expressions: ExpressionModel | None,
    ) -> None:
        self.made: list[FacialChange] = []
        self._states: list[FacialChange] = []
        self._expressions = expressions
        outer, inner = np.array(EYE_CORNERS).T
        widths = np.repeat(np.linalg.norm(usual[inner] - usual[outer], axis=1), 2)
        self._usual_gaps = np.maximum(lid_gaps(usual), _MIN_USUAL_GAP * widths)
        wanted = usual
        for change in changes:
            if change.part != "expression" and change.state != "wide":
                self._states.append(change)
            elif change.is_made(usual, expressions):
                self.made.append(change)
            else:
                wanted = change.applied_to(wanted, expressions)
        self._way = None if wanted is usual else np.asarray(wanted - usual, np.float64)

    def __call__(self, landmarks: Landmarks, share: float = 1.0) -> Landmarks:
        """Return the landmarks of a frame with the changes made.

        Args:
            landmarks: ``(70, 2)`` float32 in pixels.
            share: How far to go, from 0 to 1.

        Returns:
            ``(70, 2)`` float32, in the same pixels.
        """
        wanted = landmarks
        if self._way is not None:
            pose = HeadPose.of(landmarks, AVERAGE_FACE)
            way = self._way.copy()
            gaps = (lid_gaps(pose.shape) / self._usual_gaps).reshape(2, 2).min(1)
            openness = np.interp(gaps, _OPENNESS, (0.0, 1.0))
            way[np.array(LIDS).reshape(2, 4)] *= openness[:, None, None]
            moved = HeadPose(pose.vector, unfolded(pose.shape + way)).landmarks()
            wanted = with_gaze(moved, gaze(landmarks))
        for change in self._states:
            wanted = change.applied_to(wanted, self._expressions)
        return np.asarray(landmarks + share * (wanted - landmarks), np.float32)
