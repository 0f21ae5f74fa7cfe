"""Moves of the landmarks of single parts of a face: wide eyes, a look to a side, an open mouth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from face2face.face.expression import Expression
from face2face.face.neutral import lid_directions, lid_gaps, lip_gap, with_lid_gaps
from face2face.image import Landmarks
from face2face.landmarks import EYE_CORNERS, IRISES, LIDS, PARTS, gaze, with_gaze

#: Gap of the lids in wide eyes, as a multiple of the gap before.
_WIDE = 1.4
#: Range of that gap before, in widths of the eye: shut eyes open too, and wide ones stay.
_LID_GAPS = (0.2, 0.32)
#: Mean gap of the inner lips in a wide open mouth, in interocular distances.
_OPEN_MOUTH = 0.25
#: Places of the irises in a look to the side, up or down, in widths of the eye.
_GAZES = {"left": (-0.26, 0.0), "right": (0.26, 0.0), "up": (0.0, -0.2), "down": (0.0, 0.2)}
#: Motion of the upper lid over that of the iris, in a look up or down.
_LID_FOLLOWS = 0.7
#: Gap of the lids up to which they don't follow, and from which they do in full, in widths of the
#: eye: a blink stays a blink.
_BLINK_GAPS = (0.1, 0.2)
#: Range of the lids' gap after that motion, as a multiple of the gap before.
_FOLLOWED_GAPS = (0.55, 1.5)
#: Least distance of an iris's centre from a lid, in widths of the eye.
_LID_MARGIN = 0.06


def widen_eyes(landmarks: Landmarks) -> NDArray[np.floating]:
    """Return landmarks with wide eyes.

    Args:
        landmarks: ``(70, 2)`` in pixels.
    """
    outer, inner = np.array(EYE_CORNERS).T
    widths = np.repeat(np.linalg.norm(landmarks[inner] - landmarks[outer], axis=1), 2)
    gaps = lid_gaps(landmarks)
    low, high = _LID_GAPS
    wide = np.maximum(gaps, _WIDE * np.clip(gaps, low * widths, high * widths))
    return with_lid_gaps(landmarks, lid_directions(landmarks), wide)


def open_mouth(landmarks: Landmarks) -> NDArray[np.floating]:
    """Return landmarks with a wide open mouth; the jaw and the corners of the mouth sink with it.

    Args:
        landmarks: ``(70, 2)`` in pixels.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> moved = open_mouth(AVERAGE_FACE) - AVERAGE_FACE
    >>> bool(0 < moved[48, 1] < moved[66, 1])  # a corner sinks less than the lower lip
    True
    """
    return Expression(open=max(0.0, _OPEN_MOUTH - lip_gap(landmarks))).applied_to(landmarks)


def look(landmarks: Landmarks, direction: str, amount: float) -> Landmarks:
    """Return landmarks with irises moved to a side by an amount, held between the lids.

    In a look up or down, the upper lids follow.

    Args:
        landmarks: ``(70, 2)`` in pixels.
        direction: ``left``, ``right``, ``up`` or ``down``, in the picture.
        amount: 0 leaves the irises where they are, 1 moves them all the way.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> lowered = look(AVERAGE_FACE, "down", 1.0)
    >>> bool(lowered[37, 1] > AVERAGE_FACE[37, 1])  # an upper lid
    True
    """
    places = gaze(landmarks)
    whole = places.copy()
    across = 0 if direction in ("left", "right") else 1
    whole[:, across] = _GAZES[direction][across]
    for place, (upper, lower) in zip(whole, _lids(landmarks), strict=True):
        low, margin = _edge(place[0], lower, upper)
        place[1] = min(place[1], low - margin)
    moved = _with_lids(landmarks, (whole - places)[:, 1])
    for place, (upper, lower) in zip(whole, _lids(moved), strict=True):
        high, margin = _edge(place[0], upper, lower)
        place[1] = max(place[1], high + margin)
    moved = with_gaze(moved, whole)
    return np.asarray(landmarks + amount * (moved - landmarks), np.float32)


def _edge(x: float, lid: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[float, float]:
    """Return the height of a lid at a place across, and an iris's least distance from it.

    Args:
        x: The place across, in widths of the eye.
        lid: ``(4, 2)``, from left to right.
        other: ``(4, 2)``, the lid that faces it.
    """
    height = float(np.interp(x, *lid.T))
    gap = abs(height - float(np.interp(x, *other.T)))
    return height, min(_LID_MARGIN, gap / 2)


def _with_lids(landmarks: Landmarks, down: NDArray[np.floating]) -> Landmarks:
    """Return landmarks whose upper lids follow the irises.

    Args:
        landmarks: ``(70, 2)`` in pixels.
        down: ``(2,)``, the motion of each iris down, in widths of the eye.
    """
    outer, inner = np.array(EYE_CORNERS).T
    widths = np.linalg.norm(landmarks[inner] - landmarks[outer], axis=1)
    gaps, directions = lid_gaps(landmarks), lid_directions(landmarks)
    least, most = _FOLLOWED_GAPS
    widths, down = np.repeat(widths, 2), np.repeat(down, 2)
    share = _LID_FOLLOWS * np.interp(gaps / widths, _BLINK_GAPS, (0.0, 1.0))
    followed = gaps - share * down * widths
    lowered = gaps - np.clip(followed, least * gaps, most * gaps)
    moved = landmarks.copy()
    moved[[upper for upper, _ in LIDS]] += lowered[:, None] * directions
    return moved


def _lids(landmarks: Landmarks) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return the upper and the lower lid of each eye from left to right, in the eye's own axes.

    Returns:
        ``(4, 2)`` each, as :func:`face2face.landmarks.gaze` gives places of irises.
    """

    def places(points: list[int]) -> NDArray[np.float64]:
        moved = np.array(landmarks, np.float64)
        found = []
        for point in points:
            moved[list(IRISES)] = landmarks[point]
            found.append(gaze(moved))
        return np.array(found)

    eyes = []
    for number, part in enumerate(("right_eye", "left_eye")):
        first = PARTS[part].start
        upper, lower = ([first + each for each in order] for order in ((0, 1, 2, 3), (0, 5, 4, 3)))
        eyes.append((places(upper)[:, number], places(lower)[:, number]))
    return eyes
