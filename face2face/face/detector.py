"""Faces in a picture and their landmarks, by dlib; the irises by MediaPipe's network.

Faces are found by dlib's HOG detector (Dalal and Triggs, CVPR 2005). Landmarks are regressed as in
Kazemi and Sullivan, *One millisecond face alignment with an ensemble of regression trees*, CVPR
2014.
"""

from __future__ import annotations

from copy import copy
from functools import lru_cache
from pathlib import Path

import cv2
import dlib
import numpy as np
from imutils import face_utils
from numpy.typing import NDArray

from face2face.face.ensemble import mean_landmarks
from face2face.face.mediapipe import MediaPipe
from face2face.face.tracker import to_grey
from face2face.face.weights import bundled_weights, load_face_detector, load_shape_predictor
from face2face.image import Image, Landmarks
from face2face.landmarks import IRISES, MIRRORED, PARTS, with_gaze

#: Longer side, in pixels, of the picture that is searched first; the least face is 80 wide in it.
_SEARCH_SIDE = 320
#: The same for the second search, if the first finds nothing: for smaller faces.
_WIDE_SEARCH_SIDE = 640
#: Side, in pixels, to which a face is resized for its landmarks: dlib returns whole pixels, so
#: landmarks of a small face would jitter by a hundredth of its width.
_FACE_SIDE = 400
#: Margin around the face in that picture, in face sides.
_FACE_MARGIN = 0.3
#: Distance of an ensemble's boxes from the centre, in face sides: landmarks jitter with the box.
_BOX_OFFSET = 0.03
#: Every other box of the ensemble is this share larger, the rest smaller.
_BOX_SCALE_STEP = 0.04
#: Side of the detector's box over the landmarks' mean distance from their centre: measured on 76
#: frames of three people, with a deviation of 8 %.
_BOX_PER_RADIUS = 1 / 0.335
#: Time that one box takes, in seconds.
_SECONDS_PER_BOX = 0.001
#: Share of the time between two frames that landmarks may take live.
_LIVE_SHARE = 0.25
#: Greatest ensemble: eight boxes leave less than half of one box's jitter.
_MAX_ENSEMBLE_SIZE = 8
#: Below this many affordable boxes, one is used.
_MIN_ENSEMBLE_SIZE = 1.5
#: Side, in pixels, to which a box is resized to verify a face in it.
_VERIFY_SIDE = 90
#: Margin around the face for that, in face sides: a wider one takes longer and finds no more.
_VERIFY_MARGIN = 0.1
#: Detection score that verifies a face. Detection itself requires 0, in a whole picture.
_VERIFY_SCORE = -0.5


class Detector:
    """Finds faces and their landmarks.

    Args:
        landmark_model: A dlib shape predictor of 68 points; None for the bundled one.
        ensemble_size: Boxes from which each face's landmarks are predicted: 1, or an even number,
            half of them in the mirror image. Each takes a millisecond. Two leave 70 % of the jitter
            of one, eight less than 50 %.

    Raises:
        FaceError: The file is missing or isn't such a predictor.

    >>> from skimage.data import astronaut
    >>> [face.shape for face in Detector()(astronaut())]
    [(70, 2)]
    """

    def __init__(
        self, landmark_model: Path | None = None, ensemble_size: int = _MAX_ENSEMBLE_SIZE
    ) -> None:
        path = landmark_model or bundled_weights("shape_predictor_68_face_landmarks.dat")
        self._predictor = load_shape_predictor(path)
        self._hog = load_face_detector()
        self._networks = MediaPipe(eyes_only=True)
        self._ensemble_size = ensemble_size

    def for_video(self, fps: float) -> Detector:
        """Return this detector with the ensemble that a live camera's frame rate allows.

        Both share their weights: don't use them in two threads at a time.
        """
        other = copy(self)
        other._ensemble_size = live_ensemble_size(fps)
        return other

    def __call__(self, photo: Image) -> list[Landmarks]:
        """Return the landmarks of every face in a picture.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB, or ``(h, w)`` uint8 grey.

        Returns:
            Arrays of ``(70, 2)`` float32 in pixels, the largest face first. Their resolution is a
            400th of the face's width.
        """
        return [mean_landmarks(ensemble) for ensemble in self.detect_ensemble(photo)]

    def detect_ensemble(self, photo: Image) -> list[NDArray[np.float64]]:
        """Return the landmarks of every face once for each box of the ensemble.

        dlib predicts 68 points in any picture. Where it misreads a face, for instance a tongue as a
        lip, each box gives other points: see
        :func:`face2face.face.ensemble.landmark_uncertainty`.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB, or ``(h, w)`` uint8 grey.

        Returns:
            Arrays of ``(ensemble_size, 70, 2)`` float64 in pixels, the largest face first. The
            second half of each is predicted in the mirror image.
        """
        grey = to_grey(photo)
        boxes = self._detect_boxes(grey, _SEARCH_SIDE) or self._detect_boxes(
            grey, _WIDE_SEARCH_SIDE
        )
        boxes.sort(key=lambda box: box.area(), reverse=True)
        return [
            self._predict_ensemble(
                grey,
                np.array([box.left() + box.right(), box.top() + box.bottom()]) / 2,
                box.width(),
            )
            for box in boxes
        ]

    def quarter_turns(self, photo: Image) -> int:
        """Return by how many quarter turns to the left a picture's clearest face is upright.

        A photo is as for :meth:`__call__`. Without a face, it is upright.
        """
        grey, best = to_grey(photo), np.full(4, -np.inf)
        for side in (_SEARCH_SIDE, _WIDE_SEARCH_SIDE):
            resized, _ = _resized(grey, side)
            for turns in range(4):
                _, scores, _ = self._hog.run(np.rot90(resized, turns).copy(), 0, 0)
                best[turns] = max(best[turns], *scores, -np.inf)
            if best[0] == best.max() > -np.inf:
                break
        return int(best.argmax())

    def refine(self, photo: Image, landmarks: Landmarks) -> Landmarks:
        """Return the landmarks of a face that moved a little since the last frame.

        It doesn't check that a face is there: see :meth:`verify`.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB, or ``(h, w)`` uint8 grey.
            landmarks: ``(70, 2)``, of the last frame.

        Returns:
            ``(70, 2)`` float32.
        """
        return mean_landmarks(self._predict_ensemble(to_grey(photo), *_face_box(landmarks)))

    def verify(self, photo: Image, landmarks: Landmarks) -> bool:
        """Return whether a face is where ``(70, 2)`` landmarks lie.

        It accepts faces that are turned farther than those found in a whole picture.
        """
        face, _ = _cut_face(to_grey(photo), *_face_box(landmarks), _VERIFY_SIDE, _VERIFY_MARGIN)
        boxes, _, _ = self._hog.run(face, 0, _VERIFY_SCORE)
        centre = dlib.point(face.shape[1] // 2, face.shape[0] // 2)
        return any(box.contains(centre) for box in boxes)

    def _predict_ensemble(
        self, grey: np.ndarray, centre: np.ndarray, side: float
    ) -> NDArray[np.float64]:
        """Return the landmarks, ``(ensemble_size, 70, 2)``, of the face in a box."""
        face, to_picture = _cut_face(grey, centre, side, _FACE_SIDE, _FACE_MARGIN)
        offset = (centre - to_picture[:, 2]) / to_picture[0, 0] - (len(face) - 1) / 2
        offset = np.rint(offset).astype(int)
        boxes = _ensemble_boxes(max(1, self._ensemble_size // 2))
        found = [self._predict(face, box, offset) for box in boxes]
        if self._ensemble_size > 1:
            mirror = cv2.flip(face, 1)
            mirrored = np.stack([self._predict(mirror, box, offset * (-1, 1)) for box in boxes])
            found.extend(mirrored[:, MIRRORED[:68]] * (-1, 1) + (len(face) - 1, 0))
        points = np.asarray(np.stack(found) @ to_picture[:, :2].T + to_picture[:, 2])
        looks = self._networks.gaze(grey, points.mean(0))
        irises = np.zeros((len(points), len(IRISES), 2))
        whole = np.concatenate([points, irises], axis=1)
        return np.stack([with_gaze(each, looks) for each in whole]).astype(np.float64)

    def _predict(
        self, face: np.ndarray, box: dlib.rectangle, offset: np.ndarray
    ) -> NDArray[np.float64]:
        """Return all points but the irises, ``(68, 2)``, from one box moved by whole pixels."""
        shape = self._predictor(face, dlib.translate_rect(box, dlib.point(*offset.tolist())))
        return np.asarray(face_utils.shape_to_np(shape, dtype="float64"))

    def _detect_boxes(self, grey: np.ndarray, side: int) -> list[dlib.rectangle]:
        """Return the boxes of faces, found in the picture resized to a longer side."""
        resized, scale = _resized(grey, side)
        edges = ("left", "top", "right", "bottom")
        return [
            dlib.rectangle(*(round(getattr(box, edge)() / scale) for edge in edges))
            for box in self._hog(resized, 0)
        ]


def _resized(grey: np.ndarray, side: int) -> tuple[np.ndarray, float]:
    """Return a picture resized to a longer side, and the scale. One too thin for that is blank."""
    scale = side / max(grey.shape)
    if scale * min(grey.shape) < 1:
        return np.zeros((side, side), np.uint8), scale
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(grey, None, fx=scale, fy=scale, interpolation=interpolation), scale


def live_ensemble_size(fps: float) -> int:
    """Return the ensemble size that a live camera's frame rate allows.

    Landmarks may take a quarter of the time between two frames, less one box's time for the rest.

    >>> [live_ensemble_size(fps) for fps in (30, 60, 120)]
    [8, 4, 1]
    """
    affordable = _LIVE_SHARE / (fps * _SECONDS_PER_BOX) - 1
    if affordable < _MIN_ENSEMBLE_SIZE:
        return 1
    return int(np.clip(2 * round(affordable / 2), 2, _MAX_ENSEMBLE_SIZE))


def _face_box(landmarks: Landmarks) -> tuple[np.ndarray, float]:
    """Return centre and side of the box that the detector would find: its centre is the nose's."""
    radius = float(np.linalg.norm(landmarks - landmarks.mean(0), axis=1).mean())
    return landmarks[PARTS["nose"]].mean(0).astype(np.float64), max(radius * _BOX_PER_RADIUS, 1.0)


def _cut_face(
    grey: np.ndarray, centre: np.ndarray, side: float, resized_side: int, margin: float
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a box out of a picture, with a margin, and resize it.

    The cut lies between whole pixels, so its centre may be half a pixel off.

    Returns:
        A square picture, and the ``(2, 3)`` affine map from it to the whole picture. Pixel centres
        are whole numbers in both.
    """
    whole, reach = round(resized_side * (1 + 2 * margin)), side * (0.5 + margin)
    low, count = np.floor(centre - reach).astype(int), max(1, round(2 * reach))
    scale = count / whole
    to_picture = np.hstack([scale * np.eye(2), (low + 0.5 * scale - 0.5)[:, None]])
    if (low >= 0).all() and (low + count <= grey.shape[::-1]).all():
        # Inside the picture, resizing gives the same in a fifth of the time.
        part = grey[low[1] : low[1] + count, low[0] : low[0] + count]
        return cv2.resize(part, (whole, whole), interpolation=cv2.INTER_LINEAR), to_picture
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    face = cv2.warpAffine(
        grey, to_picture, (whole, whole), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return face, to_picture


@lru_cache(maxsize=8)
def _ensemble_boxes(count: int) -> list[dlib.rectangle]:
    """Return boxes in a resized face: the central one, or several around it."""
    if count == 1:
        return [_ensemble_box(np.zeros(2), 1.0)]
    angles = 2 * np.pi * np.arange(count) / count
    return [
        _ensemble_box(
            _BOX_OFFSET * np.array([np.cos(angle), np.sin(angle)]),
            1 - (-1) ** number * _BOX_SCALE_STEP,
        )
        for number, angle in enumerate(angles.tolist())
    ]


def _ensemble_box(offset: np.ndarray, scale: float) -> dlib.rectangle:
    """Return a box in a resized face, moved by an offset in face sides and scaled."""
    corner = _FACE_SIDE * (0.5 + _FACE_MARGIN + offset - scale / 2)
    left, top = np.rint(corner).astype(int).tolist()
    side = round(scale * _FACE_SIDE)
    return dlib.rectangle(left, top, left + side - 1, top + side - 1)
