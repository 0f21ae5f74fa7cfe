"""Warp a picture so that its landmarks move to given positions.

The warp is a thin-plate spline. Anchors on or around the border keep the background in place. All
landmarks are in pixels of the result; a photo may have several pixels for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import LANDMARK_COUNT, Extent, Image, Landmarks
from face2face.imaging.thin_plate import ThinPlateSplines, border_points
from face2face.landmarks import FACING, Similarity

#: Grid cells along the longer side of the result. The spline is evaluated at their centres and
#: interpolated linearly between them; evaluating it at each pixel would take far longer.
_GRID_CELLS = 48
#: Anchors on each side of the picture, which keep the background in place.
_ANCHORS_PER_SIDE = 4
#: Anchors in this upper part of the picture are moved outwards by the margin; as a share of its
#: height.
_EXTENDED_SHARE = 0.6
#: Least distance of facing points (lids, lips) in the result, as a share of their distance in the
#: photo. Closer pairs would fold the spline; the generator closes the rest.
_MIN_GAP_RATIO = 0.4
#: Landmarks of lids and lips, which may fold a spline.
_FACING_POINTS = frozenset(FACING.ravel().tolist())


@dataclass(frozen=True, eq=False)
class WarpConstraints:
    """How landmarks and the border hold a spline. Two are equal only if they are the same object.

    Attributes:
        points: Indices of the landmarks that hold it.
        stiffness: Resistance to bending, in units of the bending energy at 256 pixels; 0 follows
            the landmarks exactly. About 1 smooths out only their noise. Several hundred let a head
            move without dragging the shoulders.
        margin: Distance of the upper anchors outside the picture, as a share of its size: those at
            the top and on the upper part of both sides. The others lie on the edge.
        follow_share: Share of the landmarks' shift, turn and scale that the upper anchors follow.
            The others always stay.

    >>> WarpConstraints((27, 30, 33), stiffness=800.0, margin=0.3, follow_share=0.0).margin
    0.3
    """

    points: tuple[int, ...]
    stiffness: float
    margin: float
    follow_share: float

    @property
    def hold_skull(self) -> bool:
        """Whether the points include those of :func:`face2face.face.head_pose.with_skull`."""
        return max(self.points) >= LANDMARK_COUNT


#: Follow all landmarks closely: for the face.
FACE_CONSTRAINTS = WarpConstraints(tuple(range(68)), 1.0, 0.0, 0.0)
#: Landmarks on bone. Brows, chin, lips and lids would make hair nod with every word.
_HEAD_POINTS = (0, 1, 2, 3, 13, 14, 15, 16, *range(27, 36))
#: Points of the skull, which follow the landmarks: :func:`face2face.face.head_pose.with_skull`.
_SKULL = range(70, 82)
#: Follow rigid landmarks loosely: for hair, neck and clothes. Anchors outside the picture let hair
#: near the edge follow.
HEAD_CONSTRAINTS = WarpConstraints(_HEAD_POINTS, 800.0, 0.3, 0.0)
#: The same in front of a background that is added later: hair moves with the head. The share was
#: measured: keyframes of four people, each warped to another's pose, come nearest to it.
LOOSE_HEAD_CONSTRAINTS = WarpConstraints(_HEAD_POINTS, 400.0, 0.0, 0.6)
#: The same for a head that turns far: the skull keeps its shape, while the error of its pose moves
#: all hair. Better for the photos of five of six people, worse for one of two videos.
RIGID_HEAD_CONSTRAINTS = WarpConstraints((*_HEAD_POINTS, *_SKULL), 400.0, 0.0, 0.6)
#: Follow all landmarks of such a head closely; without its skull, the far temple would fold.
RIGID_FACE_CONSTRAINTS = WarpConstraints((*range(68), *_SKULL), 1.0, 0.0, 0.0)


def constraints_of(background_known: bool, one_pose: bool) -> tuple[WarpConstraints, ...]:
    """Return how closely hair, neck and clothes follow a head, and how closely a face does.

    Args:
        background_known: Whether the background is added after the warp.
        one_pose: Whether all keyframes show the head in the same pose, so that it turns far.
    """
    if not background_known:
        return HEAD_CONSTRAINTS, FACE_CONSTRAINTS
    if one_pose:
        return RIGID_HEAD_CONSTRAINTS, RIGID_FACE_CONSTRAINTS
    return LOOSE_HEAD_CONSTRAINTS, FACE_CONSTRAINTS


def warp(photo: Image, source: Landmarks, destination: Landmarks, size: int) -> NDArray[np.uint8]:
    """Return a photo warped so that its landmarks move to new positions.

    Args:
        photo: ``(n, n, channels)`` uint8, after :mod:`face2face.imaging.upsample`; n is a
            multiple of ``size``.
        source: ``(70, 2)``, the photo's landmarks in pixels of the result.
        destination: ``(70, 2)``, their new positions in pixels of the result.
        size: Width and height of the result, in pixels.

    Returns:
        ``(size, size, channels)`` uint8.

    >>> landmarks = np.random.default_rng(0).uniform(64, 192, (70, 2)).astype(np.float32)
    >>> photo = np.full((512, 512, 3), 100, np.uint8)
    >>> warp(photo, landmarks, landmarks + np.float32(5), 256).shape
    (256, 256, 3)
    """
    whole = (slice(0, size), slice(0, size))
    (warped,) = warp_many([photo], source[None], destination, size, FACE_CONSTRAINTS, [whole])
    return warped


def warp_many(
    photos: Sequence[Image],
    sources: NDArray[np.floating],
    destination: NDArray[np.floating],
    size: int,
    constraints: WarpConstraints,
    regions: Sequence[Extent],
    margin: int = 0,
) -> list[NDArray[np.uint8]]:
    """Return regions of several photos that are warped to the same landmarks.

    One linear system, which depends on the destination only, is solved for all photos.

    Args:
        photos: At least one ``(n, n, channels)`` uint8, after
            :mod:`face2face.imaging.upsample`; n is a multiple of ``size``, the same for all.
        sources: ``(k, 70, 2)``, the landmarks of the k photos, in pixels of the whole result; with
            constraints that hold the skull ``(k, 82, 2)``.
        destination: ``(70, 2)`` or ``(82, 2)``, their new positions, in the same pixels.
        size: Width and height of the whole result, in pixels.
        constraints: How closely the warp follows which landmarks.
        regions: For each photo, the region of its result to return; all with the same columns.
        margin: Pixels that each photo has on each side beyond what landmarks are measured in: see
            :func:`face2face.imaging.fill.extend_foreground`. They don't count in n.

    Returns:
        ``(rows, columns, channels)`` uint8 for each photo. Pixels outside a photo repeat its edge.

    >>> landmarks = np.random.default_rng(0).uniform(64, 192, (70, 2)).astype(np.float32)
    >>> photo, top = np.zeros((256, 256, 3), np.uint8), (slice(0, 90), slice(0, 256))
    >>> warp_many([photo], landmarks[None], landmarks, 256, FACE_CONSTRAINTS, [top])[0].shape
    (90, 256, 3)
    """
    first, columns = min(rows.start for rows, _ in regions), regions[0][1]
    lengths = max(rows.stop for rows, _ in regions) - first, columns.stop - columns.start
    unit, cell = size / 256, -(-max(lengths) // _GRID_CELLS)
    splines = _inverse_splines(sources, destination, size, constraints)
    y = _cell_centres(first, lengths[0], cell) / unit
    x = _cell_centres(columns.start, lengths[1], cell) / unit
    # Pixel centres have whole coordinates, in the result and in the photos.
    scale = (photos[0].shape[0] - 2 * margin) / size
    grid = np.dsplit(scale * (splines.on_grid(x, y) + 0.5) + (margin - 0.5), len(photos))
    return [
        _remap(photo, each, cell, slice(rows.start - first, rows.stop - first), lengths[1])
        for photo, each, (rows, _) in zip(photos, grid, regions, strict=True)
    ]


def _cell_centres(start: int, length: int, cell: int) -> NDArray[np.floating]:
    """Return the centres of the cells that cover a span of pixels, and of one more on each side.

    Every pixel then lies between two centres.
    """
    return start + cell * (np.arange(-1, -(-length // cell) + 1) + 0.5) - 0.5


def _inverse_splines(
    sources: NDArray[np.floating],
    destination: NDArray[np.floating],
    size: int,
    constraints: WarpConstraints,
) -> ThinPlateSplines:
    """Return the splines from places in the result to the places in each photo to read.

    This direction makes each pixel of the result one look-up. A place in the result is in 1/256 of
    its size, so that stiffness means the same at all sizes. A place in a photo is in pixels of the
    result; the caller scales it to the photo.
    """
    points, anchors, stiffness, follow_share = _constrained_points(constraints, size)
    places = np.concatenate([destination[points], anchors]) / (size / 256)
    if not _FACING_POINTS.isdisjoint(constraints.points):
        sources = _avoid_folds(sources, destination)
    held = sources[:, points]
    ends = [anchors] * len(held)
    if constraints.follow_share:
        moved = [Similarity.between(destination[points], source)(anchors) for source in held]
        ends = [anchors + follow_share * (each - anchors) for each in moved]
    values = np.concatenate([held, ends], 1).swapaxes(0, 1)
    return ThinPlateSplines(places, values.reshape(len(places), -1), stiffness)


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


def _avoid_folds(
    sources: NDArray[np.floating], destination: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Return the photos' landmarks, with lids or lips moved together where the warp would fold.

    Args:
        sources: ``(k, 70, 2)``, the photos' landmarks.
        destination: ``(70, 2)``, their new positions.

    Returns:
        ``(k, 70, 2)``.
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
) -> tuple[NDArray[np.integer], NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]:
    """Return the n points and m anchors that hold a spline.

    Returns:
        Indices of the landmarks, ``(n,)``; the anchors in pixels, ``(m, 2)``; the stiffness of
        both, ``(n + m,)``; the share of the landmarks' motion that each anchor follows, ``(m, 1)``.
    """
    anchors = _anchors(size, constraints.margin)
    return (
        np.array(constraints.points),
        anchors,
        np.repeat((constraints.stiffness, 0.0), (len(constraints.points), len(anchors))),
        constraints.follow_share * _is_upper(border_points(_ANCHORS_PER_SIDE)),
    )


def _anchors(size: int, margin: float) -> NDArray[np.floating]:
    """Return ``(n, 2)`` points around the picture in pixels, the upper ones ``margin`` outside."""
    border = border_points(_ANCHORS_PER_SIDE)
    outwards = np.where(np.abs(border) == 0.5, np.sign(border), 0)
    return (size - 1) * (0.5 + border + margin * np.where(_is_upper(border), outwards, 0))


def _is_upper(border: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which points ``(n, 2)`` of a square from -0.5 to 0.5 are upper: ``(n, 1)``."""
    return border[:, 1:] < _EXTENDED_SHARE - 0.5
