"""The neutral face of somebody seen in many frames, and the gaps between its lids and lips."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.face.expression import Expression
from face2face.image import Landmarks
from face2face.landmarks import INNER_LIPS, LIDS, interocular, turn

#: Quantile of the mouth's opening, among frames with open eyes, below which it is silent.
_SILENT_QUANTILE = 0.25
#: Frames this little above that quantile are silent too, in face sizes (about 8 interocular
#: distances): the difference is noise.
_SILENT_TOLERANCE = 0.004
#: Quantile of the lips' gap, over all frames, that counts as shut: not 0, as some are misread.
_SHUT_QUANTILE = 0.05
#: Gaps this little above that quantile are shut too, in interocular distances.
_SHUT_TOLERANCE = 0.01
#: Points of the outer edges of the lips, and the points of the inner edges that face them.
_OUTER_EDGES = [49, 50, 51, 52, 53, 55, 56, 57, 58, 59]
_INNER_EDGES = [61, 61, 62, 63, 63, 65, 65, 66, 67, 67]
#: Points of the upper lids, and the points of the lower lids that face them.
_UPPER_LIDS, _LOWER_LIDS = np.array(LIDS).T


def neutral_landmarks(landmarks: NDArray[np.float32]) -> Landmarks:
    """Return the neutral face of somebody seen in several frames.

    It is the median of the frames with open eyes, a silent mouth and the face towards the camera.
    If the lips were ever shut, its lips are shut: somebody who laughs may shut them only in frames
    that this median leaves out.

    Args:
        landmarks: ``(n, 70, 2)``, in pixels, n at least 1.

    Returns:
        ``(70, 2)``, in the same pixels.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> blink = Expression(blink=1).applied_to(AVERAGE_FACE)
    >>> neutral = neutral_landmarks(np.stack([AVERAGE_FACE, blink, AVERAGE_FACE]))
    >>> bool(np.allclose(neutral, AVERAGE_FACE, atol=0.01))
    True
    """
    eyes = _relative_gaps(landmarks, LIDS)
    awake = landmarks[eyes >= np.median(eyes)]
    mouth = _relative_gaps(awake, INNER_LIPS)
    silent = awake[mouth <= np.quantile(mouth, _SILENT_QUANTILE) + _SILENT_TOLERANCE]
    turned = np.abs(turn(silent))
    median = np.median(silent[turned <= np.median(turned)], axis=0)
    shut = float(np.quantile([lip_gap(each) for each in landmarks], _SHUT_QUANTILE))
    return close_lips(median, shut)


def close_lips(landmarks: NDArray[Any], max_gap: float) -> Landmarks:
    """Return landmarks with the lips at most a given gap apart; the jaw moves with them.

    Args:
        landmarks: ``(70, 2)``, in pixels.
        max_gap: In interocular distances.
    """
    return Expression(open=min(max_gap - lip_gap(landmarks), 0)).applied_to(landmarks)


def with_shut_thickness(shape: NDArray[Any], shapes: NDArray[Any]) -> NDArray[np.float64]:
    """Return a face with shut lips, as thick as its person's are when shut.

    Lips that are parted, or stretched by a laugh, have another thickness.

    Args:
        shape: ``(70, 2)`` in head coordinates.
        shapes: ``(n, 70, 2)``, the person's in several frames, n at least 1.
    """
    gaps = np.array([lip_gap(each) for each in shapes])
    shut = shapes[gaps <= np.quantile(gaps, _SHUT_QUANTILE) + _SHUT_TOLERANCE]
    thickness = np.median(shut[:, _OUTER_EDGES, 1] - shut[:, _INNER_EDGES, 1], axis=0)
    moved = shape.astype(np.float64)
    moved[_OUTER_EDGES, 1] = moved[_INNER_EDGES, 1] + thickness
    return moved


def lid_gaps(landmarks: NDArray[Any]) -> NDArray[np.float64]:
    """Return the distances between facing points of the lids, ``(4,)`` in pixels, above 0."""
    difference = landmarks[_LOWER_LIDS] - landmarks[_UPPER_LIDS]
    return np.asarray(np.maximum(np.linalg.norm(difference, axis=1), 1e-6), np.float64)


def lid_directions(landmarks: NDArray[Any]) -> NDArray[np.float64]:
    """Return unit vectors from the upper lids to the points that face them, ``(4, 2)``."""
    return (landmarks[_LOWER_LIDS] - landmarks[_UPPER_LIDS]) / lid_gaps(landmarks)[:, None]


def with_lid_gaps(
    landmarks: NDArray[Any], directions: NDArray[np.float64], gaps: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return landmarks with the lids opened or closed about their middle.

    Args:
        landmarks: ``(70, 2)``, in pixels.
        directions: ``(4, 2)``, those of the neutral face: noise may have crossed shut lids.
        gaps: ``(4,)``, the distances to set, in pixels.
    """
    middle = (landmarks[_UPPER_LIDS] + landmarks[_LOWER_LIDS]) / 2
    half = directions * (gaps / 2)[:, None]
    moved = landmarks.astype(np.float64)
    moved[_UPPER_LIDS], moved[_LOWER_LIDS] = middle - half, middle + half
    return moved


def lip_gap(landmarks: NDArray[Any]) -> float:
    """Return the mean gap of the inner lips, in interocular distances.

    Args:
        landmarks: ``(70, 2)``, in pixels.
    """
    upper, lower = np.array(INNER_LIPS).T
    gap = float(np.linalg.norm(landmarks[upper] - landmarks[lower], axis=1).mean())
    return gap / max(interocular(landmarks), 1e-6)


def with_lip_gap(landmarks: Landmarks, gap: float) -> Landmarks:
    """Return landmarks with the inner lips moved about their middle; the jaw stays.

    Args:
        landmarks: ``(70, 2)`` float32, in pixels.
        gap: The mean gap to set, in interocular distances.
    """
    upper, lower = np.array(INNER_LIPS).T
    away = landmarks[lower] - landmarks[upper]
    lengths = np.linalg.norm(away, axis=1, keepdims=True)
    down = away.sum(0) / max(float(np.linalg.norm(away.sum(0))), 1e-6)
    wanted = np.maximum(lengths + (gap - lip_gap(landmarks)) * interocular(landmarks), 0)
    half = (wanted * down - away) / 2
    moved = landmarks.copy()
    moved[upper] -= half
    moved[lower] += half
    return moved


def _relative_gaps(
    landmarks: NDArray[np.float32], facing: tuple[tuple[int, int], ...]
) -> NDArray[np.floating]:
    """Return the gaps between facing points of ``(n, 70, 2)`` landmarks, ``(n,)`` in face sizes."""
    upper, lower = np.array(facing).T
    sizes = np.linalg.norm(landmarks - landmarks.mean(1, keepdims=True), axis=(1, 2))
    gaps = np.linalg.norm(landmarks[:, upper] - landmarks[:, lower], axis=(1, 2))
    return np.asarray(gaps / np.maximum(sizes, 1e-6))
