"""The head's motion in three dimensions, and the shape of the face without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.face.expression import DEPTH
from face2face.image import Landmarks

#: Landmarks that bone moves: the jaw's ends, the nose and the corners of the eyes.
_BONE = np.array([0, 1, 2, 3, 13, 14, 15, 16, 27, 28, 29, 30, 31, 33, 35, 36, 39, 42, 45])
#: Rounds of the robust fit: an expression moves some of these points a little.
_FIT_ROUNDS = 4
#: Distance at which a point counts half in that fit, in interocular distances.
_OUTLIER_DISTANCE = 0.03
#: Largest yaw and pitch, in radians: beyond it a face's outline hides the points behind.
_MAX_TURN = 1.0


@dataclass(frozen=True)
class HeadPose:
    """Landmarks split into the head's motion and the shape of the face.

    The projection is weak perspective. Head coordinates have their origin between the eyes and the
    interocular distance as their unit: x to the right of the picture, y down. The depth of each
    point is that of an average face, :data:`face2face.face.expression.DEPTH`.

    Attributes:
        vector: ``(6,)`` float64: yaw (towards the right of the picture), pitch (downwards) and roll
            (clockwise) in radians; logarithm of the scale; x and y of the origin in pixels.
        shape: ``(70, 2)`` float64, the face in head coordinates.

    >>> from face2face.face.expression import AVERAGE_FACE, Expression
    >>> turned = Expression(turn=0.2, open=0.1).applied_to(AVERAGE_FACE)
    >>> pose = HeadPose.of(turned, AVERAGE_FACE)
    >>> round(float(pose.vector[0]), 1), round(float(pose.shape[66, 1] - AVERAGE_FACE[66, 1]), 2)
    (0.2, 0.1)
    """

    vector: NDArray[np.float64]
    shape: NDArray[np.float64]

    @classmethod
    def of(cls, landmarks: NDArray[Any], neutral: NDArray[Any]) -> HeadPose:
        """Return the pose of a head and the shape of its face.

        Args:
            landmarks: ``(70, 2)`` in pixels.
            neutral: ``(70, 2)``, the person's neutral face in head coordinates.
        """
        vector = _fit(np.asarray(landmarks, np.float64)[_BONE], neutral)
        turn, scale, origin = _projection(vector)
        # scale * turn @ (x, y, depth) + origin = landmark, solved for x and y.
        rest = (landmarks - origin) / scale - DEPTH[:, None] * turn[:, 2]
        return cls(vector, np.linalg.solve(turn[:, :2], rest.T).T)

    @property
    def depth_axis(self) -> NDArray[np.float64]:
        """Shift in the picture of a point one interocular distance nearer, ``(2,)`` in pixels."""
        turn, scale, _ = _projection(self.vector)
        return scale * turn[:, 2]

    def landmarks(self) -> Landmarks:
        """Return the shape in this pose, ``(70, 2)`` float32 in pixels."""
        turn, scale, origin = _projection(self.vector)
        points = np.column_stack([self.shape, DEPTH])
        return (scale * points @ turn.T + origin).astype(np.float32)


def _fit(landmarks: NDArray[np.float64], neutral: NDArray[Any]) -> NDArray[np.float64]:
    """Return the pose in which a neutral face is nearest to some of its landmarks.

    Weighted least squares for an affine projection, then the nearest scaled rotation, as in
    orthographic structure from motion (Tomasi and Kanade, IJCV 1992). Points that move with the
    expression lose weight each round.

    Args:
        landmarks: ``(n, 2)`` in pixels, those of :data:`_BONE`.
        neutral: ``(70, 2)`` in head coordinates.
    """
    points = np.column_stack([neutral[_BONE], DEPTH[_BONE]])
    weights = np.ones(len(points))
    for _ in range(_FIT_ROUNDS):
        share = weights / weights.sum()
        middle, centre = share @ points, share @ landmarks
        root = np.sqrt(share)[:, None]
        affine = np.linalg.lstsq(root * (points - middle), root * (landmarks - centre))[0].T
        left, stretch, right = np.linalg.svd(affine, full_matrices=False)
        turn, scale = left @ right, max(float(stretch.mean()), 1e-6)
        origin = centre - scale * turn @ middle
        distance = np.linalg.norm(scale * points @ turn.T + origin - landmarks, axis=1) / scale
        weights = 1 / (1 + (distance / _OUTLIER_DISTANCE) ** 2)
    towards = np.cross(turn[0], turn[1])
    yaw, pitch = np.arctan2(-towards[0], towards[2]), np.arcsin(np.clip(-towards[1], -1, 1))
    return np.array(
        [
            *np.clip((yaw, pitch), -_MAX_TURN, _MAX_TURN),
            np.arctan2(-turn[0, 1], turn[1, 1]),
            np.log(scale),
            *origin,
        ]
    )


def _projection(
    vector: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """Return the first two rows of a pose's rotation, ``(2, 3)``, its scale and its origin."""
    (sy, sp, sr), (cy, cp, cr) = np.sin(vector[:3]), np.cos(vector[:3])
    turned = np.array([[cy, 0.0, sy], [-sy * sp, cp, cy * sp]])
    roll = np.array([[cr, -sr], [sr, cr]])
    return roll @ turned, float(np.exp(vector[3])), vector[4:]
