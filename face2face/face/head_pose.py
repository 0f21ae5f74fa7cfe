"""The head's motion in three dimensions, and the shape of the face without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.face.expression import AVERAGE_FACE, DEPTH
from face2face.image import Landmarks

#: Landmarks that bone moves: the jaw's ends, the nose and the corners of the eyes.
BONE = np.array([0, 1, 2, 3, 13, 14, 15, 16, 27, 28, 29, 30, 31, 33, 35, 36, 39, 42, 45])
#: Rounds of the robust fit: an expression moves some of these points a little.
_FIT_ROUNDS = 4
#: Distance at which a point counts half in that fit, in interocular distances.
_OUTLIER_DISTANCE = 0.03
#: Least scale, in pixels a unit.
_MIN_SCALE = 1e-6
#: Share added to a matrix's diagonal, so that it has an inverse even for points in a line.
_RIDGE = 1e-9
#: Largest yaw and pitch, in radians: beyond it a face's outline hides the points behind.
_MAX_TURN = 1.0
#: Points of the skull's outline from ear to ear over the crown, hair included, ``(9, 2)`` in head
#: coordinates of a face that looks straight ahead.
_OUTLINE = np.array(
    [(1.35 * np.cos(a), -0.35 - 1.6 * np.sin(a)) for a in np.linspace(-0.15, np.pi + 0.15, 9)]
)
#: Middle of the skull. Deeper ones put the outline of turned heads nearer to the truth in three of
#: six videos, and farther in two.
_SKULL_CENTRE = np.array([0.0, -0.35, -1.4])
#: Points of the forehead near the hair, in head coordinates.
_FOREHEAD = np.array([(-0.55, -0.95, -0.05), (0.0, -1.05, 0.05), (0.55, -0.95, -0.05)])


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
        vectors, shapes = split_poses(np.asarray(landmarks)[None], neutral)
        return cls(vectors[0], shapes[0])

    @property
    def depth_axis(self) -> NDArray[np.float64]:
        """Shift in the picture of a point one interocular distance nearer, ``(2,)`` in pixels."""
        (turn,), (scale,), _ = _projections(self.vector[None])
        return np.asarray(scale[0] * turn[:, 2])

    def landmarks(self) -> Landmarks:
        """Return the shape in this pose, ``(70, 2)`` float32 in pixels."""
        (turn,), (scale,), (origin,) = _projections(self.vector[None])
        points = np.column_stack([self.shape, DEPTH])
        return (scale * points @ turn.T + origin).astype(np.float32)


def split_poses(
    landmarks: NDArray[Any], neutral: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return pose and shape of many faces of one person, as :meth:`HeadPose.of` does of one.

    Args:
        landmarks: ``(n, 70, 2)`` in pixels.
        neutral: ``(70, 2)``, the person's neutral face in head coordinates.

    Returns:
        ``(n, 6)`` and ``(n, 70, 2)``, see :class:`HeadPose`.
    """
    vectors = _fit(landmarks[:, BONE].astype(np.float64), neutral)
    turns, scales, origins = _projections(vectors)
    # scale * turn @ (x, y, depth) + origin = landmark, solved for x and y.
    rest = (landmarks - origins) / scales - DEPTH[:, None] * turns[:, None, :, 2]
    return vectors, rest @ np.linalg.inv(turns[:, :, :2]).swapaxes(1, 2)


def with_skull(landmarks: NDArray[Any]) -> NDArray[np.float32]:
    """Return landmarks followed by points of their heads' skulls, which are found in no picture.

    A turn moves the forehead as a rigid body. The skull's outline stays the outline of a ball: it
    moves with the ball's centre and keeps its shape.

    Args:
        landmarks: ``(n, 70, 2)`` in pixels.

    Returns:
        ``(n, 82, 2)``, in the same pixels.

    >>> with_skull(AVERAGE_FACE[None]).shape
    (1, 82, 2)
    """
    vectors, _ = split_poses(landmarks, AVERAGE_FACE)
    turns, scales, origins = _projections(vectors)
    forehead = scales * _FOREHEAD @ turns.swapaxes(1, 2) + origins
    centre = scales * _SKULL_CENTRE @ turns.swapaxes(1, 2) + origins
    cosine, sine = np.cos(vectors[:, 2]), np.sin(vectors[:, 2])
    roll = np.stack([cosine, sine, -sine, cosine], axis=1).reshape(-1, 2, 2)
    outline = centre + scales * (_OUTLINE - _SKULL_CENTRE[:2]) @ roll
    return np.concatenate([landmarks, outline, forehead], axis=1).astype(np.float32)


def _fit(landmarks: NDArray[np.float64], neutral: NDArray[Any]) -> NDArray[np.float64]:
    """Return the poses in which a neutral face is nearest to some landmarks, ``(n, 6)``.

    Weighted least squares for an affine projection, then the nearest scaled rotation, as in
    orthographic structure from motion (Tomasi and Kanade, IJCV 1992). Points that move with the
    expression lose weight each round.

    Args:
        landmarks: ``(n, m, 2)`` in pixels, the m of :data:`BONE`.
        neutral: ``(70, 2)`` in head coordinates.
    """
    points = np.column_stack([neutral[BONE], DEPTH[BONE]])
    share = np.full((len(landmarks), 1, len(points)), 1 / len(points))
    for _ in range(_FIT_ROUNDS):
        middle, centre = share @ points, share @ landmarks
        weighted = share.swapaxes(1, 2) * (points - middle)
        moments = (points - middle).swapaxes(1, 2) @ weighted
        products = (landmarks - centre).swapaxes(1, 2) @ weighted
        affine = products @ np.linalg.inv(moments + _RIDGE * np.eye(3))
        turn, scale = _nearest_rotation(affine)
        origin = centre - scale * middle @ turn.swapaxes(1, 2)
        distance = scale * points @ turn.swapaxes(1, 2) + origin - landmarks
        distance = np.linalg.norm(distance, axis=2, keepdims=True) / scale
        weights = (1 / (1 + (distance / _OUTLIER_DISTANCE) ** 2)).swapaxes(1, 2)
        share = weights / weights.sum(2, keepdims=True)
    towards = np.cross(turn[:, 0], turn[:, 1])
    vectors = np.empty((len(landmarks), 6))
    vectors[:, 0] = np.arctan2(-towards[:, 0], towards[:, 2])
    vectors[:, 1] = np.arcsin(np.clip(-towards[:, 1], -1, 1))
    vectors[:, :2] = np.clip(vectors[:, :2], -_MAX_TURN, _MAX_TURN)
    vectors[:, 2] = np.arctan2(-turn[:, 0, 1], turn[:, 1, 1])
    vectors[:, 3] = np.log(scale[:, 0, 0])
    vectors[:, 4:] = origin[:, 0]
    return vectors


def _nearest_rotation(
    affine: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the orthonormal rows nearest to some matrices, ``(n, 2, 3)``, and their scales.

    The rows are ``(A A^T)^(-1/2) A``. The root of a 2 by 2 matrix S with ``s = sqrt(det S)`` is
    ``(S + s I) / t``, and ``t = sqrt(trace S + 2 s)`` is the sum of A's singular values.
    """
    square = affine @ affine.swapaxes(1, 2)
    s = np.sqrt(np.maximum(np.linalg.det(square), 0))[:, None, None]
    t = np.sqrt(np.trace(square, axis1=1, axis2=2)[:, None, None] + 2 * s)
    t = np.maximum(t, 2 * _MIN_SCALE)
    root = (square + (s + _RIDGE * t**2) * np.eye(2)) / t
    return np.linalg.inv(root) @ affine, t / 2


def _projections(
    vectors: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the first two rows of poses' rotations, their scales and their origins.

    They are ``(n, 2, 3)``, ``(n, 1, 1)`` and ``(n, 1, 2)``, for ``(n, 6)``.
    """
    (sy, sp, sr), (cy, cp, cr) = np.sin(vectors[:, :3].T), np.cos(vectors[:, :3].T)
    turned = np.stack([cy, np.zeros_like(cy), sy, -sy * sp, cp, cy * sp], axis=1)
    roll = np.stack([cr, -sr, sr, cr], axis=1)
    turns = roll.reshape(-1, 2, 2) @ turned.reshape(-1, 2, 3)
    return turns, np.exp(vectors[:, 3])[:, None, None], vectors[:, None, 4:]
