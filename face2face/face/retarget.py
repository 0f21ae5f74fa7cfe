"""Motion retargeting: any driver's motion on the target's own proportions.

Panel pixels are pixels of the target's picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.face.calibration import Calibrator, NeutralFace
from face2face.face.expression import AVERAGE_FACE
from face2face.face.head_pose import HeadPose
from face2face.face.neutral import lid_directions, lid_gaps, with_lid_gaps
from face2face.face.target_statistics import TargetStatistics
from face2face.image import LANDMARK_COUNT, Landmarks
from face2face.landmarks import IRISES, PARTS, gaze, with_gaze

#: How far its pose may go beyond its range: yaw, pitch and roll in radians, the logarithm of the
#: scale, and the place in interocular distances.
_POSE_MARGIN = np.array((0.09, 0.09, 0.12, 0.06, 0.06, 0.06))
#: How far its shape may go beyond its range, in interocular distances: farther than faces move,
#: and where it must stay in its range.
_SHAPE_MARGIN, _NARROW_SHAPE_MARGIN = 0.5, 0.06
#: How far its lids may do so, as a share of their neutral gap.
_LIDS_MARGIN, _NARROW_LIDS_MARGIN = 1.0, 0.1
#: Largest distance of an iris from the middle of its eye, in widths of the eye: across and down.
_MAX_GAZE = np.array((0.33, 0.2))
#: Opening of a driver's eye, as a share of its neutral one, below which its lids hide the iris.
_SHUT_EYE = 0.4
#: Where eyes that look at the camera are across, right and left, in widths of the eye.
_CAMERA_GAZE = gaze(AVERAGE_FACE)[:, 0]
#: How much farther brows, mouth's width and corners, lids and irises move than the driver's: with
#: laughing.mp4 and GRID as drivers they went 0.4 to 0.8 as far. This is 1 / 0.8.
_GAIN = 1.25
#: The gain of each landmark across and down; the gap of the lips went 0.9 as far, and has none.
_LANDMARK_GAINS = np.ones((LANDMARK_COUNT, 2))
_LANDMARK_GAINS[PARTS["right_eyebrow"].start : PARTS["left_eyebrow"].stop, 1] = _GAIN
_LANDMARK_GAINS[PARTS["mouth"], 0] = _LANDMARK_GAINS[[48, 54, 60, 64], 1] = _GAIN
#: Seconds in which the pose that counts as neutral moves most of the way to the calibrated one. A
#: faster move would be motion that the driver doesn't make: a nod would end at another zero.
_NEUTRAL_POSE_SECONDS = 10.0


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


class Retargeter:
    """Turns a driver's landmarks into the target's.

    The driver's neutral face is taken from its first two seconds, and improves with each frame of
    them. Frames with words, blinks and looks to the side are left out. The neutral face has shut
    lips even if the driver's never were, so that shut lips shut the target's.

    A frame is split into the head's pose, the expression and the gaze. The pose's change from the
    driver's neutral one is added to the target's, and kept to a little beyond its range: its
    pictures show no more. The driver's neutral pose is at first that of the first frame, and moves
    slowly to the calibrated one. The expression's change is added to the target's neutral shape;
    what pictures show less of, brows, mouth's width and corners, lids and irises, a quarter more.
    Lids are transferred apart, as a share of their neutral gap, so that shut eyes shut eyes of any
    size. The irises keep their place between the corners of the eyes; while both eyes are shut, the
    last one.

    Args:
        target: The target's neutral face and range of motion.
        head: Strength of the head motion: 0 none, 1 the driver's, more exaggerates.
        expression: Strength of the expression, as above.
        gaze: Strength of the gaze, as above.
        stay_in_range: Ease away an expression that goes farther than the target was seen to go.

    Attributes:
        target: The same.
        head: The same; may be changed at any time.
        expression: The same; may be changed at any time.
        gaze: The same; may be changed at any time.
        calibrator: Finds the driver's neutral face.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> face = 50 * AVERAGE_FACE + np.float32(128)
    >>> target = TargetStatistics.of(face[None], np.zeros((1, 70), np.float32))
    >>> retarget = Retargeter(target)
    >>> bool(np.allclose(retarget(2 * face, 0.0).landmarks, face, atol=0.01))
    True
    """

    def __init__(
        self,
        target: TargetStatistics,
        head: float = 1.0,
        expression: float = 1.0,
        gaze: float = 1.0,
        stay_in_range: bool = False,
    ) -> None:
        self.target, self.head, self.expression, self.gaze = target, head, expression, gaze
        self._shape_margin = _NARROW_SHAPE_MARGIN if stay_in_range else _SHAPE_MARGIN
        self._lids_margin = _NARROW_LIDS_MARGIN if stay_in_range else _LIDS_MARGIN
        self._lid_gaps = lid_gaps(target.shape)
        self._lid_directions = lid_directions(target.shape)
        self.calibrator = Calibrator()
        self._calibration = NeutralFace.of([target.neutral])
        self._last = 0.0
        #: The driver's pose that gives the target's neutral one, ``(6,)``.
        self._neutral_pose = self._calibration.pose
        #: The driver's gaze at the last frame with an open eye, less its neutral one, ``(2,)``.
        self._held_gaze = np.zeros(2)

    @property
    def neutral(self) -> Landmarks:
        """The driver's neutral face, ``(70, 2)`` in its pixels; the target's before any frame."""
        return HeadPose(self._calibration.pose, self._calibration.shape).landmarks()

    def __call__(self, landmarks: Landmarks, seconds: float) -> Retargeted:
        """Return the target's pose for the driver's next frame.

        Args:
            landmarks: The driver's, ``(70, 2)`` in pixels of its own picture.
            seconds: Time of the frame. It decides which frames calibrate.
        """
        self._calibrate(landmarks, seconds)
        pose = HeadPose.of(landmarks, self._calibration.shape)
        vector, pose_excess = self._pose(pose.vector)
        shape, shape_excess = self._shape(pose.shape)
        posed = HeadPose(vector, shape).landmarks()
        return Retargeted(with_gaze(posed, self._gaze(pose.shape)), max(pose_excess, shape_excess))

    def _pose(self, vector: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
        """Return the target's head pose for the driver's, and its excess over the range."""
        target, unit = self.target, float(np.exp(self.target.pose[3]))
        change = vector - self._neutral_pose
        change[4:] *= unit / np.exp(self._neutral_pose[3])
        # In interocular distances; an angle moves a point one such distance from the centre by it.
        units = np.array((1, 1, 1, 1, unit, unit))
        clipped, excess = _soft_clip(
            target.pose + self.head * change,
            target.pose_low,
            target.pose_high,
            _POSE_MARGIN * units,
        )
        return clipped, float(np.abs(excess / units).max())

    def _shape(self, shape: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
        """Return the target's shape for the driver's, and its excess over the range."""
        target, driver = self.target, self._calibration
        wanted = target.shape + self.expression * _LANDMARK_GAINS * (shape - driver.shape)
        opening = lid_gaps(shape) / driver.lid_gaps - 1
        gaps = self._lid_gaps * (1 + self.expression * _GAIN * opening)
        wanted, excess = _soft_clip(wanted, target.low, target.high, self._shape_margin)
        margin = self._lids_margin * self._lid_gaps
        gaps, _ = _soft_clip(gaps, target.lids_low, target.lids_high, margin)
        moved = with_lid_gaps(wanted, self._lid_directions, np.maximum(gaps, 0))
        # The irises have a place of their own, and count in no range.
        return moved, float(np.linalg.norm(excess[: IRISES[0]], axis=1).max())

    def _gaze(self, shape: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the places of the target's irises, ``(2, 2)``, for the driver's shape.

        Across, an average face's gaze is a look at the camera for everybody: so a target that was
        filmed with crossed eyes doesn't squint. Down, people differ, so that the change from the
        driver's neutral gaze is added to the target's. The iris of a shut eye is hidden.
        """
        driver, target = self._calibration, gaze(self.target.shape)
        neutral = driver.gaze - (driver.gaze[:, 0].mean(), 0.0)
        opening = (lid_gaps(shape) / driver.lid_gaps).reshape(2, -1).mean(1)
        if (seen := opening >= _SHUT_EYE).any():
            self._held_gaze = (gaze(shape) - neutral)[seen].mean(0)
        rest = np.column_stack([_CAMERA_GAZE, target[:, 1]])
        return np.clip(rest + self.gaze * _GAIN * self._held_gaze, -_MAX_GAZE, _MAX_GAZE)

    def _calibrate(self, landmarks: Landmarks, seconds: float) -> None:
        """Update the driver's neutral face if calibration is still under way, and its pose."""
        started = self.calibrator.starts
        self._calibration = self.calibrator(landmarks, seconds)
        step = max(seconds - self._last, 0.0)
        share = 1.0 if started else 1 - np.exp(-step / _NEUTRAL_POSE_SECONDS)
        self._neutral_pose = (1 - share) * self._neutral_pose + share * self._calibration.pose
        self._last = seconds


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
