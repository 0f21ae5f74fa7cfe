"""Changes of a face that are the same in each frame of a video."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from face2face.face.expression import AVERAGE_FACE
from face2face.face.expression_model import ExpressionModel, unfolded
from face2face.face.facial_change import FacialChange
from face2face.face.head_pose import HeadPose
from face2face.face.neutral import lid_gaps
from face2face.image import Landmarks
from face2face.landmarks import EYE_CORNERS, LIDS, gaze, with_gaze

#: Seconds in which changes fade in after the face appears, and out before it is lost.
FADE_SECONDS = 0.3
#: Gap of the lids, as a share of their usual one, up to which an eye is shut, and from which it is
#: open. Landmarks of shut lids lie apart.
_OPENNESS = (0.6, 1.0)
#: Least usual gap of the lids, in widths of the eye: who mostly looks down keeps doing so.
_MIN_USUAL_GAP = 0.22


class SteadyChanges:
    """Changes of the face in a video, the same for each of its frames.

    An expression, and wide eyes, are found once, for the face's usual shape. Each frame then moves
    by the same way in head coordinates, so that the person goes on talking; lids that blink stay as
    they are. With ``neutral``, a person who mostly smiles stops, and still laughs. Shut eyes, gaze
    and mouth are brought to their state in each frame: with an amount of 1 they rest there.

    Args:
        changes: In their order. Those that are found once come first.
        usual: ``(70, 2)`` in head coordinates, the person's usual shape.
        expressions: As for :meth:`face2face.face.facial_change.FacialChange.applied_to`.

    Attributes:
        made: Changes found once that the usual shape has already; they are left out.

    >>> changes = SteadyChanges([FacialChange("mouth", "open")], AVERAGE_FACE, None)
    >>> from face2face.face.neutral import lip_gap
    >>> round(lip_gap(changes(AVERAGE_FACE)), 2), round(lip_gap(changes(AVERAGE_FACE, 0.5)), 2)
    (0.25, 0.13)
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
