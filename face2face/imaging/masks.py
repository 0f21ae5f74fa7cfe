"""Soft masks of a face, and pictures blended by a mask."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Extent, Image, Landmarks
from face2face.landmarks import PARTS, interocular

#: Height of the forehead inside the face's mask, above the brows, in interocular distances.
_FOREHEAD = 0.25
#: Scale of the mask's outline about its centre, so that the soft edge lies on the face.
_OUTLINE_SCALE = 0.98
#: Standard deviation of the blur of the mask's edge, in interocular distances.
_SOFTNESS = 0.08
#: Start of the transition from the upper to the lower half of a face, below the eyes. It is a
#: position on the line from the nose's bridge (0) to its base (1).
_SPLIT_START = 0.4
#: End of that transition, above the lips; a position on the same line.
_SPLIT_END = 0.9
#: Least standard deviation of a blur, in pixels of a coarser mask. Masks with a softer edge are
#: blurred at a fraction of their size. This is faster and changes them by 1 or 2 grey levels.
_MIN_COARSE_SIGMA = 2.0


def polygon_mask(
    outline: NDArray[np.floating], size: int, softness: float = 0.0
) -> NDArray[np.float32]:
    """Return a mask of the inside of a polygon.

    Args:
        outline: ``(n, 2)`` corners, x and y in pixels.
        size: Width and height of the mask, in pixels.
        softness: Standard deviation of the blur of its edge, in pixels; 0 for a sharp edge.

    Returns:
        ``(size, size, 1)`` float32 from 0 outside to 1 inside.

    >>> mask = polygon_mask(np.array([[2.0, 2.0], [6.0, 2.0], [6.0, 6.0], [2.0, 6.0]]), 9)
    >>> float(mask[4, 4, 0]), float(mask[8, 8, 0])
    (1.0, 0.0)
    """
    mask = np.zeros((size, size), np.float32)
    step = max(1, int(softness // _MIN_COARSE_SIGMA))
    margin = 4 * softness + 2
    low, high = (
        np.clip(each, 0, size).astype(int)
        for each in (outline.min(0) - margin, outline.max(0) + margin + 1)
    )
    if (low < high).all():
        width, height = -(-(high - low) // step) * step
        part = np.zeros((height, width), np.float32)
        cv2.fillPoly(part, [np.round((outline - low) * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
        if softness > 0:
            coarse = cv2.resize(part, (width // step, height // step), interpolation=cv2.INTER_AREA)
            part = cv2.resize(
                cv2.GaussianBlur(coarse, (0, 0), softness / step),
                (width, height),
                interpolation=cv2.INTER_LINEAR,
            )
        mask[low[1] : high[1], low[0] : high[0]] = part[: high[1] - low[1], : high[0] - low[0]]
    return mask[..., None]


def face_mask(landmarks: Landmarks, size: int) -> Image:
    """Return a mask of the face from jaw to brows, with a soft edge.

    A generator may paint inside it. Outside, hair, neck and background keep the keyframe's sharp
    pixels.

    Args:
        landmarks: ``(70, 2)`` in pixels of the mask.
        size: Width and height of the mask, in pixels.

    Returns:
        ``(size, size, 3)`` uint8, 255 inside, all channels equal.

    >>> landmarks = np.random.default_rng(0).uniform(64, 192, (70, 2)).astype(np.float32)
    >>> face_mask(landmarks, 256)[128, 128].tolist()
    [255, 255, 255]
    """
    unit = interocular(landmarks)
    brows = np.concatenate([landmarks[PARTS["right_eyebrow"]], landmarks[PARTS["left_eyebrow"]]])
    right, left = (landmarks[PARTS[eye]].mean(0) for eye in ("right_eye", "left_eye"))
    upwards = np.array([left[1] - right[1], right[0] - left[0]]) * _FOREHEAD
    points = np.concatenate([landmarks[PARTS["jaw"]], brows + upwards])
    points = points.mean(0) + (points - points.mean(0)) * _OUTLINE_SCALE
    hull = cv2.convexHull(points.astype(np.float32))[:, 0]
    mask = cv2.convertScaleAbs(polygon_mask(hull, size, _SOFTNESS * unit), alpha=255)
    return np.asarray(cv2.merge([mask] * 3), np.uint8)


def bounding_slices(mask: Image) -> Extent:
    """Return the smallest region that holds all nonzero pixels of a mask.

    Args:
        mask: ``(h, w, channels)`` uint8; only its first channel is read.

    Returns:
        Rows and columns; the whole mask where it is empty.

    >>> mask = np.zeros((9, 9, 3), np.uint8)
    >>> mask[2:5, 7] = 255
    >>> bounding_slices(mask)
    (slice(2, 5, None), slice(7, 8, None))
    """
    x, y, width, height = cv2.boundingRect(cv2.extractChannel(mask, 0))
    return (
        (slice(y, y + height), slice(x, x + width))
        if width
        else (slice(0, mask.shape[0]), slice(0, mask.shape[1]))
    )


def split_upper_lower(landmarks: Landmarks, within: Extent) -> tuple[Extent, Extent, Image]:
    """Split a face's region into the half with the eyes and the half with the mouth.

    The halves overlap: one fades into the other along the nose.

    Args:
        landmarks: ``(70, 2)`` in pixels of the panel.
        within: The face's region of the panel.

    Returns:
        Region of the upper half, region of the lower half, and the upper half's mask. The mask is
        ``(rows, columns, 3)`` uint8 in the upper region, 255 for pixels of the upper half.

    >>> landmarks = np.zeros((70, 2), np.float32)
    >>> landmarks[33] = (0, 100)  # the nose runs from row 0 to row 100
    >>> upper, lower, mask = split_upper_lower(landmarks, (slice(0, 200), slice(0, 9)))
    >>> upper[0], lower[0]
    (slice(0, 90, None), slice(41, 200, None))
    """
    bridge, base = landmarks[28], landmarks[33]
    nose = base - bridge
    # share = clip((end - t) / (end - start)), where t is the position along the nose.
    y, x = (np.arange(part.start, part.stop, dtype=np.float32) for part in within)
    across, down = nose / max(float(nose @ nose), 1e-6) / (_SPLIT_END - _SPLIT_START)
    end = _SPLIT_END / (_SPLIT_END - _SPLIT_START)
    share = (end - (y - bridge[1]) * down)[:, None] - (x - bridge[0]) * across
    upper = cv2.convertScaleAbs(np.clip(share, 0, 1, out=share), alpha=255)
    above, below = _true_span(upper.max(1) > 0), _true_span(upper.min(1) < 255)
    first, columns = within[0].start, within[1]
    regions = [(slice(first + rows.start, first + rows.stop), columns) for rows in (above, below)]
    return regions[0], regions[1], np.asarray(cv2.merge([upper[above]] * 3), np.uint8)


def _true_span(rows: NDArray[np.bool_]) -> slice:
    """Return the slice from the first to the last True; the first element where there is none."""
    found = np.flatnonzero(rows)
    return slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, 1)


def blend(below: Image, above: Image, mask: Image) -> Image:
    """Return ``above`` where the mask is 255 and ``below`` where it is 0, mixed in between.

    Args:
        below: ``(h, w, 3)`` uint8.
        above: ``(h, w, 3)`` uint8.
        mask: ``(h, w, 3)`` uint8.

    Returns:
        ``(h, w, 3)`` uint8.

    >>> black, white = np.zeros((1, 1, 3), np.uint8), np.full((1, 1, 3), 255, np.uint8)
    >>> blend(black, white, np.full((1, 1, 3), 51, np.uint8)).tolist()
    [[[51, 51, 51]]]
    """
    upper, lower = cv2.multiply(above, mask, scale=1 / 255), cv2.bitwise_not(mask)
    # In place: allocating pictures costs more than the arithmetic.
    cv2.multiply(below, lower, dst=lower, scale=1 / 255)
    return np.asarray(cv2.add(upper, lower, dst=upper), np.uint8)
