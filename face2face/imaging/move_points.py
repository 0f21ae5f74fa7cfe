"""Move points of a picture with the pixels around them; the rest stays the same to the bit."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Box, Image
from face2face.imaging.thin_plate import ThinPlateSplines, border_points

#: Grid cells along the longer side. The spline is evaluated at their corners and interpolated
#: linearly between them.
_GRID_CELLS = 64
#: Anchors on each side of the square, which don't move.
_ANCHORS_PER_SIDE = 4
#: Width of the zone along the square's border in which the moves fade, as a share of its side.
_FADE = 0.15
#: Resistance to bending. Points are still hit, and two may lie at one place, as those of shut lips.
_STIFFNESS = 1e-5
#: Moves smaller than this aren't visible, in pixels: the photo's own pixel is kept.
_MIN_MOVE = 0.05


def move_points(
    photo: Image, points: NDArray[np.floating], wanted: NDArray[np.floating], square: Box
) -> Image:
    """Return a copy of a photo with some points moved, by a thin-plate spline.

    The moves fade towards the border of the square. Every pixel is read from the photo once.
    Nothing is blended, so nothing shows twice.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        points: ``(n, 2)``, x and y in pixels.
        wanted: ``(n, 2)``, their new places; equal to ``points`` where one stays.
        square: Pixels outside stay the same to the bit. It may reach beyond the photo.

    Returns:
        ``(h, w, 3)`` uint8 RGB.

    >>> photo = np.zeros((60, 60, 3), np.uint8)
    >>> photo[28:33, 28:33] = 255
    >>> moved = move_points(photo, np.array([[30.0, 30]]), np.array([[36.0, 30]]), Box(0, 0, 60))
    >>> moved[30, [30, 36], 0].tolist()
    [0, 255]
    """
    rows, columns = square.extent(photo.shape)
    result = photo.copy()
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return result
    moves = _backward_moves(points, wanted, square, rows, columns)
    across, down = np.abs(moves).transpose(2, 0, 1)
    visible = np.maximum(across, down) >= _MIN_MOVE
    place = np.indices(visible.shape, np.float32)[::-1].transpose(1, 2, 0)
    old = np.ascontiguousarray(photo[rows, columns])
    new = cv2.remap(old, place + moves, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    result[rows, columns] = np.where(visible[..., None], new, old)
    return result


def _backward_moves(
    points: NDArray[np.floating],
    wanted: NDArray[np.floating],
    square: Box,
    rows: slice,
    columns: slice,
) -> NDArray[np.float32]:
    """Return the way from each pixel of the result to the place to read, ``(h, w, 2)``, x and y."""
    corner = np.array((square.x, square.y))
    anchors = (border_points(_ANCHORS_PER_SIDE) + 0.5) * square.side
    places = np.concatenate([wanted - corner, anchors]) / square.side
    values = np.concatenate([points - wanted, np.zeros_like(anchors)])
    spline = ThinPlateSplines(places, values, np.full(len(places), _STIFFNESS))
    ticks = np.linspace(0, 1, _GRID_CELLS + 1)
    inwards = np.clip(np.minimum(ticks, 1 - ticks) / _FADE, 0, 1)
    inwards = inwards * inwards * (3 - 2 * inwards)
    grid = spline.on_grid(ticks, ticks) * (inwards[:, None] * inwards)[..., None]
    # Pixels of the square -> places in the grid, whose corners lie at whole numbers.
    scale = _GRID_CELLS / square.side
    to_grid = np.array(
        [
            [scale, 0, (columns.start - square.x) * scale],
            [0, scale, (rows.start - square.y) * scale],
        ]
    )
    size = (columns.stop - columns.start, rows.stop - rows.start)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moves = cv2.warpAffine(
        grid.astype(np.float32), to_grid, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moves, np.float32)
