"""The face parser: a label map of a photo by a network."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Box, Image, Landmarks
from face2face.landmarks import PARTS
from face2face.segmentation.labels import CLASSES, MIRRORED, Labels, class_mask

#: Distance from eyes to mouth in CelebA-HQ, the parser's training data, in photo widths.
_EYES_TO_MOUTH = 0.255
#: Place of the point between the eyes in CelebA-HQ, x and y in photo widths.
_EYES_PLACE = (0.505, 0.48)
#: Other photos are cropped this many times wider than CelebA-HQ: hair and shoulders reach farther.
_CROP_GROWTH = 1.3
#: A square photo this near to CelebA-HQ's crop is parsed whole; in photo widths, at each edge.
_WHOLE_TOLERANCE = 0.15
#: Least difference, at an edge, between the crops of a misdetection and of the map; in crop sides.
_MISDETECTION_TOLERANCE = 0.2
#: A crop by the map counts if its side is within this factor of the landmarks' crop.
_MAX_SIDE_RATIO = 2
#: An eye or a mouth counts if it covers this share of the crop's area.
_MIN_FEATURE_SHARE = 4e-4
#: Greatest standard deviation of its pixels, in crop sides: more means several faces.
_MAX_FEATURE_SPREAD = 0.1
#: Least width at which a map is checked, in pixels; the greatest is nearly twice this.
_CHECK_SIDE = 256
#: Classes whose likelihood nowhere exceeds this, of 127, are skipped to save time.
_MIN_LIKELIHOOD = 32
#: Largest crop that is parsed at its own size, in pixels. A long photo's is far larger than it.
_MAX_CROP_SIDE = 1 << 14
#: The second look is this many times nearer than the first.
_ZOOM = 1.35
#: Centre of the second look, x and y in crop sides.
_ZOOM_CENTRE = (0.505, 0.55)
#: The second look's weight falls to 0 within this distance of its edge, in its sides.
_ZOOM_EDGE = 0.08


class Parser:
    """Parses photos: a class for each pixel.

    It looks twice: at the whole crop, and mirrored at its middle, 1.35 times nearer.

    Args:
        engine: Takes a list of one ``(size, size, 3)`` uint8 RGB photo. Returns the likelihood of
            each class, 0 to 255, as ``(n, n, 19)`` uint8; n divides size.
        size: Width and height of the engine's input, in pixels.

    >>> likely = np.zeros((64, 64, 19), np.uint8)
    >>> likely[..., CLASSES.index("skin")] = 255
    >>> labels = Parser(lambda panels: likely, 64)(np.zeros((100, 80, 3), np.uint8), None)
    >>> labels.shape, CLASSES[labels[50, 40]]
    ((100, 80), 'skin')
    """

    def __init__(self, engine: Callable[[list[Image]], NDArray[np.uint8]], size: int) -> None:
        self._engine, self._size = engine, size

    def __call__(self, photo: Image, landmarks: Landmarks | None) -> Labels:
        """Return the label map of a photo, ``(h, w)`` uint8.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            landmarks: ``(70, 2)``, in pixels, of the face to parse; far from it all is background.
                None where no face is known: the photo is first parsed whole. The crop is corrected
                by :func:`verified_crop`.
        """
        height, width = photo.shape[:2]
        crop = portrait_crop(landmarks, height, width)
        labels = self.parse_crop(photo, crop)
        verified = verified_crop(landmarks, labels)
        return labels if verified == crop else self.parse_crop(photo, verified)

    def parse_crop(self, photo: Image, crop: Box) -> Labels:
        """Return the label map of a photo, parsed in a crop and background outside it.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            crop: The square; it may reach beyond the photo.

        Returns:
            ``(h, w)`` uint8.
        """
        if crop.side > _MAX_CROP_SIDE:
            return self._parse_reduced(photo, crop)
        side = round(crop.side / _ZOOM)
        left, top = (round(share * crop.side - side / 2) for share in _ZOOM_CENTRE)
        middle = np.s_[top : top + side, left : left + side]
        whole = cv2.split(self._engine([self._panel(photo, crop)]) // 2)
        near_crop = Box(crop.x + left, crop.y + top, side)
        mirrored = self._engine([cv2.flip(self._panel(photo, near_crop), 1)])
        near = cv2.split(
            (cv2.flip(mirrored, 1)[..., MIRRORED] * _zoom_weight(len(mirrored))).astype(np.uint8)
        )
        labels = np.zeros(photo.shape[:2], np.uint8)
        first_row, first_column = max(crop.y, 0), max(crop.x, 0)
        inside = labels[first_row : crop.y + crop.side, first_column : crop.x + crop.side]
        rows, columns = (
            slice(start, start + count)
            for start, count in zip(
                (first_row - crop.y, first_column - crop.x), inside.shape, strict=True
            )
        )
        best = np.zeros(inside.shape, np.uint8)
        for number, (coarse, fine) in enumerate(zip(whole, near, strict=True)):
            if max(coarse.max(), fine.max()) > _MIN_LIKELIHOOD:
                likelihood = _resize(coarse, crop.side)
                likelihood[middle] = cv2.add(likelihood[middle], _resize(fine, side))
                likelihood = likelihood[rows, columns]
                inside[likelihood > best] = number
                cv2.max(likelihood, best, best)
        return labels

    def _parse_reduced(self, photo: Image, crop: Box) -> Labels:
        """Return the label map of a photo whose crop would take gigabytes, parsed at less size."""
        scale = _MAX_CROP_SIDE / crop.side
        size = [max(1, int(scale * each)) for each in photo.shape[1::-1]]
        small = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
        x, y = (int(scale * each) for each in (crop.x, crop.y))
        labels = self.parse_crop(small, Box(x, y, _MAX_CROP_SIDE))
        resized = cv2.resize(labels, photo.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        return np.asarray(resized, np.uint8)

    def _panel(self, photo: Image, crop: Box) -> Image:
        """Return a crop at the engine's size."""
        interpolation = cv2.INTER_AREA if crop.side > self._size else cv2.INTER_LINEAR
        size = (self._size, self._size)
        return np.asarray(cv2.resize(crop.cut(photo), size, interpolation=interpolation), np.uint8)


def _resize(values: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return values at another size, interpolated linearly."""
    return np.asarray(cv2.resize(values, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)


@lru_cache(maxsize=1)
def _zoom_weight(side: int) -> NDArray[np.float32]:
    """Return the second look's weight, ``(side, side, 1)``: one half, falling to 0 at the edge."""
    ticks = np.arange(side) + 0.5
    along = np.minimum(np.minimum(ticks, side - ticks) / (_ZOOM_EDGE * side), 1)
    return np.asarray(np.minimum(along[:, None], along)[..., None] / 2, np.float32)


def portrait_crop(
    landmarks: Landmarks | None,
    height: int,
    width: int,
    growth: float = _CROP_GROWTH,
    may_be_whole: bool = True,
) -> Box:
    """Return the square of a picture to parse; it may reach beyond the picture.

    It holds the face as CelebA-HQ's photos do, with some room around. Without a face, or if the
    picture is already such a photo, it holds the whole picture.

    Args:
        landmarks: ``(70, 2)``, in pixels; None where no face is known.
        height: Height of the picture, in pixels.
        width: Width of the picture, in pixels.
        growth: Width of the crop, as a multiple of that of CelebA-HQ.
        may_be_whole: Whether a picture that is already such a photo is taken as it is.

    >>> portrait_crop(None, 400, 600)
    Box(x=0, y=-100, side=600)
    """
    if landmarks is None:
        longer = max(height, width)
        return Box((width - longer) // 2, (height - longer) // 2, longer)
    eyes, mouth = (
        np.mean([landmarks[PARTS[part]].mean(0) for part in parts], axis=0)
        for parts in (("right_eye", "left_eye"), ("mouth",))
    )
    return _crop_around(eyes, mouth, height, width, growth, may_be_whole)


def _crop_around(
    eyes: NDArray[np.floating],
    mouth: NDArray[np.floating],
    height: int,
    width: int,
    growth: float = _CROP_GROWTH,
    may_be_whole: bool = True,
) -> Box:
    """Return the crop for the points between the eyes and in the mouth's middle, x and y."""
    side = float(np.hypot(*(mouth - eyes))) / _EYES_TO_MOUTH
    corner = eyes - side * np.array(_EYES_PLACE)
    edges = np.array([corner, corner + side]) - [(0, 0), (width, height)]
    if may_be_whole and height == width and np.abs(edges).max() < _WHOLE_TOLERANCE * width:
        return Box(0, 0, width)
    corner -= side * (growth - 1) / 2
    x, y = (round(float(each)) for each in corner)
    return Box(x, y, max(1, round(side * growth)))


def verified_crop(landmarks: Landmarks | None, labels: Labels) -> Box:
    """Return the crop by the landmarks, or by the map's eyes and mouth if these differ clearly.

    A detector sometimes takes a chin for a face. The parser still finds the eyes around it.

    Args:
        landmarks: ``(70, 2)``, in pixels; None where no face is known.
        labels: ``(h, w)`` uint8, the photo's map.

    >>> verified_crop(None, np.zeros((400, 600), np.uint8))  # the map shows no face either
    Box(x=0, y=-100, side=600)
    """
    crop = portrait_crop(landmarks, *labels.shape)
    step = max(1, crop.side // _CHECK_SIDE)
    rows, columns = (slice(max(start, 0), start + crop.side, step) for start in (crop.y, crop.x))
    middles: list[NDArray[np.floating]] = []
    for names in (("left_eye",), ("right_eye",), ("mouth", "upper_lip", "lower_lip")):
        points = step * np.argwhere(class_mask(labels[rows, columns], names))[:, ::-1] + (
            columns.start,
            rows.start,
        )
        if (
            step**2 * len(points) < _MIN_FEATURE_SHARE * crop.side**2
            or points.std(0).max() > _MAX_FEATURE_SPREAD * crop.side
        ):
            return crop
        middles.append(points.mean(0))
    other = _crop_around((middles[0] + middles[1]) / 2, middles[2], *labels.shape)
    if not 1 / _MAX_SIDE_RATIO < other.side / crop.side < _MAX_SIDE_RATIO:
        return crop
    edges = [
        np.array([each.x, each.y, each.x + each.side, each.y + each.side]) for each in (crop, other)
    ]
    difference = np.abs(edges[0] - edges[1]).max()
    return other if difference > _MISDETECTION_TOLERANCE * crop.side else crop


def is_misdetection(landmarks: Landmarks, labels: Labels) -> bool:
    """Return whether a map shows its face elsewhere than landmarks lie: see :func:`verified_crop`.

    Args:
        landmarks: ``(70, 2)``, in pixels.
        labels: ``(h, w)`` uint8, the photo's map.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> face = (100 * AVERAGE_FACE + 250).astype(np.float32)
    >>> labels = labels_from_landmarks(face, 600, 500)
    >>> is_misdetection(face, labels), is_misdetection(0.8 * face + (40, 130), labels)
    (False, True)
    """
    return verified_crop(landmarks, labels) != portrait_crop(landmarks, *labels.shape)


def labels_from_landmarks(landmarks: Landmarks, height: int, width: int) -> Labels:
    """Return a rough label map from landmarks alone, without a network.

    It has skin, brows, eyes, nose, lips and the mouth's inside; the rest is background. The skin
    ends at the brows, since no landmark lies above them.

    Args:
        landmarks: ``(70, 2)``, in pixels.
        height: Height of the map, in pixels.
        width: Width of the map, in pixels.

    Returns:
        ``(height, width)`` uint8.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> labels = labels_from_landmarks(100 * AVERAGE_FACE + 200, 400, 400)
    >>> CLASSES[labels[200, 250]], CLASSES[labels[0, 0]]
    ('left_eye', 'background')
    """
    labels = np.zeros((height, width), np.uint8)
    brows = {side: landmarks[PARTS[f"{side}_eyebrow"]] for side in ("right", "left")}
    face = np.concatenate([landmarks[PARTS["jaw"]], *brows.values()])
    outer, inner = landmarks[48:60], landmarks[60:68]
    outlines = {
        "skin": cv2.convexHull(face)[:, 0],
        "nose": landmarks[[27, 31, 33, 35]],
        "right_brow": brows["right"],
        "left_brow": brows["left"],
        "right_eye": landmarks[PARTS["right_eye"]],
        "left_eye": landmarks[PARTS["left_eye"]],
        "upper_lip": np.concatenate([outer[:7], inner[4::-1]]),
        "lower_lip": np.concatenate([outer[6:], outer[:1], inner[:1], inner[:3:-1]]),
        "mouth": inner,
    }
    for name, outline in outlines.items():
        cv2.fillPoly(labels, [np.round(outline).astype(np.int32)], CLASSES.index(name))
    return labels
