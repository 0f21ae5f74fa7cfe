"""Blemishes of a face's skin, found without a network: spots, scratches and shine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks
from face2face.landmarks import PARTS, interocular
from face2face.segmentation.labels import Labels, class_mask

_Plane = NDArray[np.float32]
#: Faces are looked at with so many pixels between the eyes, and what is finer than so many of these pixels is noise.
_SCALE, _NOISE = 100.0, 0.85
# All lengths from here on are in interocular distances.
#: How thick the line is that hides nostrils and the nose's wings; how far above the nose's base it lies between them, and how far up it
#: goes at them, as shares of the way to its tip; how wide frames and lenses spread beyond where glasses are parsed.
_NOSTRILS, _ABOVE, _WINGS, _FRAMES = 0.12, 0.1, 0.6, 0.05
#: What is parsed as skin is believed so far from its border.
_BORDER = 0.03
#: How much darkness tells beside redness; of a light line, how much paleness tells beside lightness.
_DARKNESS, _PALENESS = 0.18, 0.4
#: Wider than this nothing is a spot, or a gleam; lines are narrower than this, straight for so long, and so long altogether.
_SPOT, _GLEAM, _LINE, _STRAIGHT, _LENGTH = 0.19, 0.4, 0.04, 0.04, 0.11
#: A line covers at most so much of the square of its length.
_FILLED = 0.25
#: Gleams, and all that is around a place, are looked at at so much coarser a scale. Gleams are blurred so much; how much their brightness
#: tells beside their lack of colour.
_COARSE, _BLURRED, _BRIGHTNESS = 4, 0.03, 0.5
#: How far around a place is looked for more of the same; a single one counts for at most so much, and nothing at all for so much.
_AROUND, _MOST_EACH, _LEAST_EACH = 0.3, 0.13, 0.02
#: By how many times spots, red lines, light lines and gleams exceed what is usual around them, at strength 1, and by how many times
#: whatever is joined to them.
_SPOTS, _RED_LINES, _LIGHT_LINES, _GLEAMS = (1.7, 1.0), (1.0, 0.38), (2.4, 1.0), (3.3, 1.8)
#: At strength 1 no more than this share of the skin is so much of one kind: of many alike, only those that stand out are found.
_MOST = 0.02
#: Darkness is compared between surroundings so wide; how much more is asked where the nearer are darker, where light falls off, and near
#: the skin's border.
_NEAR, _FAR, _SMOOTH = 0.14, 0.43, 0.035
_HOLLOW, _SLOPE, _SHALLOW = 3.5, 10.0, 0.35
#: What is finer than this is detail. Hair is where in surroundings so wide so large a share of the pixels has so many times the skin's
#: usual detail, which is at least so much; and a photo whose stains have more detail than this is so grainy that more is asked.
_FINE, _TUFT, _HAIRY, _DETAIL, _EVEN, _GRAIN = 0.025, 0.45, 0.52, 2.1, 0.003, 0.007
#: Faces fold so far below the lower lids, so far outwards from the eyes, and so far outwards and below the mouth's corners.
_BAG, _CROWS_FEET, _SMILE = 0.14, 0.3, ((0.12, -0.15), (0.2, 0.0), (0.2, 0.3))
#: What is so many times longer than wide, and darker than what is so many pixels beside it, is redder than that by more than so large a
#: share, or it is a hair; more than so large a one, or a fold where it is so near to one and so parallel to it, as a cosine.
_ELONGATED, _BESIDE, _HAIR, _FOLD, _NEARBY, _PARALLEL = 1.7, 4, 0.4, 0.7, 0.14, 0.85
#: How much farther than what was found spots and scratches reach, on each side.
_GROWN = 0.02
#: Added to light before its logarithm is taken: in the dark there is only noise.
_DIM = 8
_LOGARITHMS = np.log(np.arange(256, dtype=np.float32) + _DIM)
#: More than any difference between logarithms of light.
_HIGH = 99.0


def skin_mask(labels: Labels, landmarks: Landmarks) -> NDArray[np.bool_]:
    """Where in a parsed face blemishes are looked for, ``(h, w)`` bool: its skin and nose, but no nostrils and nothing next to glasses.

    Args:
        labels: ``(h, w)`` uint8.
        landmarks: ``(68, 2)`` of that face.
    """
    unit = interocular(landmarks)
    hidden = class_mask(labels, ["glasses"]).astype(np.uint8)
    if hidden.any():
        hidden = cv2.dilate(hidden, _disk(_FRAMES * unit))
    base = landmarks[PARTS["nose"]][4:]
    up = landmarks[30] - landmarks[33]
    base = np.array([base[0] + _WINGS * up, *(base + _ABOVE * up), base[-1] + _WINGS * up])
    cv2.polylines(
        hidden, [np.rint(base).astype(np.int32)], False, 1, max(1, round(_NOSTRILS * unit))
    )
    return class_mask(labels, ["skin", "nose"]) & (hidden == 0)


def crease_lines(landmarks: Landmarks) -> list[NDArray[np.float32]]:
    """Where a face of ``(68, 2)`` landmarks folds: lines of ``(n, 2)`` points beside the mouth, and beside and below the eyes."""
    across = landmarks[45] - landmarks[36]
    across = across / max(float(np.hypot(*across)), 1e-6) * interocular(landmarks)
    down = np.array([-across[1], across[0]])
    lines = []
    for outwards, lid, wing, corner in (
        (-across, [36, 41, 40, 39], 31, 48),
        (across, [45, 46, 47, 42], 35, 54),
    ):
        smile = [landmarks[corner] + out * outwards + below * down for out, below in _SMILE]
        lines.append(np.array([landmarks[wing] + 0.08 * outwards - 0.1 * down, *smile]))
        lines.append(np.array([landmarks[lid[0]], landmarks[lid[0]] + _CROWS_FEET * outwards]))
        lines.append(landmarks[lid] + _BAG * down)
    return [line.astype(np.float32) for line in lines]


def detect_blemishes(
    photo: Image,
    skin: NDArray[np.bool_],
    unit: float,
    strength: float = 1.0,
    creases: Sequence[NDArray[np.floating]] = (),
) -> NDArray[np.uint8]:
    """Where a face's skin has spots, scratches or shine: ``(h, w)`` uint8, 255 there.

    Spots are what is redder or darker than the skin in every direction nearby (top hats by line segments, whose maximum over directions is
    an opening that keeps all that is long: Soille, *Morphological Image Analysis*, 2003, section 8.2); scratches are what is thinner than a
    disk but longer than a segment; gleams are spots of light without colour. All are measured against what the same skin has around them,
    so freckles and stubble ask for more than smooth skin does.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        skin: ``(h, w)`` bool, where to look: see :func:`searched`.
        unit: Interocular distance, in pixels.
        strength: 0 finds nothing, 2 the faint ones too.
        creases: Lines of ``(n, 2)`` pixels along which nothing long is a blemish: see :func:`folds`.
    """
    mask = np.zeros(skin.shape, np.uint8)
    x, y, width, height = cv2.boundingRect(skin.astype(np.uint8))
    size = [round(each * _SCALE / unit) for each in (width, height)]
    if strength <= 0 or min(size) < 2:
        return mask
    rows, columns = slice(y, y + height), slice(x, x + width)
    how = cv2.INTER_AREA if unit > _SCALE else cv2.INTER_LINEAR
    inside = 255 * skin[rows, columns].astype(np.uint8)
    small, within = (
        cv2.resize(each, size, interpolation=how) for each in (photo[rows, columns], inside)
    )
    lines = [(np.asarray(line) - (x, y)) * _SCALE / unit for line in creases]
    found = cv2.resize(
        _found(small, within == 255, strength, lines),
        (width, height),
        interpolation=cv2.INTER_LINEAR,
    )
    mask[rows, columns] = cv2.bitwise_and(cv2.compare(found, 127, cv2.CMP_GT), inside)
    return mask


def _found(
    photo: Image, skin: NDArray[np.bool_], strength: float, creases: list[NDArray[np.floating]]
) -> NDArray[np.uint8]:
    """The same at the scale at which faces are looked at."""
    bordered = cv2.copyMakeBorder(skin.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth = cv2.distanceTransform(bordered, cv2.DIST_L2, 3)[1:-1, 1:-1] / _SCALE
    inside = depth > _BORDER
    if not inside.any():
        return np.zeros(skin.shape, np.uint8)
    # Light is multiplied by what absorbs it: in logarithms shade adds the same to all colours, and what is red or brown doesn't.
    light = cv2.GaussianBlur(cv2.LUT(photo[..., :2], _LOGARITHMS), (0, 0), _NOISE)
    dark, red = -light[..., 1], light[..., 0] - light[..., 1]
    stain, pale = red + _DARKNESS * dark, -dark - _PALENESS * red
    around = _Around(inside)
    inside = inside & ~_hairy(dark, around)
    shallow = np.minimum(2 * around.shrunk(depth) + 0.06, 1) ** -_SHALLOW
    demand = shallow * _folded(dark, around) * max(1, around.median(_detail(stain)) / _GRAIN)
    lines = _exceeding(_thin(red, inside), around, demand, _RED_LINES, strength)
    lines |= _exceeding(_thin(pale, inside), around, demand, _LIGHT_LINES, strength)
    found = _long(lines)
    found |= _exceeding(_isolated(stain, inside, _SPOT), around, demand, _SPOTS, strength)
    found = (
        cv2.dilate(_blemishes(found, creases, dark, red).astype(np.uint8), _disk(_GROWN * _SCALE))
        > 0
    )
    found |= _exceeding(_gleam(photo, inside), around, shallow, _GLEAMS, strength)
    return np.where(found, np.uint8(255), np.uint8(0))


class _Around:
    """What is around each pixel of a part of a picture, at a coarser scale: nothing there is finer."""

    def __init__(self, inside: NDArray[np.bool_]) -> None:
        self.inside = inside
        self._size = [-(-each // _COARSE) for each in inside.shape[::-1]]
        self._weight = inside.astype(np.float32)
        self.weight = self.shrunk(self._weight)

    def median(self, values: _Plane) -> float:
        """Of values inside, about."""
        return float(np.median(values[::3, ::3][self.inside[::3, ::3]]))

    def shrunk(self, values: _Plane) -> _Plane:
        """Values coarser."""
        return np.asarray(cv2.resize(values, self._size, interpolation=cv2.INTER_AREA), np.float32)

    def enlarged(self, values: _Plane) -> _Plane:
        """Coarse values finer again."""
        return np.asarray(
            cv2.resize(values, self.inside.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32
        )

    def mean(self, values: _Plane, width: float) -> _Plane:
        """Coarse means of values inside, over a surrounding as wide as ``width``, in interocular distances."""
        side = 2 * round(width * _SCALE / _COARSE / 2) + 1
        total, weight = (
            cv2.blur(cv2.blur(each, (side, side)), (side, side))
            for each in (self.shrunk(values * self._weight), self.weight)
        )
        return np.asarray(total / np.maximum(weight, 1e-3), np.float32)


def _detail(values: _Plane) -> _Plane:
    """How much each value differs from those next to it."""
    return np.abs(values - cv2.GaussianBlur(values, (0, 0), _FINE * _SCALE))


def _hairy(dark: _Plane, around: _Around) -> NDArray[np.bool_]:
    """Where beards and strands of hair are: detail everywhere."""
    detail = _detail(dark)
    much = detail > _DETAIL * max(around.median(detail), _EVEN)
    return around.enlarged(around.mean(much.astype(np.float32), _TUFT)) > _HAIRY


def _folded(dark: _Plane, around: _Around) -> _Plane:
    """By how many times more is asked of a spot or a line, coarse: folds lie in hollows, where light falls off."""
    near, far, smooth = (around.mean(dark, width) for width in (_NEAR, _FAR, _SMOOTH))
    smooth = np.where(around.weight > 0, smooth, far)
    slope = np.hypot(
        *(cv2.Sobel(smooth, cv2.CV_32F, *each, scale=1 / 8 / _COARSE) for each in ((1, 0), (0, 1)))
    )
    return np.asarray(np.exp(_HOLLOW * np.maximum(near - far, 0) + _SLOPE * slope), np.float32)


def _isolated(values: _Plane, inside: NDArray[np.bool_], width: float) -> _Plane:
    """By how much values are above what lies within ``width`` in every direction: 0 for all that goes on, or that touches the border."""
    values = np.where(inside, values, np.float32(_HIGH))
    return np.where(inside, values - _longest(values, width), np.float32(0))


def _thin(values: _Plane, inside: NDArray[np.bool_]) -> _Plane:
    """By how much values are above what lies on both sides, along lines."""
    values = np.where(inside, values, np.float32(_HIGH))
    ridges = np.where(inside, values - _opened(values, _disk(_LINE * _SCALE / 2)), np.float32(0))
    return np.where(inside, _longest(ridges, _STRAIGHT), np.float32(0))


def _gleam(photo: Image, inside: NDArray[np.bool_]) -> _Plane:
    """By how much a photo is lighter and less coloured than what is around."""
    size = [-(-each // _COARSE) for each in inside.shape[::-1]]
    coarse, within = (
        cv2.resize(each, size, interpolation=cv2.INTER_AREA)
        for each in (photo, inside.astype(np.float32))
    )
    soft = cv2.GaussianBlur(coarse.astype(np.float32) + _DIM, (0, 0), _BLURRED * _SCALE / _COARSE)
    red, green, blue = cv2.split(soft)
    light = np.log(
        cv2.min(cv2.min(red, green), blue) / cv2.max(cv2.max(red, green), blue)
    ) + _BRIGHTNESS * np.log(green)
    found = cv2.resize(
        _isolated(light, within > 0.5, _GLEAM / _COARSE),
        inside.shape[::-1],
        interpolation=cv2.INTER_LINEAR,
    )
    return np.where(inside, found, np.float32(0))


def _exceeding(
    values: _Plane, around: _Around, demand: _Plane, times: tuple[float, float], strength: float
) -> NDArray[np.bool_]:
    """What exceeds by so many times what is around it, and what is joined to it and exceeds that by fewer: ``(h, w)`` bool."""
    usual = around.mean(np.minimum(values, np.float32(_MOST_EACH)), _AROUND) + _LEAST_EACH
    score = values / around.enlarged(usual * demand)
    rare = float(
        np.quantile(score[::3, ::3][around.inside[::3, ::3]], max(0, 1 - _MOST * strength))
    )
    high = max(times[0] / strength**0.5, rare)
    sure = score > high
    if not sure.any():
        return sure
    _, pieces = cv2.connectedComponents((score > high * times[1] / times[0]).astype(np.uint8))
    return _chosen(pieces, pieces[sure])


def _long(lines: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pieces that are long and thin."""
    if not lines.any():
        return lines
    _, pieces, measures, _ = cv2.connectedComponentsWithStats(lines.astype(np.uint8))
    length = np.hypot(measures[:, cv2.CC_STAT_WIDTH], measures[:, cv2.CC_STAT_HEIGHT])
    return _chosen(
        pieces,
        np.flatnonzero(
            (length > _LENGTH * _SCALE) & (measures[:, cv2.CC_STAT_AREA] < _FILLED * length**2)
        ),
    )


def _blemishes(
    found: NDArray[np.bool_], creases: list[NDArray[np.floating]], dark: _Plane, red: _Plane
) -> NDArray[np.bool_]:
    """The pieces that are neither hairs nor folds: these are long, and darker rather than redder than what is beside them."""
    if not found.any():
        return found
    count, pieces, measures, middles = cv2.connectedComponentsWithStats(found.astype(np.uint8))
    kept = []
    for number in range(1, count):
        left, top, width, height, _ = measures[number]
        box = (
            slice(max(top - _BESIDE, 0), top + height + _BESIDE),
            slice(max(left - _BESIDE, 0), left + width + _BESIDE),
        )
        piece = (pieces[box] == number).astype(np.uint8)
        elongation, direction = _direction(piece)
        darker = _above(piece, dark[box])
        shade = (
            _FOLD if any(_along(line, middles[number], direction) for line in creases) else _HAIR
        )
        if elongation < _ELONGATED or darker < 0 or _above(piece, red[box]) > shade * darker:
            kept.append(number)
    return _chosen(pieces, np.array(kept, int))


def _along(line: NDArray[np.floating], middle: NDArray[np.floating], direction: complex) -> bool:
    """Whether what has this middle and direction runs along a line of ``(n, 2)`` points."""
    points = line @ (1, 1j)
    ways = np.diff(points) + 1e-6
    to = middle @ (1, 1j) - points[:-1]
    near = np.abs(to - np.clip((to / ways).real, 0, 1) * ways) < _NEARBY * _SCALE
    return bool((near & (np.abs((ways.conj() * direction).real) > _PARALLEL * np.abs(ways))).any())


def _direction(piece: NDArray[np.uint8]) -> tuple[float, complex]:
    """How many times longer than wide a piece is, and its direction as a unit number, x + iy."""
    moments = cv2.moments(piece, True)
    spread = (
        np.array([[moments["mu20"], moments["mu11"]], [moments["mu11"], moments["mu02"]]])
        / moments["m00"]
    )
    # A pixel itself spreads by a twelfth.
    (short, long), axes = np.linalg.eigh(spread + np.eye(2) / 12)
    return float(np.sqrt(long / short)), complex(*axes[:, 1])


def _above(piece: NDArray[np.uint8], values: _Plane) -> float:
    """By how much values of a piece are above those beside it, on average."""
    beside = cv2.dilate(piece, _disk(_BESIDE)) - cv2.dilate(piece, _disk(_BESIDE / 2))
    return cv2.mean(values, piece)[0] - cv2.mean(values, beside)[0]


def _chosen(pieces: NDArray[np.int32], numbers: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Where the pieces of these numbers are; 0 is none."""
    chosen = np.zeros(int(pieces.max()) + 1, bool)
    chosen[numbers] = True
    chosen[0] = False
    return chosen[pieces]


def _longest(values: _Plane, length: float) -> _Plane:
    """Values without whatever is shorter than ``length`` in every direction."""
    first, *others = _segments(length)
    longest = _opened(values, first)
    for segment in others:
        cv2.max(longest, _opened(values, segment), longest)
    return longest


def _opened(values: _Plane, shape: NDArray[np.uint8]) -> _Plane:
    eroded = cv2.erode(values, shape, borderType=cv2.BORDER_CONSTANT, borderValue=_HIGH)
    return np.asarray(
        cv2.dilate(eroded, shape, borderType=cv2.BORDER_CONSTANT, borderValue=-_HIGH), np.float32
    )


@cache
def _segments(length: float) -> list[NDArray[np.uint8]]:
    """Line segments in eight directions."""
    middle = max(1, round(length * _SCALE / 2))
    segments = []
    for angle in np.pi / 8 * np.arange(8):
        shape = np.zeros((2 * middle + 1, 2 * middle + 1), np.uint8)
        step = np.rint(middle * np.array([np.cos(angle), np.sin(angle)])).astype(int)
        cv2.line(shape, (middle - step).tolist(), (middle + step).tolist(), 1)
        # An opening needs a shape that is the same from both ends.
        segments.append(shape | shape[::-1, ::-1])
    return segments


def _disk(radius: float) -> NDArray[np.uint8]:
    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
