"""The 68 landmarks of the iBUG 300-W annotation: their parts, and shapes compared.

Left and right are the person's own: the right eye is on the left of a picture that isn't mirrored.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import numpy as np
from imutils import face_utils
from numpy.typing import NDArray

from face2face.image import LANDMARK_COUNT, Landmarks

#: Part name -> slice of the 68 points.
PARTS: dict[str, slice] = {
    name: slice(*span) for name, span in face_utils.FACIAL_LANDMARKS_68_IDXS.items()
}
#: Points of the upper and the lower lid that face each other, the same of the inner lips, and all of them, ``(7, 2)``.
LIDS = ((37, 41), (38, 40), (43, 47), (44, 46))
INNER_LIPS = ((61, 67), (62, 66), (63, 65))
FACING = np.array([*LIDS, *INNER_LIPS])
#: Parts whose line returns to its first point.
CLOSED = frozenset({"mouth", "inner_mouth", "right_eye", "left_eye"})

#: The point of a mirror image that shows what each point of a face does, ``(68,)``.
# fmt: off
MIRRORED = np.array(
    [
        *range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1), *range(45, 41, -1), 47, 46, *range(39, 35, -1), 41, 40,
        *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), *range(67, 64, -1),
    ]
)
# fmt: on

#: What each point counts in the way from the right eye's centre to the left one's, ``(68,)``.
_ACROSS = np.zeros(LANDMARK_COUNT)
_ACROSS[PARTS["right_eye"]], _ACROSS[PARTS["left_eye"]] = -1 / 6, 1 / 6
#: And in the way from between the eyes to the nose's middle.
_AHEAD = -np.abs(_ACROSS) / 2
_AHEAD[PARTS["nose"]] = 1 / 9


@dataclass(frozen=True)
class Similarity:
    """Rotation, uniform scale and translation of the plane: ``p -> scale * R(angle) p + (x, y)``.

    Attributes:
        scale: Above 0.
        angle: Radians, positive turns x towards y (clockwise on a screen).
        x: Pixels.
        y: Pixels.
    """

    scale: float
    angle: float
    x: float
    y: float

    @classmethod
    def between(cls, source: NDArray[np.floating], destination: NDArray[np.floating]) -> Similarity:
        """The least-squares similarity from one ``(n, 2)`` point set to another (Umeyama 1991, in the plane)."""
        # As complex numbers, which turn and grow by being multiplied.
        a, b = (
            np.ascontiguousarray(each, np.float64).view(np.complex128)[:, 0]
            for each in (source, destination)
        )
        from_middle, to_middle = (complex(each.sum()) / len(each) for each in (a, b))
        p, q = a - from_middle, b - to_middle
        turn = complex(np.vdot(p, q)) / max(float(np.vdot(p, p).real), 1e-9)
        shift = to_middle - turn * from_middle
        return cls(abs(turn), cmath.phase(turn), shift.real, shift.imag)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The same as OpenCV wants it, ``(2, 3)``."""
        c, s = self.scale * math.cos(self.angle), self.scale * math.sin(self.angle)
        return np.array([[c, -s, self.x], [s, c, self.y]])

    def linear(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """Rotates and scales ``(n, 2)`` points without moving them."""
        return points @ self.matrix[:, :2].T

    def __call__(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """The transformed ``(n, 2)`` points."""
        return self.linear(points) + np.array([self.x, self.y])


def interocular(landmarks: Landmarks) -> float:
    """Distance between the centres of the eyes, in pixels: the yardstick of a face's size."""
    return math.hypot(*(_ACROSS @ landmarks))


def turn(landmarks: NDArray[np.floating]) -> NDArray[np.floating]:
    """How far heads are turned: where the nose is, beside the middle between the eyes, along their line, in interocular distances.

    The middle of the nose's nine points, which are found more surely than its tip.

    Args:
        landmarks: ``(..., 68, 2)``.

    Returns:
        ``(...)``, 0 for a face that looks straight ahead, above 0 where its nose is on its left.
    """
    across, ahead = _ACROSS @ landmarks, _AHEAD @ landmarks
    return np.asarray((ahead * across).sum(-1) / np.maximum((across**2).sum(-1), 1e-9))
