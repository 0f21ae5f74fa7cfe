"""Warp a picture so that its landmarks move to given positions.

The warp is a thin-plate spline (Bookstein, *Principal warps*, IEEE PAMI 1989), held at the border.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Extent, Image, Landmarks
from face2face.landmarks import FACING

#: Grid cells along the longer side of the result. The spline is evaluated at their centres and
#: interpolated linearly between them; evaluating it at each pixel would take far longer.
_GRID_CELLS = 24
#: Anchors on each side of the picture, which keep the background in place.
_ANCHORS_PER_SIDE = 4
#: Part of the picture, from its top, whose anchors may lie outside it; as a share of its height.
_EXTENDED_SHARE = 0.6
#: Least distance of facing points (lids, lips) in the result, as a share of their distance in the
#: photo. Closer pairs would fold the spline; the generator closes the rest.
_MIN_GAP_RATIO = 0.4
#: Photos narrower than this are upsampled before they are read, in pixels.
_MIN_SAMPLING_SIZE = 512
#: Standard deviation of the blur that presharpening undoes, in pixels of the photo.
_SHARPEN_SIGMA = 0.8
#: Share of the fine detail that reading an upsampled photo loses.
_LOSS_UPSAMPLED = 0.2
#: Share of the fine detail that reading a photo at its own size loses.
_LOSS_PLAIN = 0.4
#: Added to squared distances, so that the logarithm of zero distance stays finite.
_MIN_SQUARED = np.finfo(np.float32).tiny


@dataclass(frozen=True, eq=False)
class WarpConstraints:
    """How landmarks and the border hold a spline. Two are equal only if they are the same object.

    Attributes:
        points: Indices of the landmarks that hold it.
        stiffness: Resistance to bending, in units of the bending energy at 256 pixels. At 1, only
            the noise of the landmarks is smoothed out; at some hundreds, a head moves without
            dragging the shoulders.
        margin: Distance of the anchors from the picture's top and upper sides, as a share of its
            size. The lower anchors lie on the edge.
    """

    points: tuple[int, ...]
    stiffness: float
    margin: float


#: Follow all landmarks closely: for the face.
FACE_CONSTRAINTS = WarpConstraints(tuple(range(68)), 1.0, 0.0)
#: Follow rigid landmarks loosely: for hair, neck and clothes. Brows, chin, lips and lids would
#: make them nod with every word. Anchors outside the picture let hair near the edge follow.
HEAD_CONSTRAINTS = WarpConstraints((0, 1, 2, 3, 13, 14, 15, 16, *range(27, 36)), 800.0, 0.3)


def presharpen(photo: Image) -> Image:
    """Return a photo sharpened by as much as :func:`warp` will blur it.

    Args:
        photo: ``(h, w, channels)`` uint8.

    Returns:
        ``(h, w, channels)`` uint8.

    >>> int(presharpen(np.full((4, 4, 3), 100, np.uint8)).max())
    100
    """
    blurred = cv2.GaussianBlur(photo, (0, 0), _SHARPEN_SIGMA)
    loss = _LOSS_UPSAMPLED if photo.shape[0] < _MIN_SAMPLING_SIZE else _LOSS_PLAIN
    return np.asarray(cv2.addWeighted(photo, 1 + loss, blurred, -loss, 0), np.uint8)


def upsample(photo: Image) -> Image:
    """Return a small photo enlarged by a whole number, so that it is sharp when read linearly.

    Linear reading at the photo's own size loses a third of its sharpness; cubic reading takes three
    times as long.

    Args:
        photo: ``(size, size, channels)`` uint8.

    Returns:
        ``(n * size, n * size, channels)`` uint8; the photo itself from 257 pixels on.

    >>> upsample(np.zeros((256, 256, 3), np.uint8)).shape
    (512, 512, 3)
    """
    factor = max(1, _MIN_SAMPLING_SIZE // photo.shape[0])
    if factor == 1:
        return photo
    return np.asarray(
        cv2.resize(photo, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8
    )


def warp(photo: Image, source: Landmarks, destination: Landmarks, size: int) -> NDArray[np.uint8]:
    """Return a photo warped so that its landmarks move to new positions.

    Args:
        photo: ``(n, n, channels)`` uint8, after :func:`presharpen` and :func:`upsample`; n is a
            multiple of ``size``.
        source: ``(68, 2)``, the photo's landmarks in pixels of the result.
        destination: ``(68, 2)``, their new positions in pixels of the result.
        size: Width and height of the result, in pixels.

    Returns:
        ``(size, size, channels)`` uint8.
    """
    whole = (slice(0, size), slice(0, size))
    (warped,) = warp_many([photo], source[None], destination, size, FACE_CONSTRAINTS, [whole])
    return warped


def warp_many(
    photos: Sequence[Image],
    sources: NDArray[np.floating],
    destination: Landmarks,
    size: int,
    constraints: WarpConstraints,
    regions: Sequence[Extent],
) -> list[NDArray[np.uint8]]:
    """Return regions of several photos that are warped to the same landmarks.

    One linear system, which depends on the destination only, is solved for all photos.

    Args:
        photos: At least one ``(n, n, channels)`` uint8, after :func:`presharpen` and
            :func:`upsample`; n is a multiple of ``size``.
        sources: ``(photos, 68, 2)``, their landmarks in pixels of the whole result.
        destination: ``(68, 2)``, the landmarks' new positions, in the same pixels.
        size: Width and height of the whole result, in pixels.
        constraints: How closely the warp follows which landmarks.
        regions: The region of each result to return, all with the same columns.

    Returns:
        ``(rows, columns, channels)`` uint8 for each photo. Pixels from outside a photo repeat its
        edge.
    """
    first, columns = min(rows.start for rows, _ in regions), regions[0][1]
    lengths = max(rows.stop for rows, _ in regions) - first, columns.stop - columns.start
    points, anchors, stiffness = _constrained_points(constraints, size)
    unit = size / 256
    # The splines map the result to the photos, so each pixel of the result is found by one look-up.
    places = np.concatenate([destination[points], anchors]) / unit
    values = np.stack(
        [
            np.concatenate([source[points], anchors])
            for source in _avoid_folds(sources, destination)
        ],
        1,
    )
    splines = _ThinPlateSplines(places, values.reshape(len(places), -1), stiffness)
    cell = -(-max(lengths) // _GRID_CELLS)
    # One more cell on each side: every pixel then lies between two cells' centres.
    y, x = (
        start + cell * (np.arange(-1, -(-length // cell) + 1) + 0.5) - 0.5
        for start, length in zip((first, columns.start), lengths, strict=True)
    )
    # Pixel centres have whole coordinates, in the result and in the photos.
    grid = photos[0].shape[0] / size * (splines.on_grid(x / unit, y / unit) + 0.5) - 0.5
    return [
        _remap(
            photo,
            grid[..., 2 * number : 2 * number + 2],
            cell,
            slice(rows.start - first, rows.stop - first),
            lengths[1],
        )
        for number, (photo, (rows, _)) in enumerate(zip(photos, regions, strict=True))
    ]


def _remap(
    photo: Image, grid: NDArray[np.float32], cell: int, rows: slice, width: int
) -> NDArray[np.uint8]:
    """Return some rows of a photo read at coordinates that a coarse grid gives.

    Args:
        photo: ``(n, n, channels)`` uint8.
        grid: ``(cell rows, cell columns, 2)``, x and y in the photo, with a margin of one cell.
        cell: Width and height of a cell in pixels.
        rows: Rows of the result to read, counted from the grid's first cell inside the margin.
        width: Columns of the result.
    """
    above = rows.start // cell
    fine = cv2.resize(
        grid[above : -(-rows.stop // cell) + 2],
        None,
        fx=cell,
        fy=cell,
        interpolation=cv2.INTER_LINEAR,
    )
    top = cell * (1 - above)
    coordinates = fine[top + rows.start : top + rows.stop, cell : cell + width]
    return np.asarray(
        cv2.remap(photo, coordinates, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


class _ThinPlateSplines:
    """Several thin-plate splines with the same control points.

    SciPy's ``RBFInterpolator`` does the same, but takes longer to import than the rest of the live
    program and several times as long to evaluate.

    Args:
        places: ``(n, 2)`` control points, not all on one line.
        values: ``(n, k)``, the value of each of k splines at each control point.
        stiffness: ``(n,)``, how far each control point may be missed to save bending.
    """

    def __init__(
        self,
        places: NDArray[np.floating],
        values: NDArray[np.floating],
        stiffness: NDArray[np.floating],
    ) -> None:
        count = len(places)
        self._centre = places.sum(0) / count
        self._places = places - self._centre
        x, y = self._places.T
        # [[K + 2 diag(stiffness), P], [P', 0]] weights = [values, 0], where P is (1, x, y).
        system, right = np.zeros((count + 3, count + 3)), np.zeros((count + 3, values.shape[1]))
        system[:count, :count] = _tps_kernel(x[:, None] - x, y[:, None] - y)
        system.flat[: count * (count + 4) : count + 4] = 2 * stiffness
        system[:count, count] = system[count, :count] = 1
        system[:count, count + 1 :] = self._places
        system[count + 1 :, :count] = self._places.T
        right[:count] = values
        self._weights = np.linalg.solve(system, right)

    def on_grid(self, x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the values at all pairs of ``(columns,)`` x and ``(rows,)`` y.

        Returns:
            ``(rows, columns, k)`` float32.
        """
        x, y = (
            (each - centre).astype(np.float32)[:, None]
            for each, centre in zip((x, y), self._centre, strict=True)
        )
        places, weights = self._places.astype(np.float32), self._weights.astype(np.float32)
        kernel = _tps_kernel(x - places[:, 0], (y - places[:, 1])[:, None])
        offset, slope_x, slope_y = weights[-3:]
        return np.asarray(kernel @ weights[:-3] + (offset + slope_x * x) + (slope_y * y)[:, None])


def _tps_kernel(dx: NDArray[np.floating], dy: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return twice the kernel of thin-plate splines: ``r**2 * log(r**2)`` with r = (dx, dy)."""
    squared = dx * dx + (dy * dy + _MIN_SQUARED)
    # OpenCV's logarithm takes a third of NumPy's time.
    kernel = cv2.log(squared)
    kernel *= squared
    return np.asarray(kernel)


def _avoid_folds(sources: NDArray[np.floating], destination: Landmarks) -> NDArray[np.floating]:
    """Return the photos' landmarks, with facing points moved together where the warp would fold.

    Args:
        sources: ``(k, 68, 2)``, the photos' landmarks.
        destination: ``(68, 2)``, their new positions.

    Returns:
        ``(k, 68, 2)``.
    """
    upper, lower = FACING.T
    gaps, new_gaps = sources[:, lower] - sources[:, upper], destination[lower] - destination[upper]
    kept = (new_gaps * gaps).sum(2) / np.maximum(_MIN_GAP_RATIO * (gaps * gaps).sum(2), 1e-6)
    shift = gaps * (np.maximum(1 - kept, 0) / 2)[..., None]
    unfolded = sources.copy()
    unfolded[:, upper] += shift
    unfolded[:, lower] -= shift
    return unfolded


@lru_cache(maxsize=16)
def _constrained_points(
    constraints: WarpConstraints, size: int
) -> tuple[NDArray[np.integer], NDArray[np.floating], NDArray[np.floating]]:
    """Return landmark indices ``(n,)``, anchors ``(m, 2)`` in pixels, stiffness ``(n + m,)``."""
    anchors = _anchors(size, constraints.margin)
    return (
        np.array(constraints.points),
        anchors,
        np.repeat((constraints.stiffness, 0.0), (len(constraints.points), len(anchors))),
    )


def _anchors(size: int, margin: float) -> NDArray[np.floating]:
    """Return ``(n, 2)`` points around the picture in pixels, the upper ones outside its edge."""
    ticks = np.linspace(-0.5, 0.5, _ANCHORS_PER_SIDE + 1)[:-1]
    low, high = np.full_like(ticks, -0.5), np.full_like(ticks, 0.5)
    sides = [(ticks, low), (high, ticks), (-ticks, high), (low, -ticks)]
    border = np.concatenate([np.stack(side, -1) for side in sides])
    outwards = np.where(np.abs(border) == 0.5, np.sign(border), 0)
    extended = border[:, 1:] < _EXTENDED_SHARE - 0.5
    return (size - 1) * (0.5 + border + margin * np.where(extended, outwards, 0))
