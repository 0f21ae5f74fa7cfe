"""Expressions and head turns, applied to the landmarks of any face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face2face.image import Landmarks
from face2face.landmarks import EYE_CORNERS, IRISES, LIDS, PARTS, interocular

#: Depth of each landmark in front of the plane of the eyes, in interocular distances, ``(70,)``:
#: rough anatomy. Rows: jaw (two), brows, nose, eyes, outer lips, inner lips,
#: irises.
# fmt: off
DEPTH = np.array(
    [
        -1, -0.95, -0.9, -0.8, -0.62, -0.42, -0.2, -0.02, 0.05,
        -0.02, -0.2, -0.42, -0.62, -0.8, -0.9, -0.95, -1,
        -0.15, 0.02, 0.12, 0.18, 0.2, 0.2, 0.18, 0.12, 0.02, -0.15,
        0.15, 0.3, 0.45, 0.6, 0.25, 0.33, 0.38, 0.33, 0.25,
        -0.12, 0.02, 0.02, -0.02, 0, 0, -0.02, 0.02, 0.02, -0.12, 0, 0,
        0.06, 0.2, 0.28, 0.3, 0.28, 0.2, 0.06, 0.2, 0.27, 0.28, 0.27, 0.2,
        0.08, 0.22, 0.25, 0.22, 0.08, 0.22, 0.25, 0.22,
        0, 0,
    ]
)
# fmt: on
#: Depth of the point about which the head turns, in the same unit: behind that plane.
_PIVOT_DEPTH = -0.7
#: Height of that point below the eyes, in interocular distances.
_PIVOT_HEIGHT = 0.6
#: Point of the lower lip -> share of the mouth's opening by which it moves down.
_LOWER_LIP = {55: 0.9, 56: 1.0, 57: 1.0, 58: 1.0, 59: 0.9, 65: 1.0, 66: 1.0, 67: 1.0}
#: Points of the mouth's corners, and the same share of their motion down. With the lower lip's, it
#: is near the median of surprised and shocked faces of seven people, by both landmark back ends.
_CORNER_POINTS, _CORNER_DROP = [48, 54, 60, 64], 0.5
#: Point of the jaw -> the same share, before :data:`_JAW_MOTION`.
_JAW = {4: 0.2, 5: 0.5, 6: 0.75, 7: 0.9, 8: 1.0, 9: 0.9, 10: 0.75, 11: 0.5, 12: 0.2}
#: Motion of the jaw as a share of the lip's.
_JAW_MOTION = 0.8
#: Point at the mouth's corners -> its share of a smile, negative on the person's right.
_CORNERS = {48: -1.0, 60: -0.9, 54: 1.0, 64: 0.9, 49: -0.5, 59: -0.5, 53: 0.5, 55: 0.5}
#: Motion of the corners in a full smile, outwards and up, in interocular distances.
_SMILE_MOTION = (0.11, 0.09)
#: Motion of the corners inwards over the mouth's opening.
_OPEN_NARROWING = 0.2
#: Motion of raised brows, in interocular distances.
_BROW_MOTION = 0.12
#: Share of the lids' gap that the upper lid closes in a blink; the rest stays open as a line.
_UPPER_LID_SHARE = 0.85
#: Share of the lids' gap that the lower lid closes in a blink.
_LOWER_LID_SHARE = 0.1

#: An average adult face, ``(70, 2)`` float32, in interocular distances from the point between the
#: eyes: the mean of dlib's landmarks on 82 neutral photos, made symmetric. The photos are those of
#: the Face Research Lab London Set (DeBruine and Jones, CC BY 4.0).
# fmt: off
AVERAGE_FACE: Landmarks = np.array(
    [
        (-1.13, 0.08), (-1.11, 0.37), (-1.06, 0.66), (-1.01, 0.95), (-0.92, 1.22), (-0.77, 1.45),
        (-0.55, 1.64), (-0.29, 1.77), (0, 1.81),
        (0.29, 1.77), (0.55, 1.64), (0.77, 1.45), (0.92, 1.22), (1.01, 0.95), (1.06, 0.66),
        (1.11, 0.37), (1.13, 0.08),
        (-0.94, -0.18), (-0.81, -0.34), (-0.6, -0.4), (-0.39, -0.38), (-0.19, -0.31),
        (0.19, -0.31), (0.39, -0.38), (0.6, -0.4), (0.81, -0.34), (0.94, -0.18),
        (0, -0.07), (0, 0.11), (0, 0.29), (0, 0.47), (-0.2, 0.64), (-0.1, 0.67), (0, 0.7),
        (0.1, 0.67), (0.2, 0.64),
        (-0.7, 0.01), (-0.58, -0.08), (-0.42, -0.08), (-0.29, 0.02), (-0.43, 0.06), (-0.58, 0.06),
        (0.29, 0.02), (0.42, -0.08), (0.58, -0.08), (0.7, 0.01), (0.58, 0.06), (0.43, 0.06),
        (-0.4, 1.07), (-0.25, 0.97), (-0.1, 0.91), (0, 0.94), (0.1, 0.91), (0.25, 0.97),
        (0.4, 1.07),
        (0.25, 1.16), (0.11, 1.19), (0, 1.2), (-0.11, 1.19), (-0.25, 1.16),
        (-0.32, 1.07), (-0.11, 1.03), (0, 1.04), (0.11, 1.03), (0.32, 1.07), (0.11, 1.04),
        (0, 1.05), (-0.11, 1.04),
        (-0.52, 0), (0.52, 0),
    ],
    np.float32,
)
# fmt: on


@dataclass(frozen=True)
class Expression:
    """An expression and a head turn, relative to a neutral face; all zeros is neutral.

    Attributes:
        blink: 0 leaves the eyes as they are, 1 shuts them; below 0 opens them wider.
        open: Added gap between the lips, in interocular distances; 0.3 is a wide "ah".
        smile: 0 to 1; below 0 narrows the mouth.
        brows: 0 to 1 raises the brows; below 0 lowers them.
        turn: Radians, towards the right of the picture.
        nod: Radians, downwards.
        tilt: Radians, clockwise in the picture.
        shift: Of the head, x and y in interocular distances.
        wink: 1 shuts the left eye, -1 the right one, whatever the other does.
        look: Of the irises, to the right of the picture and down, in widths of an eye.

    >>> wide = Expression(open=0.3).applied_to(AVERAGE_FACE)
    >>> round(float(wide[66, 1] - AVERAGE_FACE[66, 1]), 2)  # the lower lip moves down
    0.3
    """

    blink: float = 0.0
    open: float = 0.0
    smile: float = 0.0
    brows: float = 0.0
    turn: float = 0.0
    nod: float = 0.0
    tilt: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    wink: float = 0.0
    look: tuple[float, float] = (0.0, 0.0)

    def applied_to(self, neutral: Landmarks) -> Landmarks:
        """Return a neutral face with this expression.

        Args:
            neutral: ``(70, 2)``, of any size, place and roll.

        Returns:
            ``(70, 2)`` float32, in the same pixels.
        """
        unit = interocular(neutral)
        right, left = (neutral[PARTS[eye]].mean(0) for eye in ("right_eye", "left_eye"))
        origin = (right + left) / 2
        across = (left - right) / unit
        # Rows: the face's own x and y axes in the picture.
        axes = np.stack([across, (-across[1], across[0])])
        face = (neutral - origin) @ axes.T / unit
        self._deform(face)
        return (origin + unit * (self._turn_head(face) @ axes)).astype(np.float32)

    def _deform(self, face: NDArray[np.floating]) -> None:
        """Move lids, irises, lips, jaw and brows in place, in the face's own axes."""
        for (upper, lower), sign in zip(LIDS, (-1, -1, 1, 1), strict=True):
            shut = self.blink + max(0.0, sign * self.wink) * (1 - self.blink)
            gap = face[lower] - face[upper]
            face[upper] += _UPPER_LID_SHARE * shut * gap
            face[lower] -= _LOWER_LID_SHARE * shut * gap
        for iris, corners in zip(IRISES, EYE_CORNERS, strict=True):
            width = np.linalg.norm(np.subtract(*face[list(corners)]))
            face[iris] += width * np.array(self.look)
        for point, share in _LOWER_LIP.items():
            face[point, 1] += share * self.open
        # Lips that close leave the corners where they are: those of a smile would rise.
        face[_CORNER_POINTS, 1] += _CORNER_DROP * max(self.open, 0.0)
        for point, share in _JAW.items():
            face[point, 1] += share * self.open * _JAW_MOTION
        for point, side in _CORNERS.items():
            outwards, up = _SMILE_MOTION
            smile = self.smile * np.array([outwards * side, -up * abs(side)])
            face[point] += smile - (_OPEN_NARROWING * self.open * side, 0.0)
        face[17:27, 1] -= _BROW_MOTION * self.brows

    def _turn_head(self, face: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the face rotated about the head's pivot, projected without perspective."""
        depth = DEPTH - _PIVOT_DEPTH
        pivot = np.array([0.0, _PIVOT_HEIGHT])
        x, y = (face - pivot).T
        x, z = (
            x * np.cos(self.turn) + depth * np.sin(self.turn),
            depth * np.cos(self.turn) - x * np.sin(self.turn),
        )
        y = y * np.cos(self.nod) + z * np.sin(self.nod)
        # The neck bends too: the pivot moves against the turn, by half of its depth.
        x = x + _PIVOT_DEPTH * np.sin(self.turn) * 0.5
        y = y + _PIVOT_DEPTH * np.sin(self.nod) * 0.5
        c, s = np.cos(self.tilt), np.sin(self.tilt)
        return np.stack([c * x - s * y, s * x + c * y], -1) + pivot + self.shift
