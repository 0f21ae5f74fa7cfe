"""Regions of a face as soft masks."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.face.landmarks import PARTS, interocular
from face2face.image import Extent, Image, Landmarks

#: How far above the brows the face's region reaches, how much its outline is drawn in, and how soft its edge is: in
#: interocular distances, as a share, and in interocular distances.
_FOREHEAD = 0.25
_INSET = 0.98
_SOFTNESS = 0.08
#: Where on the way from the nose's bridge to its root the face's upper half ends and its lower one begins.
_BELOW_EYES = (0.4, 0.9)


def fill(outline: NDArray[np.floating], size: int, softness: float = 0.0) -> NDArray[np.float32]:
    """The inside of a polygon of ``(n, 2)`` pixels as a ``(size, size, 1)`` mask from 0 to 1, its edge blurred by ``softness`` pixels."""
    mask = np.zeros((size, size), np.float32)
    reach = 4 * softness + 2
    low, high = (np.clip(each, 0, size).astype(int) for each in (outline.min(0) - reach, outline.max(0) + reach + 1))
    if (low < high).all():
        part = mask[low[1] : high[1], low[0] : high[0]]
        cv2.fillPoly(part, [np.round((outline - low) * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
        if softness > 0:
            part[...] = cv2.GaussianBlur(part, (0, 0), softness)
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
    mask = np.rint(255 * fill(hull, size, _SOFTNESS * unit)).astype(np.uint8)
    return np.repeat(mask, 3, axis=-1)


def extent(mask: Image) -> Extent:
    """The smallest part of a panel that holds all of a mask; all of it where the mask is empty."""
    x, y, width, height = cv2.boundingRect(mask[..., 0])
    return (slice(y, y + height), slice(x, x + width)) if width else (slice(0, mask.shape[0]), slice(0, mask.shape[1]))


def upper_face(landmarks: Landmarks, within: Extent) -> Image:
    """The eyes' side of the nose: a grey ``(rows, columns, 3)`` uint8 part of a panel, 255 there and 0 on the mouth's side, softly."""
    bridge, root = landmarks[28], landmarks[33]
    along = root - bridge
    rows, columns = (np.arange(part.start, part.stop, dtype=np.float32) for part in within)
    rows = rows[:, None]
    down = ((columns - bridge[0]) * along[0] + (rows - bridge[1]) * along[1]) / max(float(along @ along), 1e-6)
    share = np.clip((_BELOW_EYES[1] - down) / (_BELOW_EYES[1] - _BELOW_EYES[0]), 0, 1)
    return np.repeat(np.rint(255 * share).astype(np.uint8)[..., None], 3, axis=-1)


def blend(below: Image, above: Image, mask: Image) -> Image:
    """``above`` where the mask is 255, ``below`` where it is 0: all ``(h, w, 3)`` uint8."""
    weight = mask[..., 0] / np.float32(255)
    return np.asarray(cv2.blendLinear(above, below, weight, 1 - weight), np.uint8)
