"""Any driver on the target's own shape: motion is carried over, proportions are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.errors import ModelError
from face2face.face.landmarks import INNER_LIPS, LIDS, Similarity, interocular, turn
from face2face.image import LANDMARK_COUNT, Landmarks

#: Percentiles of the target's own motion that count as its range.
_RANGE = (1, 99)
#: Of the frames with open eyes this share, with the mouth least open, is silent; and so are those with it hardly wider, in sizes of the
#: face (eight interocular distances): which of them dlib finds a hair's breadth narrower is chance.
_SILENT, _HARDLY = 0.25, 0.004
#: How far the target may be led beyond its range, in interocular distances; its lids, in shares of how far they are apart at rest.
_ROOM, _LIDS_ROOM = 0.06, 0.1
#: Seconds at the start from which the driver's neutral pose is taken, and the most frames.
_CALIBRATION = 2.0
_REMEMBERED = 120


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
        shift = landmarks.mean(0) - reference.mean(0)
        return cls(np.array([*shift, np.log(fit.scale), fit.angle], np.float64), np.asarray(back(landmarks), np.float64))

    def landmarks(self, centre: NDArray[Any]) -> Landmarks:
        """Puts them together again: ``(68, 2)`` float32.

        Args:
            centre: ``(2,)`` the reference's centre, about which the head turns and grows.
        """
        x, y, log_scale, angle = self.vector
        moved = Similarity(float(np.exp(log_scale)), float(angle), 0, 0)(self.shape - centre)
        return (moved + centre + (x, y)).astype(np.float32)


@dataclass(frozen=True)
class TargetShape:
    """What the target looks like at rest, and how far it was ever seen to move.

    Attributes:
        rest: ``(68, 2)`` float32, the landmarks at rest in panel pixels: the median of what was surely seen with open eyes, the mouth
            least open and facing the camera, its eyes as far open as they usually are.
        low: ``(68, 2)`` float32, the lower end of each coordinate with the head's rigid motion taken out.
        high: ``(68, 2)`` float32, the upper end.
        pose_low: ``(4,)`` float32, the lower end of :attr:`HeadPose.vector`.
        pose_high: ``(4,)`` float32, the upper end.
        lids_low: ``(4,)`` float32, how near each two facing lids came, in pixels, with the head's motion taken out.
        lids_high: ``(4,)`` float32, how far apart they were.
    """

    rest: NDArray[np.float32]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    pose_low: NDArray[np.float32]
    pose_high: NDArray[np.float32]
    lids_low: NDArray[np.float32]
    lids_high: NDArray[np.float32]

    @classmethod
    def of(cls, landmarks: NDArray[np.float32], spread: NDArray[np.float32]) -> TargetShape:
        """The statistics of ``(n, 68, 2)`` landmarks of one target, n at least 1, and how unsure they are, ``(n, 68)``."""
        unsure = np.linalg.norm(spread, axis=1)
        rest = _at_rest(landmarks[unsure <= np.median(unsure)])
        poses = [HeadPose.of(each, rest) for each in landmarks]
        low, high = np.percentile([pose.shape for pose in poses], _RANGE, axis=0)
        pose_low, pose_high = np.percentile([pose.vector for pose in poses], _RANGE, axis=0)
        open_by = [_lid_gaps(pose.shape) for pose in poses]
        lids_low, lids_high = np.percentile(open_by, _RANGE, axis=0)
        opened = _opened(rest, rest, np.median(open_by, axis=0))
        return cls(*(each.astype(np.float32) for each in (opened, low, high, pose_low, pose_high, lids_low, lids_high)))

    def to_json(self) -> dict[str, Any]:
        """The fields as lists, rounded to a hundredth of a pixel (pose: to 1e-4)."""
        decimals = {"pose_low": 4, "pose_high": 4}
        return {name: np.round(array.astype(np.float64), decimals.get(name, 2)).tolist() for name, array in vars(self).items()}

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> TargetShape:
        """What :meth:`to_json` wrote.

        Raises:
            ModelError: A field is missing or of a wrong shape.
        """
        four = dict.fromkeys(("pose_low", "pose_high", "lids_low", "lids_high"), (4,))
        shapes = dict.fromkeys(("rest", "low", "high"), (LANDMARK_COUNT, 2)) | four
        try:
            arrays = {name: np.array(fields[name], np.float32).reshape(shape) for name, shape in shapes.items()}
        except (KeyError, TypeError, ValueError) as error:
            rule = "a card's shape statistics are rest, low, high (68 points), pose_low, pose_high, lids_low and lids_high (4 numbers)"
            raise ModelError(rule, repr(error), "restore the card, or export the model again") from error
        return cls(**arrays)


def _at_rest(landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Somebody's pose at rest, ``(68, 2)``: the median of those of ``(n, 68, 2)`` that have open eyes, are silent and face the camera."""
    eyes = _gaps(landmarks, LIDS)
    awake = landmarks[eyes >= np.median(eyes)]
    mouth = _gaps(awake, INNER_LIPS)
    silent = awake[mouth <= np.quantile(mouth, _SILENT) + _HARDLY]
    aside = np.abs(turn(silent))
    return np.asarray(np.median(silent[aside <= np.median(aside)], axis=0), np.float32)


def _gaps(landmarks: NDArray[np.float32], facing: tuple[tuple[int, int], ...]) -> NDArray[np.floating]:
    """How far apart facing points are in each of ``(n, 68, 2)`` landmarks, in pixels, over the face's size."""
    upper, lower = np.array(facing).T
    sizes = np.linalg.norm(landmarks - landmarks.mean(1, keepdims=True), axis=(1, 2))
    return np.asarray(np.linalg.norm(landmarks[:, upper] - landmarks[:, lower], axis=(1, 2)) / np.maximum(sizes, 1e-6))


def _lid_gaps(landmarks: NDArray[Any]) -> NDArray[np.float64]:
    """How far facing lids are apart in ``(68, 2)`` landmarks, in pixels: ``(4,)``, above 0."""
    upper, lower = np.array(LIDS).T
    return np.asarray(np.maximum(np.linalg.norm(landmarks[lower] - landmarks[upper], axis=1), 1e-6), np.float64)


def _opened(landmarks: NDArray[Any], rest: NDArray[Any], gaps: NDArray[np.floating]) -> NDArray[np.float64]:
    """``(68, 2)`` landmarks with facing lids so many pixels apart, the way they are at rest: theirs may have crossed."""
    upper, lower = np.array(LIDS).T
    middle, apart = (landmarks[upper] + landmarks[lower]) / 2, rest[lower] - rest[upper]
    apart = apart * (gaps / _lid_gaps(rest))[:, None]
    opened = landmarks.astype(np.float64)
    opened[upper], opened[lower] = middle - apart / 2, middle + apart / 2
    return opened


def _eased(asked: NDArray[np.floating], low: NDArray[Any], high: NDArray[Any], room: NDArray[Any] | float) -> NDArray[np.float64]:
    """Held to a range: what is asked beyond it is followed less and less, no farther than ``room``.

    Cut off at the range's end, a face would stand still there while its driver moves on.
    """
    held = np.clip(asked, low, high)
    return np.asarray(held + room * np.tanh((asked - held) / room), np.float64)


@dataclass(frozen=True)
class Retargeted:
    """The target's pose.

    Attributes:
        landmarks: ``(68, 2)`` float32 in panel pixels.
        beyond: How far the driver asked for more than the target was ever seen to do, in interocular distances: 0 within its range.
    """

    landmarks: Landmarks
    beyond: float


class Retargeter:
    """Turns a driver's landmarks into the target's.

    The driver's neutral pose is that of the first two seconds when the eyes weren't shut, the mouth was least open and the face to the
    camera, found as the target's own is: words, blinks and looks aside don't count. What it does away from that is taken apart into the
    head's rigid motion and the expression; both are scaled to the target, held to the range it was seen in or a little beyond, and added
    to its own shape. So it keeps its proportions and its place whoever drives it.

    Args:
        target: The target's shape statistics.
        head: How much of the head's motion is carried over: 0 for none, 1 for all.
        expression: How much of the expression: 1 for as much, more for a caricature.

    Attributes:
        neutral: The driver's neutral pose, ``(68, 2)``, as far as it is known; there is none before the first landmarks.
    """

    def __init__(self, target: TargetShape, head: float = 1.0, expression: float = 1.0) -> None:
        self.head, self.expression = head, expression
        self.target = target
        self._anew = True

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
            self.neutral = _at_rest(np.stack(self._seen[-_REMEMBERED:]))
        neutral, target = self.neutral, self.target
        driver = HeadPose.of(landmarks, neutral)
        to_target = Similarity.between(neutral, target.rest)
        asked_pose = self.head * np.array([*to_target.linear(driver.vector[:2]), *driver.vector[2:]])
        asked_shape = target.rest + self.expression * to_target.linear(driver.shape - neutral)
        # Shut means shut, whoever has the larger eyes: what counts is how far open they are, measured by how they are at rest.
        usual = _lid_gaps(target.rest)
        lids = usual * (1 + self.expression * (_lid_gaps(driver.shape) / _lid_gaps(neutral) - 1))
        asked_shape = _opened(asked_shape, target.rest, _eased(lids, target.lids_low, target.lids_high, _LIDS_ROOM * usual))
        unit = interocular(target.rest)
        # Shift in pixels; growth and roll as far as they move a point one interocular distance from the middle.
        units = np.array((unit, unit, 1, 1))
        held = HeadPose(
            _eased(asked_pose, target.pose_low, target.pose_high, _ROOM * units), _eased(asked_shape, target.low, target.high, _ROOM * unit)
        )
        off = np.abs(asked_pose - np.clip(asked_pose, target.pose_low, target.pose_high)) / units
        strayed = np.linalg.norm(asked_shape - np.clip(asked_shape, target.low, target.high), axis=1) / unit
        return Retargeted(held.landmarks(target.rest.mean(0)), max(float(off.max()), float(strayed.max())))
