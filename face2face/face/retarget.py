"""Any driver on the target's own shape: motion is carried over, proportions are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.errors import ModelError
from face2face.face.expression import Expression
from face2face.image import LANDMARK_COUNT, Landmarks
from face2face.landmarks import INNER_LIPS, LIDS, Similarity, interocular, turn

#: Percentiles of the target's own motion that count as its range.
_RANGE = (1, 99)
#: Of the frames with open eyes this share, with the mouth least open, is silent; and so are those with it hardly wider, in sizes of the
#: face (eight interocular distances): which of them dlib finds a hair's breadth narrower is chance.
_SILENT, _HARDLY = 0.25, 0.004
#: Quantile of the lips' opening over all frames that counts as shut. Not 0: a few frames are misread.
_SHUT_QUANTILE = 0.05
#: Opening of a driver's shut lips, at most, in interocular distances: above what landmarks of shut lips tremble by.
_SHUT_LIPS = 0.03
#: How far the target may be led beyond its range, in interocular distances; its lids, in shares of how far they are apart at rest.
_ROOM, _LIDS_ROOM = 0.06, 0.1
#: Seconds at the start from which the driver's neutral pose is taken, and the most frames.
_CALIBRATION = 2.0
_REMEMBERED = 120
#: Points of the upper lids, and those of the lower ones that face them.
_UPPER, _LOWER = np.array(LIDS).T


@dataclass(frozen=True)
class HeadPose:
    """A head's rigid motion in the picture, away from a reference shape.

    Attributes:
        vector: ``(4,)`` float64: shift of the centre in pixels (x, y), logarithm of the scale, roll in radians.
        shape: ``(68, 2)`` float64: the landmarks with that motion taken out.
    """

    vector: NDArray[np.float64]
    shape: NDArray[np.float64]

    @classmethod
    def of(cls, landmarks: NDArray[Any], reference: NDArray[Any]) -> HeadPose:
        """Takes ``(68, 2)`` landmarks apart."""
        fit = Similarity.between(reference, landmarks)
        back = Similarity.between(landmarks, reference)
        x, y = (landmarks - reference).mean(0)
        return cls(
            np.array([x, y, np.log(fit.scale), fit.angle], np.float64),
            np.asarray(back(landmarks), np.float64),
        )

    def landmarks(self, centre: NDArray[Any]) -> Landmarks:
        """Puts them together again: ``(68, 2)`` float32.

        Args:
            centre: ``(2,)`` the reference's centre, about which the head turns and grows.
        """
        x, y, log_scale, angle = self.vector
        moved = Similarity(np.exp(log_scale), angle, x, y)(self.shape - centre)
        return (moved + centre).astype(np.float32)


@dataclass(frozen=True)
class TargetStatistics:
    """What the target looks like at rest, and how far it was ever seen to move.

    Attributes:
        rest: ``(68, 2)`` float32, the neutral face in panel pixels: the median of what was surely seen with open eyes, the mouth
            least open and facing the camera, its eyes as far open as they usually are, its lips shut if they ever were.
        low: ``(68, 2)`` float32, the lower end of each coordinate with the head's rigid motion taken out.
        high: ``(68, 2)`` float32, the upper end.
        pose_low: ``(4,)`` float32, the lower end of :attr:`HeadPose.vector`.
        pose_high: ``(4,)`` float32, the upper end.
        lids_low: ``(4,)`` float32, how near each two facing lids came, in pixels, with the head's motion taken out.
        lids_high: ``(4,)`` float32, how far apart they were.
    """

    neutral: NDArray[np.float32]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    pose_low: NDArray[np.float32]
    pose_high: NDArray[np.float32]
    lids_low: NDArray[np.float32]
    lids_high: NDArray[np.float32]

    @classmethod
    def of(cls, landmarks: NDArray[np.float32], spread: NDArray[np.float32]) -> TargetStatistics:
        """The statistics of ``(n, 68, 2)`` landmarks of one target, n at least 1, and how unsure they are, ``(n, 68)``."""
        unsure = np.linalg.norm(spread, axis=1)
        rest = _neutral_landmarks(landmarks[unsure <= np.median(unsure)])
        poses = [HeadPose.of(each, rest) for each in landmarks]
        low, high = np.percentile([pose.shape for pose in poses], _RANGE, axis=0)
        pose_low, pose_high = np.percentile([pose.vector for pose in poses], _RANGE, axis=0)
        open_by = [_lid_gaps(pose.shape) for pose in poses]
        lids_low, lids_high = np.percentile(open_by, _RANGE, axis=0)
        opened = _with_lid_gaps(rest, _lid_ways(rest), np.median(open_by, axis=0))
        return cls(
            *(
                each.astype(np.float32)
                for each in (opened, low, high, pose_low, pose_high, lids_low, lids_high)
            )
        )

    def to_json(self) -> dict[str, Any]:
        """The fields as lists, rounded to a hundredth of a pixel (pose: to 1e-4)."""
        decimals = {"pose_low": 4, "pose_high": 4}
        return {
            name: np.round(array.astype(np.float64), decimals.get(name, 2)).tolist()
            for name, array in vars(self).items()
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> TargetStatistics:
        """What :meth:`to_json` wrote.

        Raises:
            ModelError: A field is missing or of a wrong shape.
        """
        four = dict.fromkeys(("pose_low", "pose_high", "lids_low", "lids_high"), (4,))
        shapes = dict.fromkeys(("neutral", "low", "high"), (LANDMARK_COUNT, 2)) | four
        try:
            arrays = {
                name: np.array(fields[name], np.float32).reshape(shape)
                for name, shape in shapes.items()
            }
        except (KeyError, TypeError, ValueError) as error:
            rule = "a card's shape statistics are neutral, low, high (68 points), pose_low, pose_high, lids_low and lids_high (4 numbers)"
            raise ModelError(
                rule, repr(error), "restore the card, or export the model again"
            ) from error
        return cls(**arrays)


def _neutral_landmarks(landmarks: NDArray[np.float32]) -> Landmarks:
    """Return the neutral face, ``(68, 2)``, of somebody seen in ``(n, 68, 2)`` landmarks.

    The median of the frames with open eyes, a quiet mouth and the head to the camera. Its lips are shut if they ever were: somebody who
    laughs may shut them only in frames that this median leaves out.
    """
    eyes = _gaps(landmarks, LIDS)
    awake = landmarks[eyes >= np.median(eyes)]
    mouth = _gaps(awake, INNER_LIPS)
    silent = awake[mouth <= np.quantile(mouth, _SILENT) + _HARDLY]
    aside = np.abs(turn(silent))
    rest = np.median(silent[aside <= np.median(aside)], axis=0)
    return _lips_shut(
        rest, float(np.quantile([_lip_gap(each) for each in landmarks], _SHUT_QUANTILE))
    )


def _lips_shut(landmarks: NDArray[Any], gap: float) -> Landmarks:
    """Return ``(68, 2)`` landmarks with the lips at most ``gap`` interocular distances apart; the jaw moves with them."""
    return Expression(open=min(gap - _lip_gap(landmarks), 0)).applied_to(landmarks)


def _lip_gap(landmarks: NDArray[Any]) -> float:
    """Return how far the inner lips of ``(68, 2)`` landmarks are apart on average, in interocular distances."""
    upper, lower = np.array(INNER_LIPS).T
    return float(np.linalg.norm(landmarks[upper] - landmarks[lower], axis=1).mean()) / max(
        interocular(landmarks), 1e-6
    )


def _gaps(
    landmarks: NDArray[np.float32], facing: tuple[tuple[int, int], ...]
) -> NDArray[np.floating]:
    """How far apart facing points are in each of ``(n, 68, 2)`` landmarks, in pixels, over the face's size."""
    upper, lower = np.array(facing).T
    sizes = np.linalg.norm(landmarks - landmarks.mean(1, keepdims=True), axis=(1, 2))
    return np.asarray(
        np.linalg.norm(landmarks[:, upper] - landmarks[:, lower], axis=(1, 2))
        / np.maximum(sizes, 1e-6)
    )


def _lid_gaps(landmarks: NDArray[Any]) -> NDArray[np.float64]:
    """How far facing lids are apart in ``(68, 2)`` landmarks, in pixels: ``(4,)``, above 0."""
    return np.asarray(
        np.maximum(np.linalg.norm(landmarks[_LOWER] - landmarks[_UPPER], axis=1), 1e-6), np.float64
    )


def _lid_ways(landmarks: NDArray[Any]) -> NDArray[np.float64]:
    """The ways from upper lids to those that face them in ``(68, 2)`` landmarks, each of length 1: ``(4, 2)``."""
    return (landmarks[_LOWER] - landmarks[_UPPER]) / _lid_gaps(landmarks)[:, None]


def _with_lid_gaps(
    landmarks: NDArray[Any], ways: NDArray[np.float64], gaps: NDArray[np.floating]
) -> NDArray[np.float64]:
    """``(68, 2)`` landmarks with facing lids so many pixels apart, the ways they are at rest: theirs may have crossed."""
    middle, half = (landmarks[_UPPER] + landmarks[_LOWER]) / 2, ways * (gaps / 2)[:, None]
    opened = landmarks.astype(np.float64)
    opened[_UPPER], opened[_LOWER] = middle - half, middle + half
    return opened


def _soft_clip(
    asked: NDArray[np.floating], low: NDArray[Any], high: NDArray[Any], room: NDArray[Any] | float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Held to a range, and how far beyond it was asked: that is followed less and less, no farther than ``room``.

    Cut off at the range's end, a face would stand still there while its driver moves on.
    """
    held = np.clip(asked, low, high)
    beyond = asked - held
    return held + room * np.tanh(beyond / room), beyond


@dataclass(frozen=True)
class Retargeted:
    """The target's pose.

    Attributes:
        landmarks: ``(68, 2)`` float32 in panel pixels.
        beyond: How far the driver asked for more than the target was ever seen to do, in interocular distances: 0 within its range.
    """

    landmarks: Landmarks
    excess: float


class Retargeter:
    """Turns a driver's landmarks into the target's.

    The driver's neutral pose is that of the first two seconds when the eyes weren't shut, the mouth was least open and the face to the
    camera, found as the target's own is: words, blinks and looks aside don't count. Its lips are shut, also if the driver's never were:
    shut lips of the driver are shut lips of the target. What it does away from that is taken apart into the
    head's rigid motion and the expression; both are scaled to the target, held to the range it was seen in or a little beyond, and added
    to its own shape. So it keeps its proportions and its place whoever drives it.

    Args:
        target: The target's shape statistics.
        head: How much of the head's motion is carried over: 0 for none, 1 for all.
        expression: How much of the expression: 1 for as much, more for a caricature.

    Attributes:
        neutral: The driver's neutral pose, ``(68, 2)``, as far as it is known; there is none before the first landmarks.
    """

    def __init__(
        self, target: TargetStatistics, head: float = 1.0, expression: float = 1.0
    ) -> None:
        self.head, self.expression = head, expression
        self.target = target
        self._anew = True
        # What the target's rest alone says isn't said anew for each picture.
        self._usual, self._ways = _lid_gaps(target.neutral), _lid_ways(target.neutral)
        self._centre, self._unit = target.neutral.mean(0), interocular(target.neutral)

    def recalibrate(self) -> None:
        """Takes the driver's pose from the next landmarks on for its neutral one."""
        self._anew = True

    def __call__(self, landmarks: Landmarks, seconds: float) -> Retargeted:
        """The target's pose.

        Args:
            landmarks: The driver's, ``(68, 2)`` in pixels of any picture.
            seconds: Their time.
        """
        if self._anew:
            self._anew, self._began = False, seconds
            self._seen: list[Landmarks] = []
        if seconds - self._began <= _CALIBRATION or not self._seen:
            self._seen.append(landmarks)
            self.neutral = _lips_shut(
                _neutral_landmarks(np.stack(self._seen[-_REMEMBERED:])), _SHUT_LIPS
            )
            self._to_target, self._awake = (
                Similarity.between(self.neutral, self.target.neutral),
                _lid_gaps(self.neutral),
            )
        target, unit = self.target, self._unit
        driver = HeadPose.of(landmarks, self.neutral)
        asked_pose = self.head * np.array(
            [*self._to_target.linear(driver.vector[:2]), *driver.vector[2:]]
        )
        asked_shape = target.neutral + self.expression * self._to_target.linear(
            driver.shape - self.neutral
        )
        # Shut means shut, whoever has the larger eyes: what counts is how far open they are, measured by how they are at rest.
        lids = self._usual * (1 + self.expression * (_lid_gaps(driver.shape) / self._awake - 1))
        lids, _ = _soft_clip(lids, target.lids_low, target.lids_high, _LIDS_ROOM * self._usual)
        asked_shape = _with_lid_gaps(asked_shape, self._ways, lids)
        # Shift in pixels; growth and roll as far as they move a point one interocular distance from the middle.
        units = np.array((unit, unit, 1, 1))
        pose, off = _soft_clip(asked_pose, target.pose_low, target.pose_high, _ROOM * units)
        shape, strayed = _soft_clip(asked_shape, target.low, target.high, _ROOM * unit)
        beyond = max(np.abs(off / units).max(), np.linalg.norm(strayed, axis=1).max() / unit)
        return Retargeted(HeadPose(pose, shape).landmarks(self._centre), float(beyond))
