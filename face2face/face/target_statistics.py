"""The target's neutral face and the range of its motion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.errors import ModelError
from face2face.face.head_pose import HeadPose
from face2face.face.neutral import lid_directions, lid_gaps, neutral_landmarks, with_lid_gaps
from face2face.image import LANDMARK_COUNT

#: Percentiles of the target's motion that count as its range.
_RANGE_PERCENTILES = (1, 99)
#: Greatest number in statistics that are read, in pixels.
_MAX_NUMBER = 1e6
#: Field -> its shape.
_SHAPES = {
    "neutral": (LANDMARK_COUNT, 2),
    "low": (LANDMARK_COUNT, 2),
    "high": (LANDMARK_COUNT, 2),
    "pose_low": (4,),
    "pose_high": (4,),
    "lids_low": (4,),
    "lids_high": (4,),
}


@dataclass(frozen=True)
class TargetStatistics:
    """The target's neutral face and how far it was seen to move, in panel pixels.

    "Without head motion" means with the head's rigid motion removed: see
    :class:`face2face.face.head_pose.HeadPose`.

    Attributes:
        neutral: ``(70, 2)`` float32, the neutral face, from the half of the frames with the most
            certain landmarks. Its lids have their usual gap; its lips are shut if they ever were.
        low: ``(70, 2)`` float32, the least of each coordinate, without head motion.
        high: ``(70, 2)`` float32, the greatest of each coordinate, without head motion.
        pose_low: ``(4,)`` float32, the least of each number in :attr:`HeadPose.vector`.
        pose_high: ``(4,)`` float32, the greatest.
        lids_low: ``(4,)`` float32, the least gap between facing points of the lids.
        lids_high: ``(4,)`` float32, the greatest.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> face = 50 * AVERAGE_FACE + np.float32(128)
    >>> frames = np.stack([face, face + np.float32([4, 0])])
    >>> statistics = TargetStatistics.of(frames, np.zeros((2, 70), np.float32))
    >>> round(float(statistics.pose_high[0] - statistics.pose_low[0]), 1)
    3.9
    """

    neutral: NDArray[np.float32]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    pose_low: NDArray[np.float32]
    pose_high: NDArray[np.float32]
    lids_low: NDArray[np.float32]
    lids_high: NDArray[np.float32]

    @classmethod
    def of(
        cls, landmarks: NDArray[np.float32], uncertainty: NDArray[np.float32]
    ) -> TargetStatistics:
        """Return the statistics of one target.

        Args:
            landmarks: ``(n, 70, 2)`` float32 in panel pixels, n at least 1.
            uncertainty: ``(n, 70)`` float32, their standard deviation in panel pixels.
        """
        total = np.linalg.norm(uncertainty, axis=1)
        neutral = neutral_landmarks(landmarks[total <= np.median(total)])
        poses = [HeadPose.of(each, neutral) for each in landmarks]
        low, high = np.percentile([pose.shape for pose in poses], _RANGE_PERCENTILES, axis=0)
        pose_low, pose_high = np.percentile(
            [pose.vector for pose in poses], _RANGE_PERCENTILES, axis=0
        )
        gaps = [lid_gaps(pose.shape) for pose in poses]
        lids_low, lids_high = np.percentile(gaps, _RANGE_PERCENTILES, axis=0)
        opened = with_lid_gaps(neutral, lid_directions(neutral), np.median(gaps, axis=0))
        arrays = (opened, low, high, pose_low, pose_high, lids_low, lids_high)
        return cls(*(each.astype(np.float32) for each in arrays))

    def to_json(self) -> dict[str, Any]:
        """Return the fields as lists, rounded to 0.01 pixels, and poses to 0.0001."""
        decimals = {"pose_low": 4, "pose_high": 4}
        return {
            name: np.round(array.astype(np.float64), decimals.get(name, 2)).tolist()
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
