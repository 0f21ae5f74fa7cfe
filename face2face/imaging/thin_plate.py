"""Thin-plate splines (Bookstein, *Principal warps*, IEEE PAMI 1989)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

#: Added to squared distances, so that the logarithm of zero distance stays finite.
_MIN_SQUARED = np.finfo(np.float32).tiny


class ThinPlateSplines:
    """Several thin-plate splines with the same control points.

    SciPy's ``RBFInterpolator`` does the same, but takes longer to import than the rest of the live
    program and several times as long to evaluate.

    Args:
        places: ``(n, 2)`` control points, not all on one line.
        values: ``(n, k)``, the value of each of k splines at each control point.
        stiffness: ``(n,)``, resistance to bending at each control point; 0 passes through the
            point, more comes less near to it.

    >>> corners = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]])
    >>> splines = ThinPlateSplines(corners, corners, np.zeros(4))
    >>> np.round(splines.on_grid(np.array([1.0]), np.array([0.5])), 3).tolist()
    [[[1.0, 0.5]]]
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


def border_points(per_side: int) -> NDArray[np.floating]:
    """Return points on the border of a square from -0.5 to 0.5, ``(4 * per_side, 2)``.

    They begin at the upper left corner and go round through the upper right one.

    >>> border_points(1).tolist()
    [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]
    """
    ticks = np.linspace(-0.5, 0.5, per_side + 1)[:-1]
    low, high = np.full_like(ticks, -0.5), np.full_like(ticks, 0.5)
    sides = [(ticks, low), (high, ticks), (-ticks, high), (low, -ticks)]
    return np.concatenate([np.stack(side, -1) for side in sides])


def _tps_kernel(dx: NDArray[np.floating], dy: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return twice the kernel of thin-plate splines: ``r**2 * log(r**2)`` with r = (dx, dy)."""
    squared = dx * dx + (dy * dy + _MIN_SQUARED)
    # OpenCV's logarithm takes a third of NumPy's time.
    kernel = cv2.log(squared)
    kernel *= squared
    return np.asarray(kernel)
