"""Changes of the shape of brows, nose and lips: the photo's own pixels are moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face2face.image import Box, Image, Landmarks
from face2face.imaging.move_points import move_points
from face2face.landmarks import LIDS, PARTS, interocular

#: How far brows rise and sink, as shares of the gap between brow and lid: farther, the skin of
#: the lid would stretch visibly, or the brow would cover the eye.
_BROWS_UP, _BROWS_DOWN = 0.35, 0.27
#: Longest move of a brow, in interocular distances.
_MAX_BROW_MOVE = 0.12
#: Height of the lashes above the upper lid, as a share of that gap. Raised brows leave them.
_LASHES = 0.3
#: Thickness of a brow below its landmarks, as a share of that gap. It moves as a whole.
_BROW_THICKNESS = 0.5
#: Factors of the nose's width: clearly seen, and still a human nose.
_NOSE_NARROW, _NOSE_WIDE = 0.75, 1.25
#: Factors of the lips' thickness.
_LIPS_THIN, _LIPS_FULL = 0.7, 1.3
#: Landmark on the outer edge of the lips -> landmark on the inner edge next to it.
_LIP_EDGES = {49: 61, 50: 61, 51: 62, 52: 63, 53: 63, 55: 65, 56: 65, 57: 66, 58: 67, 59: 67}

#: Function from landmarks to points, or to shifts of points, ``(n, 2)`` in pixels.
_Points = Callable[[Landmarks], NDArray[np.floating]]


@dataclass(frozen=True, eq=False)
class ShapeChange:
    """A change of the shape of one part of a face.

    Attributes:
        moved: Landmarks that move.
        held: Landmarks that stay.
        reach: Half the side of the square that may change, in interocular distances.
        shifts: How far the moved landmarks move.
        edges: Offsets of further points, one for each moved landmark, which move as it does.
        kept: Further points that stay.
    """

    moved: tuple[int, ...]
    held: tuple[int, ...]
    reach: float
    shifts: _Points
    edges: _Points | None = None
    kept: _Points | None = None

    def applied_to(self, landmarks: Landmarks) -> Landmarks:
        """Return landmarks after the change, ``(70, 2)`` float32 in the same pixels.

        >>> from face2face.face.expression import AVERAGE_FACE
        >>> narrow = SHAPE_CHANGES["nose=narrow"].applied_to(AVERAGE_FACE)
        >>> round(float(np.ptp(narrow[31:36, 0]) / np.ptp(AVERAGE_FACE[31:36, 0])), 2)
        0.75
        """
        wanted = landmarks.astype(np.float32)
        wanted[list(self.moved)] += self.shifts(landmarks)
        return wanted

    def __call__(self, photo: Image, landmarks: Landmarks) -> Image:
        """Return a copy of a photo after the change.

        Pixels outside the :meth:`square` stay the same to the bit.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            landmarks: ``(70, 2)`` float32, the face, in the photo's pixels.

        Returns:
            ``(h, w, 3)`` uint8 RGB.
        """
        held, moved = landmarks[list(self.held)], landmarks[list(self.moved)]
        if self.kept:
            held = np.concatenate([held, self.kept(landmarks)])
        shifts = self.shifts(landmarks)
        edges = [moved + self.edges(landmarks)] if self.edges else []
        source = np.concatenate([held, moved, *edges])
        moves = np.concatenate([np.zeros_like(held), shifts, *(shifts for _ in edges)])
        return move_points(photo, source, source + moves, self.square(landmarks))

    def square(self, landmarks: Landmarks) -> Box:
        """Return the square around the part outside of which the photo stays the same to the bit.

        >>> from face2face.face.expression import AVERAGE_FACE
        >>> SHAPE_CHANGES["nose=wide"].square(100 * AVERAGE_FACE + 200).side
        160
        """
        half = max(1, round(self.reach * interocular(landmarks)))
        x, y = (round(float(each)) for each in landmarks[list(self.moved)].mean(0))
        return Box(x - half, y - half, 2 * half)


def _axes(landmarks: Landmarks) -> NDArray[np.floating]:
    """Return the face's axes in the picture, rows of ``(2, 2)``: to the right and down, of 1."""
    right, left = (landmarks[PARTS[eye]].mean(0) for eye in ("right_eye", "left_eye"))
    across = (left - right) / max(interocular(landmarks), 1e-6)
    return np.array([across, (-across[1], across[0])])


def _brow_gaps(landmarks: Landmarks) -> NDArray[np.floating]:
    """Return the gap between brow and upper lid in pixels for each brow landmark, ``(10, 1)``."""
    down = _axes(landmarks)[1]
    gaps = []
    for brow, lids in (("right_eyebrow", LIDS[:2]), ("left_eyebrow", LIDS[2:])):
        lid = landmarks[[upper for upper, _ in lids]].mean(0)
        # The ends of a brow don't lie above the lid.
        gaps.append((lid - landmarks[PARTS[brow]][1:4].mean(0)) @ down)
    return np.maximum(np.repeat(gaps, 5), 0.0)[:, None]


def _brow_height(share: float) -> _Points:
    """Return the shifts that lower both brows by a share of their gap; below 0 raises them."""

    def shifts(landmarks: Landmarks) -> NDArray[np.floating]:
        most = _MAX_BROW_MOVE * interocular(landmarks)
        return np.clip(share * _brow_gaps(landmarks), -most, most) * _axes(landmarks)[1]

    return shifts


def _brow_edges(landmarks: Landmarks) -> NDArray[np.floating]:
    """Return the offsets from the landmarks, on the upper edges of the brows, to the lower ones."""
    return _BROW_THICKNESS * _brow_gaps(landmarks) * _axes(landmarks)[1]


def _lashes(landmarks: Landmarks) -> NDArray[np.floating]:
    """Return points above the upper lids, at the tips of their lashes, ``(4, 2)``."""
    heights = _LASHES * _brow_gaps(landmarks)[[0, 0, 5, 5]]
    return landmarks[[upper for upper, _ in LIDS]] - heights * _axes(landmarks)[1]


def _nose_width(factor: float) -> _Points:
    """Return the shifts of the nostrils' row that scale its width about its middle."""

    def shifts(landmarks: Landmarks) -> NDArray[np.floating]:
        across = _axes(landmarks)[0]
        offsets = (landmarks[31:36] - landmarks[33]) @ across
        return (factor - 1) * offsets[:, None] * across

    return shifts


def _lip_thickness(factor: float) -> _Points:
    """Return the shifts of the lips' outer edge that scale their thickness."""

    def shifts(landmarks: Landmarks) -> NDArray[np.floating]:
        down = _axes(landmarks)[1]
        outer, inner = list(_LIP_EDGES), list(_LIP_EDGES.values())
        return (factor - 1) * ((landmarks[outer] - landmarks[inner]) @ down)[:, None] * down

    return shifts


def _brows(share: float) -> ShapeChange:
    held = (*range(27, 31), *range(36, 48))
    kept = _lashes if share < 0 else None
    return ShapeChange(tuple(range(17, 27)), held, 1.2, _brow_height(share), _brow_edges, kept)


def _nose(factor: float) -> ShapeChange:
    held = (*range(27, 31), *range(36, 48), *range(48, 55))
    return ShapeChange(tuple(range(31, 36)), held, 0.8, _nose_width(factor))


def _lips(factor: float) -> ShapeChange:
    held = (*range(4, 13), *range(31, 36), 48, 54, *range(60, 68))
    return ShapeChange(tuple(_LIP_EDGES), held, 0.9, _lip_thickness(factor))


#: Edit in words -> its change of shape.
SHAPE_CHANGES = {
    "brows=up": _brows(-_BROWS_UP),
    "brows=down": _brows(_BROWS_DOWN),
    "nose=narrow": _nose(_NOSE_NARROW),
    "nose=wide": _nose(_NOSE_WIDE),
    "lips=full": _lips(_LIPS_FULL),
    "lips=thin": _lips(_LIPS_THIN),
}
