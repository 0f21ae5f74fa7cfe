"""Expressions and turns of the head that can be applied to the landmarks of any face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face2face.image import Landmarks
from face2face.landmarks import LIDS, PARTS, interocular

#: How far each point lies before the plane of the eyes, in interocular distances: rough anatomy, ear to chin to ear,
#: brows, nose, eyes, outer and inner lips. The head turns about a point behind that plane.
# fmt: off
_DEPTH = np.array(
    [
        -1, -0.95, -0.9, -0.8, -0.62, -0.42, -0.2, -0.02, 0.05,
        -0.02, -0.2, -0.42, -0.62, -0.8, -0.9, -0.95, -1,
        -0.15, 0.02, 0.12, 0.18, 0.2, 0.2, 0.18, 0.12, 0.02, -0.15,
        0.15, 0.3, 0.45, 0.6, 0.25, 0.33, 0.38, 0.33, 0.25,
        -0.12, 0.02, 0.02, -0.02, 0, 0, -0.02, 0.02, 0.02, -0.12, 0, 0,
        0.06, 0.2, 0.28, 0.3, 0.28, 0.2, 0.06, 0.2, 0.27, 0.28, 0.27, 0.2,
        0.08, 0.22, 0.25, 0.22, 0.08, 0.22, 0.25, 0.22,
    ]
)
# fmt: on
_PIVOT = -0.7

_LOWER_LIP = {55: 0.6, 56: 0.95, 57: 1.0, 58: 0.95, 59: 0.6, 65: 1.0, 66: 1.0, 67: 1.0}
_JAW = {4: 0.2, 5: 0.5, 6: 0.75, 7: 0.9, 8: 1.0, 9: 0.9, 10: 0.75, 11: 0.5, 12: 0.2}
_CORNERS = {48: -1.0, 60: -0.9, 54: 1.0, 64: 0.9, 49: -0.5, 59: -0.5, 53: 0.5, 55: 0.5}

#: An average adult face, in interocular distances from the point between the eyes: the mean of dlib's landmarks on the 82
#: neutral photos of the Face Research Lab London Set (DeBruine and Jones, CC BY 4.0), made symmetric.
# fmt: off
AVERAGE_FACE: Landmarks = np.array(
    [
        (-1.13, 0.08), (-1.11, 0.37), (-1.06, 0.66), (-1.01, 0.95), (-0.92, 1.22), (-0.77, 1.45), (-0.55, 1.64), (-0.29, 1.77), (0, 1.81),
        (0.29, 1.77), (0.55, 1.64), (0.77, 1.45), (0.92, 1.22), (1.01, 0.95), (1.06, 0.66), (1.11, 0.37), (1.13, 0.08),
        (-0.94, -0.18), (-0.81, -0.34), (-0.6, -0.4), (-0.39, -0.38), (-0.19, -0.31),
        (0.19, -0.31), (0.39, -0.38), (0.6, -0.4), (0.81, -0.34), (0.94, -0.18),
        (0, -0.07), (0, 0.11), (0, 0.29), (0, 0.47), (-0.2, 0.64), (-0.1, 0.67), (0, 0.7), (0.1, 0.67), (0.2, 0.64),
        (-0.7, 0.01), (-0.58, -0.08), (-0.42, -0.08), (-0.29, 0.02), (-0.43, 0.06), (-0.58, 0.06),
        (0.29, 0.02), (0.42, -0.08), (0.58, -0.08), (0.7, 0.01), (0.58, 0.06), (0.43, 0.06),
        (-0.4, 1.07), (-0.25, 0.97), (-0.1, 0.91), (0, 0.94), (0.1, 0.91), (0.25, 0.97), (0.4, 1.07),
        (0.25, 1.16), (0.11, 1.19), (0, 1.2), (-0.11, 1.19), (-0.25, 1.16),
        (-0.32, 1.07), (-0.11, 1.03), (0, 1.04), (0.11, 1.03), (0.32, 1.07), (0.11, 1.04), (0, 1.05), (-0.11, 1.04),
    ],
    np.float32,
)
# fmt: on


@dataclass(frozen=True)
class Expression:
    """A pose away from neutral; all zeros is neutral.

    Attributes:
        blink: 0 eyes as they are, 1 shut.
        open: Mouth, in interocular distances between the lips beyond neutral; 0.3 is a wide "ah".
        smile: 0 to 1.
        brows: Raised, 0 to 1; below 0 lowered.
        turn: Radians, towards the right of the picture.
        nod: Radians, downwards.
        tilt: Radians, clockwise on the screen.
        shift: Of the head, in interocular distances, x and y.
    """

    blink: float = 0.0
    open: float = 0.0
    smile: float = 0.0
    brows: float = 0.0
    turn: float = 0.0
    nod: float = 0.0
    tilt: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)

    def applied_to(self, neutral: Landmarks) -> Landmarks:
        """Neutral ``(68, 2)`` landmarks, any size and place, in this pose: ``(68, 2)`` float32."""
        unit = interocular(neutral)
        right, left = (neutral[PARTS[eye]].mean(0) for eye in ("right_eye", "left_eye"))
        origin = (right + left) / 2
        across = (left - right) / unit
        axes = np.stack(
            [across, (-across[1], across[0])]
        )  # rows: the face's own x and y in the picture
        face = (neutral - origin) @ axes.T / unit
        self._soft(face)
        return (origin + unit * (self._turned(face) @ axes)).astype(np.float32)

    def _soft(self, face: NDArray[np.floating]) -> None:
        """Moves lids, lips, jaw and brows in place."""
        for upper, lower in LIDS:
            gap = face[lower] - face[upper]
            face[upper] += 0.85 * self.blink * gap
            face[lower] -= 0.1 * self.blink * gap
        for point, share in (_LOWER_LIP | _JAW).items():
            face[point, 1] += share * self.open * (1.0 if point > 16 else 0.8)
        for point, side in _CORNERS.items():
            face[point] += self.smile * np.array([0.11 * side, -0.09 * abs(side)]) - (
                0.12 * self.open * side,
                0.0,
            )
        face[17:27, 1] -= 0.12 * self.brows

    def _turned(self, face: NDArray[np.floating]) -> NDArray[np.floating]:
        """Rotates about the head's pivot, seen from far away, and shifts."""
        depth = _DEPTH - _PIVOT
        middle = np.array([0.0, 0.6])
        x, y = (face - middle).T
        x, z = (
            x * np.cos(self.turn) + depth * np.sin(self.turn),
            depth * np.cos(self.turn) - x * np.sin(self.turn),
        )
        y = y * np.cos(self.nod) + z * np.sin(self.nod) + _PIVOT * np.sin(self.nod) * 0.5
        x = x + _PIVOT * np.sin(self.turn) * 0.5
        c, s = np.cos(self.tilt), np.sin(self.tilt)
        return np.stack([c * x - s * y, s * x + c * y], -1) + middle + self.shift
