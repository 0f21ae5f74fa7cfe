"""Poses of the keyframes that are made of one photo: states of the mouth and of the eyes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.expression_model import NEUTRAL, ExpressionModel
from face2face.face.facial_change import FacialChange
from face2face.face.head_pose import HeadPose
from face2face.image import Landmarks
from face2face.landmarks import IRISES

#: Landmarks of the brows, the eyes and the irises; the others belong to the mouth's state.
_EYES_AND_BROWS = [*range(17, 27), *range(36, 48), *IRISES]
#: Distance from the middle of the face at which a change of one side is whole, in interocular
#: distances: nearly that of the mouth's corners.
_SIDE_RAMP = 0.35


@dataclass(frozen=True)
class _FeatureState:
    """A state of the mouth or the eyes.

    Attributes:
        motion: Added to the neutral face.
        change: Applied before the motion; an expression that the model doesn't know is left out.
        side: 0 for both sides of the face, -1 for the left one in the picture, 1 for the right one.
    """

    motion: Expression = field(default_factory=Expression)
    change: FacialChange | None = None
    side: int = 0

    def applied_to(self, neutral: Landmarks, expressions: ExpressionModel) -> Landmarks:
        """Return a neutral face in this state, ``(70, 2)`` float32 in its pixels."""
        change, face = self.change, neutral
        if change and (change.part != "expression" or change.state in expressions.ways):
            face = change.applied_to(face, expressions)
        # A strength of 0 only uncrosses lids and lips.
        face = expressions(self.motion.applied_to(face), NEUTRAL, 0.0)
        if self.side:
            x = HeadPose.of(neutral, AVERAGE_FACE).shape[:, :1]
            share = np.clip(0.5 + 0.5 * self.side * x / _SIDE_RAMP, 0, 1)
            face = neutral + share * (face - neutral)
        return np.asarray(face, np.float32)


def _shown(expression: str, strength: float, motion: Expression = Expression()) -> _FeatureState:
    return _FeatureState(motion, FacialChange("expression", expression, strength))


def _looking(direction: str, motion: Expression = Expression()) -> _FeatureState:
    return _FeatureState(motion, FacialChange("gaze", direction))


#: States of the mouth, the most frequent ones first.
_MOUTHS = (
    _FeatureState(),
    _FeatureState(Expression(open=0.12)),
    _shown("smile", 1.0),
    _FeatureState(Expression(open=0.3)),
    _shown("smile", 0.5),
    _FeatureState(Expression(open=0.06)),
    _FeatureState(Expression(open=0.2, smile=-0.6)),
    _shown("smile", 1.0, Expression(open=0.15)),
    _FeatureState(Expression(open=-0.07)),
    _FeatureState(Expression(open=0.2)),
    _FeatureState(Expression(smile=-0.8)),
    _shown("smile", 1.4),
    _FeatureState(Expression(open=0.45)),
    _shown("sad", 1.0),
    _FeatureState(Expression(open=0.1, smile=0.4)),
    _FeatureState(Expression(open=0.08, smile=-0.6)),
    _shown("surprised", 1.0),
    _shown("angry", 1.0),
    _FeatureState(Expression(smile=1.0), side=-1),
    _FeatureState(Expression(smile=1.0), side=1),
    _shown("smile", 1.0, Expression(open=0.3)),
    _FeatureState(Expression(open=0.12, smile=1.0), side=-1),
    _FeatureState(Expression(open=0.12, smile=1.0), side=1),
    _FeatureState(Expression(open=0.25, smile=0.4)),
    _FeatureState(Expression(open=0.4, smile=-0.5)),
)
#: States of the eyes, the most frequent ones first.
_EYES = (
    _FeatureState(),
    _FeatureState(Expression(blink=1.0)),
    _FeatureState(Expression(blink=0.5)),
    _FeatureState(Expression(brows=0.8)),
    _looking("left"),
    _looking("right"),
    _FeatureState(Expression(blink=0.5), FacialChange("gaze", "down")),
    _FeatureState(Expression(brows=0.8), FacialChange("eyes", "wide")),
    _FeatureState(Expression(brows=-0.7)),
    _looking("up"),
    _FeatureState(Expression(blink=0.25)),
    _FeatureState(Expression(blink=0.75)),
    _shown("angry", 1.0),
    _shown("smile", 1.0),
    _FeatureState(change=FacialChange("eyes", "wide", 0.6)),
    _FeatureState(Expression(blink=1.0), side=-1),
    _FeatureState(Expression(blink=1.0), side=1),
    _FeatureState(Expression(blink=1.0, brows=-0.7)),
    _shown("sad", 1.0),
    _FeatureState(Expression(brows=0.4)),
    _FeatureState(Expression(blink=0.5, brows=-0.7)),
    _FeatureState(Expression(brows=0.8), side=-1),
    _FeatureState(Expression(brows=0.8), side=1),
    _looking("down"),
    _looking("up", Expression(brows=0.6)),
)
#: Number of keyframe poses.
KEYFRAME_POSES = max(len(_MOUTHS), len(_EYES))


def keyframe_poses(neutral: Landmarks, expressions: ExpressionModel) -> list[Landmarks]:
    """Return poses that cover what eyes and mouths do; the head stays.

    A live run chooses the keyframe of the eyes and that of the mouth apart. So each pose joins a
    state of the mouth and an unrelated one of the eyes.

    Args:
        neutral: ``(70, 2)`` float32 in pixels, the face with shut lips and open eyes.
        expressions: Knows the ways to expressions.

    Returns:
        ``(70, 2)`` float32 each; the first is the neutral face.
    """
    poses = []
    for mouth, eyes in zip_longest(_MOUTHS, _EYES, fillvalue=_FeatureState()):
        pose = mouth.applied_to(neutral, expressions)
        pose[_EYES_AND_BROWS] = eyes.applied_to(neutral, expressions)[_EYES_AND_BROWS]
        poses.append(pose)
    return poses
