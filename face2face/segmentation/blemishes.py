"""Blemishes of a face's skin, found without a network: spots, scratches and shine."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks
from face2face.landmarks import PARTS, interocular
from face2face.segmentation.blemish_maps import (
    SCALE,
    Neighbourhood,
    border_demand,
    crease_demand,
    grain_demand,
    hair_mask,
    line_map,
    shine_map,
    skin_signals,
    spot_map,
)
from face2face.segmentation.blemish_pieces import (
    Thresholds,
    long_pieces,
    mark,
    without_hairs_and_creases,
)
from face2face.segmentation.labels import Labels, class_mask
from face2face.segmentation.morphology import disc

# Lengths are in interocular distances. The values are empirical.
#: Thickness of the line that hides the nostrils and the nose's wings.
_NOSTRIL_WIDTH = 0.12
#: How far above the nose's base that line lies, as a share of the distance to its tip.
_NOSTRIL_HEIGHT = 0.1
#: How far above the base it lies at the nose's wings, as a share of the same distance.
_WING_HEIGHT = 0.6
#: Frames and lenses of glasses reach this far beyond the pixels that are labelled glasses.
_GLASSES_MARGIN = 0.05

#: Lower lids crease this far below themselves.
_EYE_BAG_DROP = 0.14
#: Crow's feet reach this far outwards from the eyes' corners.
_CROWS_FEET_LENGTH = 0.3
#: Start of the crease next to the mouth, from the nose's wing: outwards and down.
_SMILE_LINE_START = (0.08, -0.1)
#: Its further points, from the mouth's corner: outwards and down.
_SMILE_LINE_POINTS = ((0.12, -0.15), (0.2, 0.0), (0.2, 0.3))

#: Skin nearer than this to its border is not searched: labels are uncertain there.
_BORDER_WIDTH = 0.03
#: A marked spot or scratch grows by this on each side, to cover its soft edge.
_GROWTH = 0.02
# Thresholds are multiples of the usual response, and empirical.
#: Thresholds of spots.
_SPOT_THRESHOLDS = Thresholds(1.7, 1.0)
#: Thresholds of red scratches.
_RED_LINE_THRESHOLDS = Thresholds(1.0, 0.38)
#: Thresholds of light scars.
_LIGHT_LINE_THRESHOLDS = Thresholds(2.4, 1.0)
#: Thresholds of shine.
_SHINE_THRESHOLDS = Thresholds(3.3, 1.8)


def skin_mask(labels: Labels, landmarks: Landmarks) -> NDArray[np.bool_]:
    """Return where a parsed face is searched for blemishes, ``(h, w)`` bool.

    It covers skin and nose, without glasses and their surroundings, and without the
    nostrils and the nose's wings.

    Args:
        labels: ``(h, w)`` uint8, the class of each pixel.
        landmarks: ``(70, 2)`` of that face, in pixels.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> from face2face.segmentation.parser import labels_from_landmarks
    >>> face = (100 * AVERAGE_FACE + 200).astype(np.float32)
    >>> mask = skin_mask(labels_from_landmarks(face, 400, 400), face)
    >>> bool(mask[280, 140]), bool(mask[200, 150])  # a cheek, an eye
    (True, False)
    """
    unit = interocular(landmarks)
    hidden = class_mask(labels, ["glasses"]).astype(np.uint8)
    if hidden.any():
        hidden = cv2.dilate(hidden, disc(_GLASSES_MARGIN * unit))
    base = landmarks[PARTS["nose"]][4:]
    up = landmarks[30] - landmarks[33]
    right_wing, left_wing = base[0] + _WING_HEIGHT * up, base[-1] + _WING_HEIGHT * up
    line = np.rint([right_wing, *(base + _NOSTRIL_HEIGHT * up), left_wing]).astype(np.int32)
    cv2.polylines(hidden, [line], False, 1, max(1, round(_NOSTRIL_WIDTH * unit)))
    return class_mask(labels, ["skin", "nose"]) & (hidden == 0)


def crease_lines(landmarks: Landmarks) -> list[NDArray[np.float32]]:
    """Return where a face creases: next to the mouth, and next to and below the eyes.

    Args:
        landmarks: ``(70, 2)``, in pixels.

    Returns:
        Six lines of ``(n, 2)`` float32 points, in the same pixels.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> [len(line) for line in crease_lines(AVERAGE_FACE)]
    [4, 2, 4, 4, 2, 4]
    """
    across = landmarks[45] - landmarks[36]
    across = across / max(float(np.hypot(*across)), 1e-6) * interocular(landmarks)
    down = np.array([-across[1], across[0]])
    lines = []
    for outwards, lid, wing, corner in (
        (-across, [36, 41, 40, 39], 31, 48),
        (across, [45, 46, 47, 42], 35, 54),
    ):
        start = landmarks[wing] + _SMILE_LINE_START[0] * outwards + _SMILE_LINE_START[1] * down
        smile = [landmarks[corner] + x * outwards + y * down for x, y in _SMILE_LINE_POINTS]
        lines.append(np.array([start, *smile]))
        eye = landmarks[lid[0]]
        lines.append(np.array([eye, eye + _CROWS_FEET_LENGTH * outwards]))
        lines.append(landmarks[lid] + _EYE_BAG_DROP * down)
    return [line.astype(np.float32) for line in lines]


def detect_blemishes(
    photo: Image,
    skin: NDArray[np.bool_],
    unit: float,
    strength: float = 1.0,
    creases: Sequence[NDArray[np.floating]] = (),
) -> NDArray[np.uint8]:
    """Return where a face's skin has spots, scratches or shine: ``(h, w)`` uint8, 0 or 255.

    Spots are redder or darker than the skin on all sides. Scratches are thin lines, redder or
    lighter than the skin. Shine is a light spot without colour. Each is compared with its
    surroundings, so thresholds are higher in freckles and stubble than in smooth skin. Hair and
    the skin's border are left out.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        skin: ``(h, w)`` bool, the pixels to search: see :func:`skin_mask`.
        unit: Interocular distance, in pixels.
        strength: 0 finds nothing, 1 clear blemishes, 2 faint ones too.
        creases: Lines of ``(n, 2)`` points in the photo's pixels, see :func:`crease_lines`. Dark
            lines along them are creases, not scratches.

    >>> photo = np.full((160, 160, 3), (205, 160, 135), np.uint8)
    >>> photo[78:83, 78:83] = (150, 95, 75)
    >>> skin = np.zeros((160, 160), bool)
    >>> skin[20:140, 20:140] = True
    >>> mask = detect_blemishes(photo, skin, 60.0)
    >>> int(mask[80, 80]), int(mask[40, 40])
    (255, 0)
    """
    mask = np.zeros(skin.shape, np.uint8)
    x, y, width, height = cv2.boundingRect(skin.astype(np.uint8))
    size = [round(each * SCALE / unit) for each in (width, height)]
    if strength <= 0 or min(size) < 2:
        return mask
    rows, columns = slice(y, y + height), slice(x, x + width)
    interpolation = cv2.INTER_AREA if unit > SCALE else cv2.INTER_LINEAR
    inside = 255 * skin[rows, columns].astype(np.uint8)
    small, within = (
        cv2.resize(each, size, interpolation=interpolation)
        for each in (photo[rows, columns], inside)
    )
    lines = [(np.asarray(line) - (x, y)) * SCALE / unit for line in creases]
    found = cv2.resize(
        _detect_at_scale(small, within == 255, strength, lines),
        (width, height),
        interpolation=cv2.INTER_LINEAR,
    )
    mask[rows, columns] = cv2.bitwise_and(cv2.compare(found, 127, cv2.CMP_GT), inside)
    return mask


def count_missed(found: NDArray[np.uint8], more: NDArray[np.uint8]) -> int:
    """Return the number of connected pieces of a second mask that don't touch the first.

    Args:
        found: ``(h, w)`` uint8, 0 or 255: blemishes found at some strength.
        more: The same, at a higher strength.

    >>> found, more = np.zeros((2, 9, 9), np.uint8)
    >>> found[1:3, 1:3] = more[1:4, 1:4] = more[6:8, 6:8] = 255
    >>> count_missed(found, more)
    1
    """
    x, y, width, height = cv2.boundingRect(more)
    part = np.s_[y : y + height, x : x + width]
    if not width:
        return 0
    count, pieces = cv2.connectedComponents(more[part])
    return count - 1 - len(np.setdiff1d(pieces[found[part] > 0], 0))


def _detect_at_scale(
    photo: Image, skin: NDArray[np.bool_], strength: float, creases: list[NDArray[np.floating]]
) -> NDArray[np.uint8]:
    """Return the mask of :func:`detect_blemishes` for a photo scaled to :data:`SCALE`.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB, with :data:`SCALE` pixels between the eyes.
        skin: ``(h, w)`` bool.
        strength: Above 0.
        creases: Lines of ``(n, 2)`` points, in this photo's pixels.
    """
    bordered = cv2.copyMakeBorder(skin.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth = cv2.distanceTransform(bordered, cv2.DIST_L2, 3)[1:-1, 1:-1] / SCALE
    inside = depth > _BORDER_WIDTH
    if not inside.any():
        return np.zeros(skin.shape, np.uint8)
    signals = skin_signals(photo)
    around = Neighbourhood(inside)
    inside = inside & ~hair_mask(signals.dark, around)
    near_border = border_demand(depth, around)
    demand = near_border * crease_demand(signals.dark, around) * grain_demand(signals.stain, around)
    red_lines, light_lines, spots = (
        mark(response, around, demand, thresholds, strength)
        for response, thresholds in (
            (line_map(signals.red, inside), _RED_LINE_THRESHOLDS),
            (line_map(signals.pale, inside), _LIGHT_LINE_THRESHOLDS),
            (spot_map(signals.stain, inside), _SPOT_THRESHOLDS),
        )
    )
    found = long_pieces(red_lines | light_lines) | spots
    found = without_hairs_and_creases(found, creases, signals)
    grown = cv2.dilate(found.astype(np.uint8), disc(_GROWTH * SCALE)) > 0
    shine = shine_map(photo, inside)
    grown |= mark(shine, around, near_border, _SHINE_THRESHOLDS, strength)
    return np.where(grown, np.uint8(255), np.uint8(0))
