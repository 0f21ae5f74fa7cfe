"""Motion retargeting: any driver's motion on the target's own proportions.

Panel pixels are pixels of the target's picture.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.face.head_pose import HeadPose
from face2face.face.neutral import (
    close_lips,
    lid_directions,
    lid_gaps,
    neutral_landmarks,
    with_lid_gaps,
)
from face2face.face.target_statistics import TargetStatistics
from face2face.image import Landmarks
from face2face.landmarks import Similarity, interocular

#: Greatest gap of a driver's shut lips, in interocular distances: above the noise of landmarks.
_SHUT_LIPS_GAP = 0.03
#: How far the target may go beyond its range, in interocular distances.
_MARGIN = 0.06
#: How far its lids may go beyond their range, as a share of their neutral gap.
_LIDS_MARGIN = 0.1
#: Seconds at the start from which the driver's neutral face is taken.
_CALIBRATION_SECONDS = 2.0
#: Greatest number of frames used for that: the last of them.
_CALIBRATION_FRAMES = 120


@dataclass(frozen=True)
class Retargeted:
    """The target's pose for a driver's.

    Attributes:
        landmarks: ``(70, 2)`` float32 in panel pixels.
        excess: Distance of the wanted pose from the target's range, in interocular distances; 0
            within it. Lids don't count.
    """

    landmarks: Landmarks
    excess: float


@dataclass(frozen=True)
class _Calibration:
    """The driver's neutral face and its relation to the target's.

    Attributes:
        neutral: ``(70, 2)``, in the driver's pixels.
        to_target: Similarity from it to the target's neutral face.
        lid_gaps: ``(4,)``, distances between facing points of its lids, in the driver's pixels.
    """

    neutral: Landmarks
    to_target: Similarity
    lid_gaps: NDArray[np.float64]

    @classmethod
    def of(cls, neutral: Landmarks, target: TargetStatistics) -> _Calibration:
        """Return the calibration of a neutral face, ``(70, 2)``."""
        return cls(neutral, Similarity.between(neutral, target.neutral), lid_gaps(neutral))


class Retargeter:
    """Turns a driver's landmarks into the target's.

    The driver's neutral face is taken from its first two seconds, and improves with each frame of
    them. Frames with words, blinks and looks to the side are left out. The neutral face has shut
    lips even if the driver's never were, so that shut lips shut the target's.

    The driver's motion away from its neutral face is split into head motion and expression. Both
    are scaled to the target's size, added to its neutral face, and limited to a little beyond its
    range. Lids are transferred apart, as a share of their neutral gap, so that shut eyes shut eyes
    of any size. The target keeps its proportions and its place with any driver.

    Args:
        target: The target's neutral face and range of motion.
        head: Strength of the head motion: 0 none, 1 the driver's, more exaggerates.
        expression: Strength of the expression: 0 none, 1 the driver's, more exaggerates.

    Attributes:
        target: The same.
        head: The same; may be changed at any time.
        expression: The same; may be changed at any time.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> face = 50 * AVERAGE_FACE + np.float32(128)
    >>> target = TargetStatistics.of(face[None], np.zeros((1, 68), np.float32))
    >>> retarget = Retargeter(target)
    >>> bool(np.allclose(retarget(2 * face, 0.0).landmarks, face, atol=0.01))
    True
    """

    def __init__(
        self, target: TargetStatistics, head: float = 1.0, expression: float = 1.0
    ) -> None:
        self.target, self.head, self.expression = target, head, expression
        self._centre, self._unit = target.neutral.mean(0), interocular(target.neutral)
        self._lid_gaps = lid_gaps(target.neutral)
        self._lid_directions = lid_directions(target.neutral)
        self._calibration = _Calibration.of(target.neutral, target)
        self._calibration_frames: deque[Landmarks] = deque(maxlen=_CALIBRATION_FRAMES)
        self._calibration_start = 0.0

    @property
    def neutral(self) -> Landmarks:
        """The driver's neutral face, ``(70, 2)`` in its pixels; the target's before any frame."""
        return self._calibration.neutral

    def recalibrate(self) -> None:
        """Find the driver's neutral face again, from the next landmarks on."""
        self._calibration_frames.clear()

    def __call__(self, landmarks: Landmarks, seconds: float) -> Retargeted:
        """Return the target's pose for the driver's next frame.

        Args:
            landmarks: The driver's, ``(70, 2)`` in pixels of its own picture.
            seconds: Time of the frame. It decides which frames calibrate.
        """
        self._calibrate(landmarks, seconds)
        target, unit, driver = self.target, self._unit, self._calibration
        pose = HeadPose.of(landmarks, driver.neutral)
        shift = driver.to_target.linear(pose.vector[:2])
        wanted_pose = self.head * np.array([*shift, *pose.vector[2:]])
        motion = driver.to_target.linear(pose.shape - driver.neutral)
        wanted_shape = target.neutral + self.expression * motion
        # Lids are transferred by their gap relative to neutral: shut eyes shut eyes of any size.
        opening = lid_gaps(pose.shape) / driver.lid_gaps - 1
        wanted_gaps = self._lid_gaps * (1 + self.expression * opening)
        gaps, _ = _soft_clip(
            wanted_gaps, target.lids_low, target.lids_high, _LIDS_MARGIN * self._lid_gaps
        )
        wanted_shape = with_lid_gaps(wanted_shape, self._lid_directions, gaps)
        # Shift is in pixels; scale and roll are in the motion of a point one interocular distance
        # from the centre, in interocular distances.
        units = np.array((unit, unit, 1, 1))
        vector, pose_excess = _soft_clip(
            wanted_pose, target.pose_low, target.pose_high, _MARGIN * units
        )
        shape, shape_excess = _soft_clip(wanted_shape, target.low, target.high, _MARGIN * unit)
        excess = max(
            np.abs(pose_excess / units).max(), np.linalg.norm(shape_excess, axis=1).max() / unit
        )
        return Retargeted(HeadPose(vector, shape).landmarks(self._centre), float(excess))

    def _calibrate(self, landmarks: Landmarks, seconds: float) -> None:
        """Update the driver's neutral face if calibration is still under way."""
        if not self._calibration_frames:
            self._calibration_start = seconds
        if seconds - self._calibration_start <= _CALIBRATION_SECONDS:
            self._calibration_frames.append(landmarks)
            neutral = neutral_landmarks(np.stack(self._calibration_frames))
            self._calibration = _Calibration.of(close_lips(neutral, _SHUT_LIPS_GAP), self.target)


def _soft_clip(
    values: NDArray[np.floating],
    low: NDArray[Any],
    high: NDArray[Any],
    margin: NDArray[Any] | float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return values limited to a range and a soft margin, and their excess over the range.

    It computes ``clip(x) + margin * tanh((x - clip(x)) / margin)``. A hard limit would stop the
    target while the driver still moves.
    """
    clipped = np.clip(values, low, high)
    excess = values - clipped
    return clipped + margin * np.tanh(excess / margin), excess
