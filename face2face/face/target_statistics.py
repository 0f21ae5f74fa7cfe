"""The target's neutral face and the range of its motion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.errors import ModelError
from face2face.face.expression import AVERAGE_FACE
from face2face.face.head_pose import HeadPose, split_poses
from face2face.face.neutral import (
    close_lips,
    lid_gaps,
    lip_gap,
    neutral_landmarks,
    with_shut_thickness,
)
from face2face.face.neutral_frames import neutral_distances
from face2face.image import LANDMARK_COUNT, Landmarks
from face2face.landmarks import PARTS, interocular

#: Percentiles of the target's motion that count as its range.
_RANGE_PERCENTILES = (1, 99)
#: Share of the frames with certain landmarks, the most neutral ones, that give the neutral face.
_NEUTRAL_SHARE = 0.05
#: Rounds in which the neutral shape and the heads' poses are found from each other.
_ROUNDS = 2
#: Greatest number in statistics that are read, in head coordinates and in pixels.
_MAX_NUMBER = 1e6
#: Field -> its shape.
_SHAPES = {
    "shape": (LANDMARK_COUNT, 2),
    "pose": (6,),
    "low": (LANDMARK_COUNT, 2),
    "high": (LANDMARK_COUNT, 2),
    "pose_low": (6,),
    "pose_high": (6,),
    "lids_low": (4,),
    "lids_high": (4,),
}


@dataclass(frozen=True)
class TargetStatistics:
    """The target's neutral face and how far it was seen to move.

    Shapes are in head coordinates, poses are the numbers of :attr:`HeadPose.vector` in panel
    pixels: see :class:`face2face.face.head_pose.HeadPose`.

    Attributes:
        shape: ``(70, 2)`` float32, the neutral face, from the half of the frames with the most
            certain landmarks. Its lips are shut if they ever were.
        pose: ``(6,)`` float32, the head's pose when the face is neutral.
        low: ``(70, 2)`` float32, the least of each coordinate.
        high: ``(70, 2)`` float32, the greatest of each coordinate.
        pose_low: ``(6,)`` float32, the least of each number of the pose.
        pose_high: ``(6,)`` float32, the greatest.
        lids_low: ``(4,)`` float32, the least gap between facing points of the lids.
        lids_high: ``(4,)`` float32, the greatest.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> face = 50 * AVERAGE_FACE + np.float32(128)
    >>> frames = np.stack([face, face + np.float32([4, 0])])
    >>> statistics = TargetStatistics.of(frames, np.zeros((2, 70), np.float32))
    >>> round(float(statistics.pose_high[4] - statistics.pose_low[4]), 1)
    3.9
    """

    shape: NDArray[np.float32]
    pose: NDArray[np.float32]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    pose_low: NDArray[np.float32]
    pose_high: NDArray[np.float32]
    lids_low: NDArray[np.float32]
    lids_high: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        landmarks: NDArray[np.float32],
        uncertainty: NDArray[np.float32],
        neutral: Landmarks | None = None,
    ) -> TargetStatistics:
        """Return the statistics of one target.

        Args:
            landmarks: ``(n, 70, 2)`` float32 in panel pixels, n at least 1.
            uncertainty: ``(n, 70)`` float32, their standard deviation in panel pixels.
            neutral: ``(70, 2)`` in panel pixels, the neutral face where somebody picked it; None to
                estimate it from the frames of :func:`neutral_distances`.
        """
        total = np.linalg.norm(uncertainty, axis=1)
        certain = landmarks[total <= np.median(total)]
        rough = neutral_shape(certain)
        rest = [
            HeadPose.of(each, rough) for each in (certain if neutral is None else neutral[None])
        ]
        shape, pose = _neutral(rest, lip_gap(rough) if neutral is None else np.inf)
        vectors, shapes = split_poses(landmarks, shape)
        gaps = np.stack([lid_gaps(each) for each in shapes])
        ranges = (np.percentile(each, _RANGE_PERCENTILES, axis=0) for each in (shapes, vectors))
        (low, high), (pose_low, pose_high) = ranges
        lids_low, lids_high = np.percentile(gaps, _RANGE_PERCENTILES, axis=0)
        arrays = (shape, pose, low, high, pose_low, pose_high, lids_low, lids_high)
        return cls(*(each.astype(np.float32) for each in arrays))

    def with_pose_range(self, reach: NDArray[np.float64]) -> TargetStatistics:
        """Return a copy whose head may move at least this far from its neutral pose.

        Args:
            reach: ``(6,)``, for each number of :attr:`HeadPose.vector`; the place in interocular
                distances.
        """
        unit = np.array([1, 1, 1, 1, *np.full(2, np.exp(self.pose[3]))])
        low = np.minimum(self.pose_low, self.pose - reach * unit).astype(np.float32)
        high = np.maximum(self.pose_high, self.pose + reach * unit).astype(np.float32)
        return replace(self, pose_low=low, pose_high=high)

    @property
    def neutral(self) -> Landmarks:
        """The neutral face in its neutral pose, ``(70, 2)`` float32 in panel pixels."""
        return HeadPose(self.pose.astype(np.float64), self.shape.astype(np.float64)).landmarks()

    def to_json(self) -> dict[str, Any]:
        """Return the fields as lists, rounded to 0.0001."""
        return {
            name: np.round(array.astype(np.float64), 4).tolist()
            for name, array in vars(self).items()
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> TargetStatistics:
        """Return the statistics that :meth:`to_json` wrote.

        Raises:
            ModelError: A field is missing, has another shape or is out of range.
        """
        arrays = {}
        for name, shape in _SHAPES.items():
            try:
                array = np.array(fields[name], np.float64).reshape(shape)
                if not (np.abs(array) <= _MAX_NUMBER).all():
                    raise ValueError(name)
                arrays[name] = array.astype(np.float32)
            except (KeyError, TypeError, ValueError, OverflowError) as error:
                size = " by ".join(map(str, shape))
                raise ModelError(
                    f'The card\'s shape statistics have no "{name}" of {size} numbers.',
                    hint="Restore the card, or export the model again.",
                ) from error
        return cls(**arrays)


def _neutral(
    heads: list[HeadPose], max_lip_gap: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the neutral shape, ``(70, 2)``, and pose, ``(6,)``, of somebody's heads.

    Args:
        heads: At least one, all in one person's head coordinates.
        max_lip_gap: Largest gap of the lips, in interocular distances.
    """
    shapes = np.stack([head.shape for head in heads])
    vectors = np.stack([head.vector for head in heads])
    order = np.argsort(neutral_distances(shapes, vectors), kind="stable")
    nearest = order[: max(1, int(_NEUTRAL_SHARE * len(order)))]
    shut = close_lips(np.median(shapes[nearest], axis=0), max_lip_gap)
    shape = _centred(with_shut_thickness(shut, shapes))
    poses = [HeadPose.of(heads[index].landmarks(), shape).vector for index in nearest]
    return shape, np.median(poses, axis=0)


def _centred(landmarks: NDArray[Any]) -> NDArray[np.float64]:
    """Return a face in head coordinates, moved and scaled so that its eyes define them."""
    points = landmarks.astype(np.float64)
    eyes = (points[PARTS["right_eye"]].mean(0) + points[PARTS["left_eye"]].mean(0)) / 2
    return (points - eyes) / interocular(points)


def neutral_shape(landmarks: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return a person's neutral face in head coordinates, ``(70, 2)``.

    The origin lies between the eyes, and the eyes are 1 apart.

    Args:
        landmarks: ``(n, 70, 2)`` in pixels, n at least 1.
    """
    shape = AVERAGE_FACE.astype(np.float64)
    for _ in range(_ROUNDS):
        _, shapes = split_poses(landmarks, shape)
        shape = _centred(neutral_landmarks(shapes.astype(np.float32)))
    return shape
