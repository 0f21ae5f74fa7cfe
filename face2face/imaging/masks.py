"""Regions of a face as soft masks."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Extent, Image, Landmarks
from face2face.landmarks import PARTS, interocular

#: How far above the brows the face's region reaches, how much its outline is drawn in, and how soft its edge is: in
#: interocular distances, as a share, and in interocular distances.
_FOREHEAD = 0.25
_INSET = 0.98
_SOFTNESS = 0.08
#: Where on the way from the nose's bridge to its root the face's upper half ends and its lower one begins.
_BELOW_EYES = (0.4, 0.9)
#: A mask whose edge is softer than twice so many pixels is made coarser and enlarged: that alters it by a grey level or two, and blurring
#: is what takes time.
_SOFT = 2.0


def polygon_mask(
    outline: NDArray[np.floating], size: int, softness: float = 0.0
) -> NDArray[np.float32]:
    """The inside of a polygon of ``(n, 2)`` pixels as a ``(size, size, 1)`` mask from 0 to 1, its edge blurred by ``softness`` pixels."""
    mask = np.zeros((size, size), np.float32)
    step = max(1, int(softness // _SOFT))
    reach = 4 * softness + 2
    low, high = (
        np.clip(each, 0, size).astype(int)
        for each in (outline.min(0) - reach, outline.max(0) + reach + 1)
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
    """Where the face itself is, from jaw to brows: a grey ``(size, size, 3)`` uint8 panel, 255 inside, with a soft edge.

    Within it a generator may paint; hair, neck and background beyond it are the keyframe's own pixels, and stay sharp.
    """
    unit = interocular(landmarks)
    brows = np.concatenate([landmarks[PARTS["right_eyebrow"]], landmarks[PARTS["left_eyebrow"]]])
    right, left = (landmarks[PARTS[eye]].mean(0) for eye in ("right_eye", "left_eye"))
    upwards = np.array([left[1] - right[1], right[0] - left[0]]) * _FOREHEAD
    points = np.concatenate([landmarks[PARTS["jaw"]], brows + upwards])
    points = points.mean(0) + (points - points.mean(0)) * _INSET
    hull = cv2.convexHull(points.astype(np.float32))[:, 0]
    mask = cv2.convertScaleAbs(polygon_mask(hull, size, _SOFTNESS * unit), alpha=255)
    return np.asarray(cv2.merge([mask] * 3), np.uint8)


def bounding_slices(mask: Image) -> Extent:
    """The smallest part of a panel that holds all of a mask; all of it where the mask is empty."""
    x, y, width, height = cv2.boundingRect(cv2.extractChannel(mask, 0))
    return (
        (slice(y, y + height), slice(x, x + width))
        if width
        else (slice(0, mask.shape[0]), slice(0, mask.shape[1]))
    )


def split_upper_lower(landmarks: Landmarks, within: Extent) -> tuple[Extent, Extent, Image]:
    """The eyes' and the mouth's half of a face, which pass into each other along the nose.

    Args:
        landmarks: ``(68, 2)``.
        within: The face's part of the panel.

    Returns:
        The rows of that part in which the upper half is, those in which the lower one is, and of the former which pixels are the upper
        half's: ``(rows, columns, 3)`` uint8, 255 where they are and 0 where they are the lower one's.
    """
    bridge, root = landmarks[28], landmarks[33]
    along = root - bridge
    y, x = (np.arange(part.start, part.stop, dtype=np.float32) for part in within)
    across, down = along / max(float(along @ along), 1e-6) / (_BELOW_EYES[1] - _BELOW_EYES[0])
    level = _BELOW_EYES[1] / (_BELOW_EYES[1] - _BELOW_EYES[0])
    share = (level - (y - bridge[1]) * down)[:, None] - (x - bridge[0]) * across
    upper = cv2.convertScaleAbs(np.clip(share, 0, 1, out=share), alpha=255)
    above, below = _rows(upper.max(1) > 0), _rows(upper.min(1) < 255)
    first, columns = within[0].start, within[1]
    placed = [(slice(first + rows.start, first + rows.stop), columns) for rows in (above, below)]
    return placed[0], placed[1], np.asarray(cv2.merge([upper[above]] * 3), np.uint8)


def _rows(wanted: NDArray[np.bool_]) -> slice:
    """From the first that is wanted to the last; the first of all where none is."""
    found = np.flatnonzero(wanted)
    return slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, 1)


def blend(below: Image, above: Image, mask: Image) -> Image:
    """``above`` where the mask is 255, ``below`` where it is 0: all ``(h, w, 3)`` uint8."""
    upper, lower = cv2.multiply(above, mask, scale=1 / 255), cv2.bitwise_not(mask)
    # In place: new pictures cost more than the sums.
    cv2.multiply(below, lower, dst=lower, scale=1 / 255)
    return np.asarray(cv2.add(upper, lower, dst=upper), np.uint8)
