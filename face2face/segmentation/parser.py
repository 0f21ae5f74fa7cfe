"""Parsing: which part of a face, or of what is around it, each pixel of a photo is."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Box, Image, Landmarks
from face2face.landmarks import PARTS
from face2face.segmentation.labels import CLASSES, MIRRORED, Labels, class_mask

#: In CelebA-HQ's photos, from which the parser learnt, the eyes are so far above the mouth, and the point between them so far to the right
#: of the left edge and below the upper one: in shares of the photo's width.
_EYES_TO_MOUTH, _EYES = 0.255, (0.505, 0.48)
#: Other photos are framed with so much more around the face: hair and shoulders reach farther than CelebA-HQ's frame.
_AROUND = 1.3
#: A square photo whose own edges are no farther from CelebA-HQ's frame than this share of its width is taken as it is.
_FRAMED = 0.15
#: A box whose edges are farther from those that its map calls for, as a share of its side, was around no face, or the wrong one; eyes and
#: mouth are only believed where each has so many pixels, as a share of the box's, and spreads no farther than this.
_MISTAKEN, _FEATURE, _COMPACT = 0.2, 4e-4, 0.1
#: Pixels of a box's side at which that is looked at, at least.
_MEASURED_AT = 256
#: A class that is nowhere likelier than this, of 127, isn't looked at.
_UNLIKELY = 32
#: A face is looked at once more, mirrored and so many times nearer: there, in shares of the square's width; what is seen then counts less
#: the nearer to the edge, as far as this share of the width.
_NEARER, _MIDDLE, _EDGE = 1.35, (0.505, 0.55), 0.08


class Parser:
    """Parses photos.

    Args:
        engine: Of a ``(size, size, 3)`` uint8 RGB photo, alone in a list, says how likely each class is, ``(n, n, 19)`` uint8, each
            place standing for as many pixels as fit.
        size: Width and height that it takes, in pixels.
    """

    def __init__(self, engine: Callable[[list[Image]], NDArray[np.uint8]], size: int) -> None:
        self._engine, self._size = engine, size

    def __call__(self, photo: Image, landmarks: Landmarks | None) -> Labels:
        """The label map of an RGB uint8 photo, ``(h, w)`` uint8.

        Args:
            photo: Of any size.
            landmarks: ``(68, 2)`` of the face around which it is parsed, and far from which all is background; None where no face is known:
                then the photo is looked at as a whole first. See also :func:`framed`.
        """
        height, width = photo.shape[:2]
        box = portrait_crop(landmarks, height, width)
        labels = self._parsed(photo, box)
        again = framed(landmarks, labels)
        return labels if again == box else self._parsed(photo, again)

    def _parsed(self, photo: Image, box: Box) -> Labels:
        """The map of what is in a box, looked at twice; beyond it all is background."""
        nearer = round(box.side / _NEARER)
        across, down = (round(share * box.side - nearer / 2) for share in _MIDDLE)
        middle = np.s_[down : down + nearer, across : across + nearer]
        whole = cv2.split(self._engine([self._shown(photo, box)]) // 2)
        mirrored = self._engine(
            [cv2.flip(self._shown(photo, Box(box.x + across, box.y + down, nearer)), 1)]
        )
        near = cv2.split(
            (cv2.flip(mirrored, 1)[..., MIRRORED] * _weight(len(mirrored))).astype(np.uint8)
        )
        labels = np.zeros(photo.shape[:2], np.uint8)
        top, left = max(box.y, 0), max(box.x, 0)
        inside = labels[top : box.y + box.side, left : box.x + box.side]
        rows, columns = (
            slice(start, start + count)
            for start, count in zip((top - box.y, left - box.x), inside.shape, strict=True)
        )
        best = np.zeros(inside.shape, np.uint8)
        for place, (coarse, fine) in enumerate(zip(whole, near, strict=True)):
            if max(coarse.max(), fine.max()) > _UNLIKELY:
                one = cv2.resize(coarse, (box.side, box.side), interpolation=cv2.INTER_LINEAR)
                one[middle] = cv2.add(
                    one[middle], cv2.resize(fine, (nearer, nearer), interpolation=cv2.INTER_LINEAR)
                )
                one = one[rows, columns]
                inside[one > best] = place
                cv2.max(one, best, best)
        return labels

    def _shown(self, photo: Image, box: Box) -> Image:
        """What the network is shown of a box."""
        how = cv2.INTER_AREA if box.side > self._size else cv2.INTER_LINEAR
        return np.asarray(
            cv2.resize(box.cut(photo), (self._size, self._size), interpolation=how), np.uint8
        )


@lru_cache(maxsize=1)
def _weight(side: int) -> NDArray[np.float32]:
    """What each place of a second look counts, ``(side, side, 1)``: half, and nothing at the edge."""
    ticks = np.arange(side) + 0.5
    along = np.minimum(np.minimum(ticks, side - ticks) / (_EDGE * side), 1)
    return np.asarray(np.minimum(along[:, None], along)[..., None] / 2, np.float32)


def portrait_crop(landmarks: Landmarks | None, height: int, width: int) -> Box:
    """The square of a picture that is parsed: around a face as in CelebA-HQ, or all of it; it may reach beyond the picture.

    Args:
        landmarks: ``(68, 2)``; None where no face is known.
        height: The picture's, in pixels.
        width: The picture's, in pixels.
    """
    if landmarks is None:
        longer = max(height, width)
        return Box((width - longer) // 2, (height - longer) // 2, longer)
    eyes, mouth = (
        np.mean([landmarks[PARTS[part]].mean(0) for part in parts], axis=0)
        for parts in (("right_eye", "left_eye"), ("mouth",))
    )
    return _around(eyes, mouth, height, width)


def _around(
    eyes: NDArray[np.floating], mouth: NDArray[np.floating], height: int, width: int
) -> Box:
    """The square around a face whose eyes and mouth have these middles, x and y."""
    side = float(np.hypot(*(mouth - eyes))) / _EYES_TO_MOUTH
    corner = eyes - side * np.array(_EYES)
    edges = np.array([corner, corner + side]) - [(0, 0), (width, height)]
    if height == width and np.abs(edges).max() < _FRAMED * width:
        return Box(0, 0, width)
    corner -= side * (_AROUND - 1) / 2
    return Box(round(float(corner[0])), round(float(corner[1])), max(1, round(side * _AROUND)))


def framed(landmarks: Landmarks | None, labels: Labels) -> Box:
    """The square around a face: by its landmarks, or by its map's eyes and mouth where these call for quite another.

    Faces are mistaken now and then, a chin for a face; of what is parsed around it the eyes are hardly ever.

    Args:
        landmarks: ``(68, 2)``; None where no face is known.
        labels: ``(h, w)`` uint8, the photo's map.
    """
    box = portrait_crop(landmarks, *labels.shape)
    step = max(1, box.side // _MEASURED_AT)
    rows, columns = (slice(max(start, 0), start + box.side, step) for start in (box.y, box.x))
    middles: list[NDArray[np.floating]] = []
    for names in (("left_eye",), ("right_eye",), ("mouth", "upper_lip", "lower_lip")):
        points = step * np.argwhere(class_mask(labels[rows, columns], names))[:, ::-1] + (
            columns.start,
            rows.start,
        )
        # Of several faces, or none, they lie about.
        if (
            step**2 * len(points) < _FEATURE * box.side**2
            or points.std(0).max() > _COMPACT * box.side
        ):
            return box
        middles.append(points.mean(0))
    other = _around((middles[0] + middles[1]) / 2, middles[2], *labels.shape)
    if not 0.5 < other.side / box.side < 2:
        return box
    edges = [
        np.array([each.x, each.y, each.x + each.side, each.y + each.side]) for each in (box, other)
    ]
    return other if np.abs(edges[0] - edges[1]).max() > _MISTAKEN * box.side else box


def is_misdetection(landmarks: Landmarks, labels: Labels) -> bool:
    """Whether landmarks lie where a map shows no such face, see :func:`framed`."""
    return framed(landmarks, labels) != portrait_crop(landmarks, *labels.shape)


def labels_from_landmarks(landmarks: Landmarks, height: int, width: int) -> Labels:
    """A label map, ``(height, width)`` uint8, from ``(68, 2)`` landmarks alone: skin, brows, eyes, nose and lips; the rest is background.

    For where no network is wanted. The skin ends at the brows, since no landmark lies above them.
    """
    labels = np.zeros((height, width), np.uint8)
    jaw, brows = (
        landmarks[PARTS["jaw"]],
        np.concatenate([landmarks[PARTS[f"{side}_eyebrow"]] for side in ("right", "left")]),
    )
    nose = landmarks[[27, 31, 33, 35]]
    outer, inner = landmarks[48:60], landmarks[60:68]
    outlines = [("skin", cv2.convexHull(np.concatenate([jaw, brows]))[:, 0]), ("nose", nose)]
    outlines += [
        (f"{side}_brow", landmarks[PARTS[f"{side}_eyebrow"]]) for side in ("right", "left")
    ]
    outlines += [(f"{side}_eye", landmarks[PARTS[f"{side}_eye"]]) for side in ("right", "left")]
    outlines += [
        ("upper_lip", np.concatenate([outer[:7], inner[4::-1]])),
        ("lower_lip", np.concatenate([outer[6:], outer[:1], inner[:1], inner[:3:-1]])),
    ]
    outlines += [("mouth", inner)]
    for name, outline in outlines:
        cv2.fillPoly(labels, [np.round(outline).astype(np.int32)], CLASSES.index(name))
    return labels
