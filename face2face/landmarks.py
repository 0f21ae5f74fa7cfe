"""The landmarks of a face: their parts, and how shapes are compared.

They are the 68 of the iBUG 300-W annotation, then the centres of the right and the left iris.

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

#: Part name -> slice of the points; the irises are no part.
PARTS: dict[str, slice] = {
    name: slice(*span) for name, span in face_utils.FACIAL_LANDMARKS_68_IDXS.items()
}
#: Index of the centres of the irises: right, left.
IRISES = (68, 69)
#: Indices of the outer and the inner corner of the eyes: right, left.
EYE_CORNERS = ((36, 39), (45, 42))
#: Pairs of points on the upper and the lower lid, two pairs for each eye.
LIDS = ((37, 41), (38, 40), (43, 47), (44, 46))
#: Pairs of points on the inner edges of the upper and the lower lip.
INNER_LIPS = ((61, 67), (62, 66), (63, 65))
#: All pairs of facing points, upper and lower, ``(7, 2)``.
FACING = np.array([*LIDS, *INNER_LIPS])
#: Parts drawn as closed lines.
CLOSED = frozenset({"mouth", "inner_mouth", "right_eye", "left_eye"})

#: Index of the point on the other side of the face for each point, ``(70,)``.
# fmt: off
MIRRORED = np.array(
    [
        *range(16, -1, -1),  # jaw
        *range(26, 16, -1),  # brows
        *range(27, 31), *range(35, 30, -1),  # nose
        *range(45, 41, -1), 47, 46, *range(39, 35, -1), 41, 40,  # eyes
        *range(54, 47, -1), *range(59, 54, -1),  # outer lips
        *range(64, 59, -1), *range(67, 64, -1),  # inner lips
        69, 68,  # irises
    ]
)
# fmt: on

#: Weights of the points in the vector from the right eye's centre to the left eye's, ``(70,)``.
_EYE_TO_EYE = np.zeros(LANDMARK_COUNT)
_EYE_TO_EYE[PARTS["right_eye"]], _EYE_TO_EYE[PARTS["left_eye"]] = -1 / 6, 1 / 6
#: Weights of the points in the vector from the middle between the eyes to the nose's, ``(70,)``.
_EYES_TO_NOSE = -np.abs(_EYE_TO_EYE) / 2
_EYES_TO_NOSE[PARTS["nose"]] = 1 / 9


@dataclass(frozen=True)
class Similarity:
    """Rotation, uniform scale and translation of the plane: ``p -> scale * R(angle) p + (x, y)``.

    Attributes:
        scale: Above 0.
        angle: Radians; positive rotates x towards y, clockwise on a screen.
        x: Translation in pixels.
        y: Translation in pixels.

    >>> Similarity(2.0, 0.0, 1.0, 0.0)(np.array([[1.0, 1.0]]))
    array([[3., 2.]])
    """

    scale: float
    angle: float
    x: float
    y: float

    @classmethod
    def between(cls, source: NDArray[np.floating], destination: NDArray[np.floating]) -> Similarity:
        """Return the least-squares similarity from one ``(n, 2)`` point set to another.

        The method is that of Umeyama, IEEE PAMI 1991, in the plane.

        >>> Similarity.between(np.eye(2), 2 * np.eye(2)).scale
        2.0
        """
        # As complex numbers: a product with one rotates and scales.
        a, b = (
            np.ascontiguousarray(each, np.float64).view(np.complex128)[:, 0]
            for each in (source, destination)
        )
        a_mean, b_mean = (complex(each.sum()) / len(each) for each in (a, b))
        p, q = a - a_mean, b - b_mean
        factor = complex(np.vdot(p, q)) / max(float(np.vdot(p, p).real), 1e-9)
        shift = b_mean - factor * a_mean
        return cls(abs(factor), cmath.phase(factor), shift.real, shift.imag)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The transform as ``(2, 3)``, the form that OpenCV takes."""
        c, s = self.scale * math.cos(self.angle), self.scale * math.sin(self.angle)
        return np.array([[c, -s, self.x], [s, c, self.y]])

    def linear(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return ``(n, 2)`` points rotated and scaled, but not translated."""
        return points @ self.matrix[:, :2].T

    def __call__(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the transformed ``(n, 2)`` points."""
        return self.linear(points) + np.array([self.x, self.y])


def interocular(landmarks: NDArray[np.floating]) -> float:
    """Return the distance between the eyes' centres in pixels, the unit of a face's size.

    >>> points = np.zeros((70, 2), np.float32)
    >>> points[PARTS["left_eye"]] = (60, 80)
    >>> round(interocular(points), 3)
    100.0
    """
    return math.hypot(*(_EYE_TO_EYE @ landmarks))


def turn(landmarks: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return how far heads are turned to a side.

    This is the offset of the nose from the middle between the eyes, along the line through the
    eyes. The nose is the mean of its nine points, which is found more reliably than its tip.

    Args:
        landmarks: ``(..., 70, 2)`` in pixels.

    Returns:
        ``(...)`` in interocular distances: 0 for a face that looks straight ahead, positive for a
        nose towards the person's left.

    >>> turn(np.zeros((3, 70, 2))).shape
    (3,)
    """
    across, nose = _EYE_TO_EYE @ landmarks, _EYES_TO_NOSE @ landmarks
    return np.asarray((nose * across).sum(-1) / np.maximum((across**2).sum(-1), 1e-9))


def gaze(landmarks: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return where the eyes look: the place of each iris between the corners of its eye.

    Args:
        landmarks: ``(70, 2)`` in pixels, of any size and roll.

    Returns:
        ``(2, 2)`` in widths of the eye: right and left eye; to the right of the picture, and down.
        0 is the middle between the corners.

    >>> points = np.zeros((70, 2))
    >>> points[[36, 39, 68]] = (0, 0), (10, 0), (7, 1)
    >>> gaze(points)[0].tolist()
    [0.2, 0.1]
    """
    found = []
    for (outer, inner), iris, side in zip(EYE_CORNERS, IRISES, (1, -1), strict=True):
        middle = (landmarks[outer] + landmarks[inner]) / 2
        along = side * (landmarks[inner] - landmarks[outer])
        squared = max(float(along @ along), 1e-9)
        x, y = landmarks[iris] - middle
        found.append(
            ((x * along[0] + y * along[1]) / squared, (y * along[0] - x * along[1]) / squared)
        )
    return np.array(found, np.float64)


def with_gaze(landmarks: NDArray[np.floating], places: NDArray[np.floating]) -> Landmarks:
    """Return landmarks whose irises lie at given places between the corners of their eyes.

    Args:
        landmarks: ``(70, 2)`` in pixels; its own irises are ignored.
        places: ``(2, 2)``, see :func:`gaze`.

    Returns:
        ``(70, 2)`` float32.

    >>> points = np.zeros((70, 2))
    >>> points[[36, 39]] = (0, 0), (10, 0)
    >>> with_gaze(points, np.array([[0.2, 0.1], [0, 0]]))[68].tolist()
    [7.0, 1.0]
    """
    moved = np.array(landmarks, np.float32)
    eyes = zip(EYE_CORNERS, IRISES, (1, -1), places, strict=True)
    for (outer, inner), iris, side, (x, y) in eyes:
        along = side * (landmarks[inner] - landmarks[outer])
        across = np.array([-along[1], along[0]])
        moved[iris] = (landmarks[outer] + landmarks[inner]) / 2 + x * along + y * across
    return moved
