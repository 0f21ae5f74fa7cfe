"""The motions that somebody's pictures lack, in words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from face2face.face.head_pose import split_poses
from face2face.face.neutral import lid_gaps, lip_gap
from face2face.face.neutral_frames import neutral_distances
from face2face.face.target_statistics import TargetStatistics
from face2face.landmarks import gaze

#: Percentiles of a motion that count as its ends: single frames may be misread.
_ENDS = (1, 99)
#: Largest distance of a frame that counts as neutral, see :func:`neutral_distances`.
_NEUTRAL_DISTANCE = 2.0
#: Least turn and nod that count, in radians: 9 and 6 degrees.
_MIN_TURN, _MIN_NOD = 0.15, 0.1
#: Least gap of the lips that counts as open, and the largest that counts as shut, in interocular
#: distances.
_OPEN_LIPS, _SHUT_LIPS = 0.15, 0.06
#: Largest gap of the lids that counts as shut, as a share of the neutral one.
_SHUT_LIDS = 0.5
#: Least motion of the eyes that counts, in widths of an eye: across, and up or down.
_MIN_LOOK, _MIN_VERTICAL_LOOK = 0.07, 0.05


def missing_motion(landmarks: NDArray[np.float32], statistics: TargetStatistics) -> tuple[str, ...]:
    """Return the motions that a target was never seen to make, a few words each.

    The model can't learn these from the pictures. Left and right are the person's own.

    Args:
        landmarks: ``(n, 70, 2)`` in panel pixels, n at least 1.
        statistics: The target's.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> face = 50 * AVERAGE_FACE[None] + np.float32(128)
    >>> still = TargetStatistics.of(face, np.zeros((1, 70), np.float32))
    >>> missing_motion(face, still)[:2]
    ('mouth never open', 'eyes never shut')
    """
    poses, shapes = split_poses(landmarks, statistics.shape)
    turn, nod = poses[:, 0] - statistics.pose[0], poses[:, 1] - statistics.pose[1]
    look = np.array([gaze(shape).mean(axis=0) for shape in shapes]) - gaze(
        statistics.shape.astype(np.float64)
    ).mean(axis=0)
    lips = np.array([lip_gap(shape) for shape in shapes])
    lids = np.array([lid_gaps(shape).mean() for shape in shapes])
    shut_lids = _SHUT_LIDS * lid_gaps(statistics.shape).mean()
    # The picture isn't mirrored, so that its right side is the person's left.
    lacks = {
        "never neutral": neutral_distances(shapes, poses).min() > _NEUTRAL_DISTANCE,
        "mouth never open": _high(lips) < _OPEN_LIPS,
        "lips never shut": _low(lips) > _SHUT_LIPS,
        "eyes never shut": _low(lids) > shut_lids,
        "no turns to the left": _high(turn) < _MIN_TURN,
        "no turns to the right": _low(turn) > -_MIN_TURN,
        "no nods up": _low(nod) > -_MIN_NOD,
        "no nods down": _high(nod) < _MIN_NOD,
        "no looks to the left": _high(look[:, 0]) < _MIN_LOOK,
        "no looks to the right": _low(look[:, 0]) > -_MIN_LOOK,
        "no looks up": _low(look[:, 1]) > -_MIN_VERTICAL_LOOK,
        "no looks down": _high(look[:, 1]) < _MIN_VERTICAL_LOOK,
    }
    return tuple(name for name, is_missing in lacks.items() if is_missing)


def _low(values: NDArray[np.float64]) -> float:
    return float(np.percentile(values, _ENDS[0]))


def _high(values: NDArray[np.float64]) -> float:
    return float(np.percentile(values, _ENDS[1]))
