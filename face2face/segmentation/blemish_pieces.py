"""Pieces of skin that are blemishes: responses above a threshold, without hairs and creases.

Lengths are in interocular distances unless another unit is named. The values are empirical.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.segmentation.blemish_maps import SCALE, Neighbourhood, Signals
from face2face.segmentation.morphology import Plane, disc, select_pieces

#: Width of the surroundings in which the usual response is averaged.
_USUAL_WIDTH = 0.3
#: A response counts in that average up to this value, so that a blemish doesn't hide itself.
_MAX_USUAL = 0.13
#: Added to that average, so that noise in perfectly even skin stays below the threshold.
_MIN_USUAL = 0.02
#: At strength 1, a kind of blemish begins in at most this share of the skin.
_MAX_SHARE = 0.02

#: Least length of a line.
_LINE_LENGTH = 0.11
#: A line covers less than this share of the square of its length; more is a patch.
_LINE_FILL = 0.25

#: A piece at least this many times longer than wide may be a hair or a crease.
_ELONGATION = 1.7
#: A piece is compared with the ring between half this distance and this distance, in pixels.
_RING = 4
#: An elongated piece is a hair unless its redness exceeds this share of its darkness.
_HAIR_REDNESS = 0.4
#: The same share for a piece that runs along a crease.
_CREASE_REDNESS = 0.7
#: A piece runs along a crease that is nearer than this.
_CREASE_DISTANCE = 0.14
#: And whose direction differs by an angle with a cosine above this.
_CREASE_COSINE = 0.85
#: Variance of a pixel's own area along each axis, in square pixels: that of a unit square.
_PIXEL_VARIANCE = 1 / 12


class Thresholds(NamedTuple):
    """Thresholds of one kind of blemish at strength 1, as multiples of the usual response.

    Attributes:
        strong: A blemish has a pixel above this.
        weak: Pixels above this that are connected to such a pixel belong to the blemish.
    """

    strong: float
    weak: float


def mark(
    response: Plane,
    around: Neighbourhood,
    demand: Plane,
    thresholds: Thresholds,
    strength: float,
) -> NDArray[np.bool_]:
    """Return the pixels whose response stands out from its surroundings, ``(h, w)`` bool.

    Args:
        response: ``(h, w)`` float32, at least 0: a map of one kind of blemish.
        around: The searched pixels.
        demand: Coarse factor on the thresholds.
        thresholds: Two, for hysteresis.
        strength: Above 0; thresholds fall with its square root.
    """
    usual = around.mean(np.minimum(response, np.float32(_MAX_USUAL)), _USUAL_WIDTH) + _MIN_USUAL
    score = response / around.enlarge(usual * demand)
    rare = float(np.quantile(around.sample(score), max(0, 1 - _MAX_SHARE * strength)))
    high = max(thresholds.strong / strength**0.5, rare)
    certain = score > high
    if not certain.any():
        return certain
    low = high * thresholds.weak / thresholds.strong
    _, pieces = cv2.connectedComponents((score > low).astype(np.uint8))
    return select_pieces(pieces, pieces[certain])


def long_pieces(lines: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the connected pieces of a mask that are long and thin."""
    if not lines.any():
        return lines
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(lines.astype(np.uint8))
    length = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    thin = stats[:, cv2.CC_STAT_AREA] < _LINE_FILL * length**2
    return select_pieces(pieces, np.flatnonzero((length > _LINE_LENGTH * SCALE) & thin))


def without_hairs_and_creases(
    found: NDArray[np.bool_], creases: list[NDArray[np.floating]], signals: Signals
) -> NDArray[np.bool_]:
    """Return a mask without elongated pieces that are darker, rather than redder, than their ring.

    Args:
        found: ``(h, w)`` bool.
        creases: Lines of ``(n, 2)`` points, in pixels of that mask.
        signals: The skin's colours there.
    """
    if not found.any():
        return found
    count, pieces, stats, middles = cv2.connectedComponentsWithStats(found.astype(np.uint8))
    kept = []
    for number in range(1, count):
        left, top, width, height, _ = stats[number]
        box = (
            slice(max(top - _RING, 0), top + height + _RING),
            slice(max(left - _RING, 0), left + width + _RING),
        )
        piece = (pieces[box] == number).astype(np.uint8)
        elongation, direction = _elongation(piece)
        darkness = _contrast(piece, signals.dark[box])
        redness = _contrast(piece, signals.red[box])
        along = any(_runs_along(line, middles[number], direction) for line in creases)
        share = _CREASE_REDNESS if along else _HAIR_REDNESS
        if elongation < _ELONGATION or darkness < 0 or redness > share * darkness:
            kept.append(number)
    return select_pieces(pieces, kept)


def _runs_along(
    line: NDArray[np.floating], middle: NDArray[np.floating], direction: complex
) -> bool:
    """Return whether a piece with this middle and direction runs along a line of ``(n, 2)`` points.

    Points and directions are complex numbers, x + iy.
    """
    points = line @ (1, 1j)
    segments = np.diff(points) + 1e-6
    offsets = middle @ (1, 1j) - points[:-1]
    # The nearest point of each segment, as a share of its length, is the offset projected on it.
    nearest = np.clip((offsets / segments).real, 0, 1) * segments
    near = np.abs(offsets - nearest) < _CREASE_DISTANCE * SCALE
    # cos(angle) = |Re(conj(segment) * direction)| / |segment|
    parallel = np.abs((segments.conj() * direction).real) > _CREASE_COSINE * np.abs(segments)
    return bool((near & parallel).any())


def _elongation(piece: NDArray[np.uint8]) -> tuple[float, complex]:
    """Return how many times longer than wide a piece is, and its direction as a unit x + iy."""
    moments = cv2.moments(piece, True)
    covariance = (
        np.array([[moments["mu20"], moments["mu11"]], [moments["mu11"], moments["mu02"]]])
        / moments["m00"]
    )
    (short, long), axes = np.linalg.eigh(covariance + np.eye(2) * _PIXEL_VARIANCE)
    return float(np.sqrt(long / short)), complex(*axes[:, 1])


def _contrast(piece: NDArray[np.uint8], values: Plane) -> float:
    """Return the mean of values in a piece less their mean in the ring around it."""
    ring = cv2.dilate(piece, disc(_RING)) - cv2.dilate(piece, disc(_RING / 2))
    return cv2.mean(values, piece)[0] - cv2.mean(values, ring)[0]
