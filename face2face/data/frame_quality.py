"""The frames of a clip whose face is covered or blurred.

A parser's map shows a hand, a cup, a microphone or hair before a face: the lips lie in pieces, the
nose isn't where its landmarks are, the face's outline has a dent or a bulge, or something else lies
inside it. Each figure is compared with the usual one of the same clip: a beard, a fringe or glasses
that are always there belong to the person.

Thresholds were chosen on a clip with a hand and on one of a speaker. They were checked on clips of
six other people: the landmarks of those who grimace are often wrong, and their maps are not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.mask_shapes import broken, dent, disc, largest_piece, missing, polygon
from face2face.face.expression import AVERAGE_FACE
from face2face.image import Box, Image, Landmarks
from face2face.landmarks import PARTS, Similarity, interocular
from face2face.segmentation.labels import CLASSES, Labels, class_mask

#: Function that returns the label map of a photo and its landmarks.
Parse = Callable[[Image, Landmarks], Labels]

#: Reasons for which frames are left out.
COVERED, BLURRED = "the face covered", "the face blurred"
#: Width of the picture of a face in which it is judged, in pixels: the eyes are 50 apart.
_SIDE = 256
#: Centre of that picture, below the eyes, and its side, both in interocular distances.
_BOX_CENTRE, _BOX_SIDE = np.array([[0.0, 0.1]]), 4.2
#: Classes of the lips, and all classes of a face.
_LIPS = ("mouth", "upper_lip", "lower_lip")
_FACE = (
    *("skin", "nose", "glasses", "left_eye", "right_eye", "left_brow", "right_brow"),
    *_LIPS,
)
#: Landmarks of the nose's outline: the bridge, the wings and the tip.
_NOSE = (27, 31, 33, 35)
#: Corners of the mouth, on the inner edges of the lips.
_MOUTH_CORNERS = (60, 64)
#: Margin outside the landmarks' mouth, up to which a map's mouth counts, in interocular distances.
_MOUTH_MARGIN = 0.3
#: Margin inside the face's outline in which nothing counts as before it, in interocular distances:
#: hair and clothes begin there.
_INNER_MARGIN = 0.1
#: Margin outside it, up to which lips and skin count, in the same unit.
_OUTER_MARGIN = 0.4
#: How much each of :attr:`FrameQuality.figures` may exceed the usual one of the clip. Uncovered
#: faces stay below it, even those that grimace. A turn beside a fringe dents the outline by 0.047.
_MAX_EXCESS = np.array([0.12, 0.2, 0.05, 0.08])
#: Percentile of a figure in a clip that is its usual one: less than half, as hands may stay long.
_USUAL_PERCENTILE = 25
#: How much :attr:`FrameQuality.lips_apart` may exceed the usual one next to a covered frame. A
#: grimace exceeds it too, so that it counts only there.
_MAX_LIPS_APART = 0.12
#: Seconds around a covered frame in which a hand is still near the face.
_NEAR_SECONDS = 0.25
#: Least sharpness, as a share of the clip's median. Closed eyes have 0.52; a head that moves by a
#: sixth of the eyes' distance during the exposure has at most 0.44.
_MIN_SHARPNESS = 0.45
#: Decimals of the figures.
_DECIMALS = 4
#: Number of figures that are stored for a frame.
_COUNT = 9


@dataclass(frozen=True)
class FrameQuality:
    """Figures of one face in one frame.

    Attributes:
        seconds: Time of the frame.
        lips_broken: Share of the straightened lips' convex outline that isn't lips.
        nose_missing: Share of the nose's landmarks polygon that isn't nose.
        outline_dented: Share of the face's convex outline that isn't face.
        foreign: Share of the area inside the landmarks' outline that isn't face.
        lips_apart: 1 minus the overlap, intersection over union, of the map's lips and the
            landmarks' mouth.
        sharp_across: Mean strength of fine detail across, in grey levels.
        sharp_down: The same down.
        mouth_open: Height of the map's mouth between the lips, in interocular distances.
    """

    seconds: float
    lips_broken: float
    nose_missing: float
    outline_dented: float
    foreign: float
    lips_apart: float
    sharp_across: float
    sharp_down: float
    mouth_open: float

    @property
    def figures(self) -> tuple[float, float, float, float]:
        """The first four shares; a covered face has a large one."""
        return self.lips_broken, self.nose_missing, self.outline_dented, self.foreign

    @classmethod
    def from_json(cls, numbers: Any) -> FrameQuality:
        """Return the figures that :meth:`to_json` wrote.

        Raises:
            ValueError: There are others, or a number isn't finite.
            TypeError: They aren't numbers.
        """
        values = [float(each) for each in numbers]
        if len(values) != _COUNT or not np.isfinite(values).all():
            raise ValueError("not the figures of a frame")
        return cls(*values)

    def to_json(self) -> list[float]:
        """Return the figures in the order of the attributes."""
        return list(astuple(self))


class QualityMeter:
    """Measures faces; for any number of threads.

    Args:
        parse: Returns the label map of a photo, such as
            :class:`face2face.segmentation.parser.Parser`; used by one thread at a time.
    """

    def __init__(self, parse: Parse) -> None:
        self._parse, self._lock = parse, threading.Lock()

    def __call__(self, photo: Image, landmarks: Landmarks, seconds: float) -> FrameQuality:
        """Return the figures of a face.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            landmarks: ``(70, 2)``, in pixels.
            seconds: Time of the frame.
        """
        box = _face_box(landmarks)
        interpolation = cv2.INTER_AREA if box.side > _SIDE else cv2.INTER_LINEAR
        panel = cv2.resize(box.cut(photo), (_SIDE, _SIDE), interpolation=interpolation)
        points = box.to_panel(landmarks, _SIDE)
        with self._lock:
            labels = self._parse(np.asarray(panel, np.uint8), points)
        labels = _within(labels, box.to_panel(np.array([(0, 0), photo.shape[1::-1]]), _SIDE))
        figures = (
            *_shares(labels, points),
            *_sharpness(panel, points),
            _mouth_opening(labels, points),
        )
        return FrameQuality(seconds, *(round(figure, _DECIMALS) for figure in figures))


def bad_frames(qualities: Mapping[int, FrameQuality], is_clip: bool) -> dict[int, str]:
    """Return the frames that are left out: number -> reason.

    A face is covered if one of its figures exceeds the clip's usual one clearly. In a clip a hand
    comes, stays and goes: frames next to such a one are left out as long as lips and landmarks
    disagree, and a quarter of a second farther, at least one frame.

    Args:
        qualities: Number -> figures.
        is_clip: Whether the frames follow one another; false for single photos.
    """
    if not qualities:
        return {}
    numbers = sorted(qualities)
    frames = [qualities[number] for number in numbers]
    covered = _excess(np.array([each.figures for each in frames])) > _MAX_EXCESS
    is_covered = np.asarray(covered.any(axis=1))
    if is_clip:
        apart = _excess(np.array([each.lips_apart for each in frames])) > _MAX_LIPS_APART
        _spread(is_covered, apart)
        is_covered = _near(is_covered, np.array([each.seconds for each in frames]))
    sharpness = np.array([(each.sharp_across, each.sharp_down) for each in frames])
    relative = sharpness / np.maximum(np.median(sharpness, axis=0), 1e-6)
    reasons = dict.fromkeys(
        (numbers[index] for index in np.flatnonzero(relative.min(1) < _MIN_SHARPNESS)), BLURRED
    )
    return reasons | {numbers[index]: COVERED for index in np.flatnonzero(is_covered)}


def _face_box(landmarks: Landmarks) -> Box:
    """Return a square around a face, as CelebA-HQ's photos show it: the parser knows these best."""
    fit = Similarity.between(AVERAGE_FACE, landmarks)
    ((x, y),) = fit(_BOX_CENTRE)
    side = max(1, round(_BOX_SIDE * fit.scale))
    return Box(round(x - side / 2), round(y - side / 2), side)


def _excess(figures: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much figures, ``(n, ...)``, exceed the usual ones of their clip."""
    return np.asarray(figures - np.percentile(figures, _USUAL_PERCENTILE, axis=0))


def _spread(chosen: NDArray[np.bool_], allowed: NDArray[np.bool_]) -> None:
    """Add the allowed frames that join chosen ones, in place."""
    for order in (range(1, len(chosen)), range(len(chosen) - 2, -1, -1)):
        step = 1 if order.step < 0 else -1
        for index in order:
            chosen[index] |= allowed[index] and chosen[index + step]


def _near(chosen: NDArray[np.bool_], seconds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the frames near in time to chosen ones, those next to them and themselves."""
    near = chosen.copy()
    near[1:] |= chosen[:-1]
    near[:-1] |= chosen[1:]
    for time in seconds[chosen]:
        near |= np.abs(seconds - time) <= _NEAR_SECONDS
    return near


def _within(labels: Labels, corners: NDArray[np.floating]) -> Labels:
    """Return a label map with background outside the picture's corners, ``(2, 2)`` in pixels."""
    (left, top), (right, bottom) = np.clip(np.rint(corners), 0, len(labels)).astype(int)
    inside = np.zeros_like(labels)
    inside[top:bottom, left:right] = labels[top:bottom, left:right]
    return inside


def _shares(labels: Labels, landmarks: Landmarks) -> tuple[float, float, float, float, float]:
    """Return the shares of :class:`FrameQuality` for a label map."""
    unit = interocular(landmarks)
    nose = labels == CLASSES.index("nose")
    outline = polygon(cv2.convexHull(landmarks[:27])[:, 0], labels.shape).astype(np.uint8)
    inside = cv2.erode(outline, disc(_INNER_MARGIN * unit)) > 0
    near = cv2.dilate(outline, disc(_OUTER_MARGIN * unit)) > 0
    lips, face = class_mask(labels, _LIPS) & near, class_mask(labels, _FACE) & near
    mouth = polygon(landmarks[48:60], labels.shape)
    return (
        broken(lips),
        missing(nose, polygon(landmarks[list(_NOSE)], labels.shape)),
        dent(largest_piece(face)),
        missing(face, inside),
        1 - float((lips & mouth).sum() / max(int((lips | mouth).sum()), 1)),
    )


def _mouth_opening(labels: Labels, landmarks: Landmarks) -> float:
    """Return the height of the mouth between the lips, in interocular distances; 0 if shut.

    It is that of an ellipse which has the area of the map's mouth, and the landmarks' width.
    """
    unit = max(interocular(landmarks), 1e-6)
    outline = polygon(cv2.convexHull(landmarks[PARTS["mouth"]])[:, 0], labels.shape)
    near = cv2.dilate(outline.astype(np.uint8), disc(_MOUTH_MARGIN * unit)) > 0
    area = np.count_nonzero((labels == CLASSES.index("mouth")) & near)
    width = float(np.linalg.norm(np.subtract(*landmarks[list(_MOUTH_CORNERS)])))
    return float(area / (np.pi / 4 * max(width, 1.0)) / unit)


def _sharpness(panel: Image, landmarks: Landmarks) -> tuple[float, float]:
    """Return the strength of fine detail between brows and chin, across and down.

    It is the standard deviation of the second derivative. A moving head loses that along its way.
    """
    grey = cv2.cvtColor(panel, cv2.COLOR_RGB2GRAY).astype(np.float32)
    smooth = cv2.GaussianBlur(grey, (0, 0), 1)
    kernel = np.array([[1, -2, 1]], np.float32)
    inner = landmarks[PARTS["right_eyebrow"].start : 68]
    inside = polygon(cv2.convexHull(inner)[:, 0], grey.shape)
    if not inside.any():
        return 0.0, 0.0
    across, down = (cv2.filter2D(smooth, cv2.CV_32F, each)[inside] for each in (kernel, kernel.T))
    return float(across.std()), float(down.std())
