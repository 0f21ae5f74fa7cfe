"""The motion of a face as ten numbers, and how far a result's follows its driver's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face2face.face.expression import AVERAGE_FACE
from face2face.face.head_pose import HeadPose
from face2face.face.target_statistics import neutral_shape
from face2face.image import Landmarks
from face2face.landmarks import EYE_CORNERS, INNER_LIPS, LIDS, PARTS, gaze
from face2face.sample import evenly_spaced

#: Feature -> its description. Lengths are in interocular distances, angles in radians; the eyes'
#: opening and the gaze are in widths of an eye.
FEATURES = {
    "mouth_open": "mouth open",
    "mouth_width": "mouth width",
    "corners_up": "corners up",
    "brows_up": "brows up",
    "eyes_open": "eyes open",
    "gaze_across": "gaze across",
    "gaze_up": "gaze up",
    "yaw": "yaw",
    "pitch": "pitch",
    "roll": "roll",
}
#: Landmarks of the mouth's corners, and of the middle of the upper and the lower lip.
_MOUTH_CORNERS, _LIP_MIDDLES = [48, 54], [51, 57]
#: Largest number of frames from which a neutral face is taken: more make it no better.
_NEUTRAL_FRAMES = 300
#: Standard deviation of a driver's feature below which it doesn't move, in interocular distances
#: and in radians.
_STILL = 0.02
#: Width of an average eye, in interocular distances.
_EYE_WIDTH = float(np.linalg.norm(AVERAGE_FACE[39] - AVERAGE_FACE[36]))
#: The same limit for each feature, in its own unit, ``(10,)``.
_STILL_LIMITS = np.array(
    [_STILL / _EYE_WIDTH if name.startswith("gaze") else _STILL for name in FEATURES]
)
#: Gap of the inner lips up to which they count as shut, in interocular distances.
_SHUT_LIPS = 0.1
#: A series that spans less than this is constant.
_CONSTANT = 1e-9


@dataclass(frozen=True)
class Following:
    """How a feature of the result follows that of the driver.

    Attributes:
        correlation: Pearson's, -1 to 1; 0 where one of both is constant.
        gain: Motion of the result for a motion of the driver: 1 is as far. It is the correlation
            times the ratio of the standard deviations, the slope of the regression line.
        agreement: Correlation of both back ends on the driver itself: how well its motion is known.
        deviation: Standard deviation of the driver's feature, in the feature's unit.
        moves: Whether the driver moves it enough to judge.
    """

    correlation: float
    gain: float
    agreement: float
    deviation: float
    moves: bool


@dataclass(frozen=True)
class MeasuredFaces:
    """The faces of one frame, ``(70, 2)`` in pixels each; None where none was found.

    Attributes:
        driver: The driver's, by the back end that measures.
        driving: The driver's, by the back end that drives.
        result: The generated picture's, by the back end that measures.
    """

    driver: Landmarks | None
    driving: Landmarks | None
    result: Landmarks | None


@dataclass(frozen=True)
class MotionSeries:
    """Features over time, each ``(n, 10)`` and NaN in rows without a face; see :func:`features`.

    Attributes:
        driver: The driver's, by the back end that measures.
        driving: The driver's, by the back end that drives.
        result: The result's, by the back end that measures.
    """

    driver: NDArray[np.float64]
    driving: NDArray[np.float64]
    result: NDArray[np.float64]

    @classmethod
    def of(cls, frames: Sequence[MeasuredFaces]) -> MotionSeries:
        """Return the features of frames in order of time."""
        return cls(
            features([each.driver for each in frames]),
            features([each.driving for each in frames]),
            features([each.result for each in frames]),
        )

    def follow(self) -> dict[str, Following]:
        """Return feature -> how the result follows the driver.

        Frames in which one of both has no face are left out.

        >>> rows = np.arange(30.0).reshape(3, 10)
        >>> found = MotionSeries(rows, rows, 0.5 * rows).follow()["yaw"]
        >>> round(found.correlation, 3), round(found.gain, 3), found.moves
        (1.0, 0.5, True)
        """
        known = np.isfinite(self.driver).all(1)
        shown = known & np.isfinite(self.result).all(1)
        driven = known & np.isfinite(self.driving).all(1)
        found = {}
        for column, (name, limit) in enumerate(zip(FEATURES, _STILL_LIMITS, strict=True)):
            driver = self.driver[shown, column]
            correlation, gain = _regression(driver, self.result[shown, column])
            agreement, _ = _regression(self.driver[driven, column], self.driving[driven, column])
            deviation = float(driver.std()) if len(driver) else 0.0
            moves = deviation >= float(limit)
            found[name] = Following(correlation, gain, agreement, deviation, moves)
        return found

    def lips_agree(self) -> float:
        """Return the share of frames in which both have shut lips, or both have them apart.

        Frames in which one of both has no face are left out; 0 where there is no other.
        """
        column = list(FEATURES).index("mouth_open")
        driver, result = self.driver[:, column], self.result[:, column]
        both = np.isfinite(driver) & np.isfinite(result)
        agree = (driver <= _SHUT_LIPS) == (result <= _SHUT_LIPS)
        return float(agree[both].mean()) if both.any() else 0.0

    def centred(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the driver's and the result's features, each less its median over time.

        People differ at rest; what is left is their motion.
        """
        driver, result = (
            each - np.nanmedian(each, axis=0) if np.isfinite(each).any() else each
            for each in (self.driver, self.result)
        )
        return driver, result

    def differences(self) -> NDArray[np.float64]:
        """Return how far the result is from the driver in each frame, ``(n,)``.

        It is the mean over the features that the driver moves, in their standard deviations; NaN
        where there is no face.
        """
        followed = self.follow().values()
        moving = [each.moves for each in followed]
        if not any(moving):
            return np.full(len(self.driver), np.nan)
        driver, result = self.centred()
        deviations = np.array([each.deviation for each in followed])[moving]
        return np.asarray(np.mean(np.abs(result - driver)[:, moving] / deviations, axis=1))


def face_features(landmarks: Landmarks, neutral: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the features of one face.

    The head's motion is taken out of the first five: see
    :class:`face2face.face.head_pose.HeadPose`.

    Args:
        landmarks: ``(70, 2)`` in pixels.
        neutral: ``(70, 2)``, the person's neutral face in head coordinates.

    Returns:
        ``(10,)`` in the order of :data:`FEATURES`: the gap of the inner lips; the distance of the
        mouth's corners; their height over the lips' middle; the height of the brows over the eyes;
        the gap of the lids over the eye's width (the eye aspect ratio of Soukupova and Cech, CVWW
        2016); the place of the irises, to the right of the picture and up; yaw, pitch and roll.

    >>> from face2face.face.expression import Expression
    >>> shown = Expression(open=0.2).applied_to(AVERAGE_FACE)
    >>> change = face_features(shown, AVERAGE_FACE) - face_features(AVERAGE_FACE, AVERAGE_FACE)
    >>> round(float(change[0]), 2)
    0.2
    """
    pose = HeadPose.of(landmarks, neutral)
    shape = pose.shape
    across, down = gaze(shape).mean(0)
    eyes = shape[np.ravel(EYE_CORNERS), 1].mean()
    brows = shape[PARTS["right_eyebrow"].start : PARTS["left_eyebrow"].stop, 1].mean()
    widths = [float(np.linalg.norm(shape[one] - shape[other])) for one, other in EYE_CORNERS]
    return np.array(
        [
            _mean_gap(shape, INNER_LIPS),
            np.linalg.norm(np.subtract(*shape[_MOUTH_CORNERS])),
            shape[_LIP_MIDDLES, 1].mean() - shape[_MOUTH_CORNERS, 1].mean(),
            eyes - brows,
            _mean_gap(shape, LIDS) / max(float(np.mean(widths)), 1e-6),
            across,
            -down,
            *pose.vector[:3],
        ]
    )


def features(landmarks: Sequence[Landmarks | None]) -> NDArray[np.float64]:
    """Return the features of one person in each frame, ``(n, 10)``.

    Args:
        landmarks: ``(70, 2)`` in pixels each; None where there is no face: NaN in its row.
    """
    nothing = np.full(len(FEATURES), np.nan)
    found = [each for each in landmarks if each is not None]
    if not found:
        return np.tile(nothing, (len(landmarks), 1))
    neutral = neutral_shape(np.stack(evenly_spaced(found, _NEUTRAL_FRAMES)))
    return np.stack(
        [nothing if each is None else face_features(each, neutral) for each in landmarks]
    )


def _regression(one: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[float, float]:
    """Return correlation and slope of the line from one series to another."""
    if len(one) < 2 or np.ptp(one) < _CONSTANT or np.ptp(other) < _CONSTANT:
        return 0.0, 0.0
    correlation = float(np.corrcoef(one, other)[0, 1])
    return correlation, correlation * float(other.std() / one.std())


def _mean_gap(shape: NDArray[np.float64], facing: Iterable[tuple[int, int]]) -> float:
    """Return the mean distance of facing points."""
    upper, lower = np.transpose(list(facing))
    return float(np.linalg.norm(shape[upper] - shape[lower], axis=1).mean())
