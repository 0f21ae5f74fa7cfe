"""The frames in which somebody is most neutral: a resting face that looks at the camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from face2face.face.neutral import lid_gaps
from face2face.landmarks import INNER_LIPS, PARTS, gaze

#: How far each feature of :func:`_features` may be from its neutral value. Angles are in radians,
#: gaze in widths of an eye, the lids as a share of their gap, others in interocular distances.
_TOLERANCES = np.array([0.1, 0.12, 0.1, 0.05, 0.05, 0.15, 0.06, 0.08, 0.08, 0.05])
#: Number of the features whose neutral value is 0: yaw, pitch, roll, and gaze across.
_ZERO_COUNT = 4
#: Percentile of the others that is neutral: gaze down, lids, brows, lips, mouth width, smile. A
#: look at the camera is among the higher ones, and awake eyes among the wider ones.
_PERCENTILES = (15, 75, 50, 5, 25, 25)
#: Number of the last features that are never too small: shut lips, a narrow mouth and low corners.
_ONE_SIDED_COUNT = 3
#: Place of the lids among the features: their gap is divided by the neutral one.
_LIDS = 5


def neutral_distances(
    shapes: NDArray[np.float64], poses: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how far each frame is from neutral, ``(n,)``: 1 is one tolerance of one feature.

    In a neutral frame the head and the eyes point at the camera, the eyes are awake, the lips are
    shut and the mouth doesn't smile. People differ, so that eyes, brows and mouth are compared with
    the person's other frames.

    Args:
        shapes: ``(n, 70, 2)`` in head coordinates, n at least 1.
        poses: ``(n, 6)``, see :attr:`face2face.face.head_pose.HeadPose.vector`.

    >>> from face2face.face.expression import AVERAGE_FACE, Expression
    >>> faces = [Expression(open=0.4).applied_to(AVERAGE_FACE), AVERAGE_FACE]
    >>> neutral_distances(np.stack(faces), np.zeros((2, 6))).argmin()
    np.int64(1)
    """
    features = _features(shapes, poses)
    usual = [
        np.percentile(feature, percentile)
        for feature, percentile in zip(features.T[_ZERO_COUNT:], _PERCENTILES, strict=True)
    ]
    excess = features - np.concatenate([np.zeros(_ZERO_COUNT), usual])
    excess[:, _LIDS] /= max(usual[_LIDS - _ZERO_COUNT], 1e-6)
    excess[:, -_ONE_SIDED_COUNT:] = np.maximum(excess[:, -_ONE_SIDED_COUNT:], 0)
    return np.asarray(np.linalg.norm(excess / _TOLERANCES, axis=1))


def _features(shapes: NDArray[np.float64], poses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return yaw, pitch, roll, gaze (across, down), lids, brows, lips, mouth width, smile."""
    upper, lower = np.array(INNER_LIPS).T
    eyes, brows = (
        np.concatenate(
            [shapes[:, PARTS[f"{side}_{part}"], 1] for side in ("right", "left")], axis=1
        )
        for part in ("eye", "eyebrow")
    )
    return np.column_stack(
        [
            poses[:, :3],
            [gaze(shape).mean(axis=0) for shape in shapes],
            [lid_gaps(shape).mean() for shape in shapes],
            eyes.mean(axis=1) - brows.mean(axis=1),
            np.linalg.norm(shapes[:, upper] - shapes[:, lower], axis=2).mean(axis=1),
            np.linalg.norm(shapes[:, 54] - shapes[:, 48], axis=1),
            shapes[:, [51, 57], 1].mean(axis=1) - shapes[:, [48, 54], 1].mean(axis=1),
        ]
    )
