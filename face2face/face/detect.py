"""Faces and their 68 landmarks, by dlib.

HOG detector: Dalal and Triggs 2005 as in dlib; landmarks: Kazemi and Sullivan, *One millisecond face alignment with an
ensemble of regression trees*, CVPR 2014. The default weights come with the package ``face_recognition_models``.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import cv2
import dlib
import numpy as np
from imutils import face_utils

from face2face.errors import FaceError
from face2face.image import LANDMARK_COUNT, Image, Landmarks

#: The longer side, in pixels, of the grey picture in which faces are sought; the HOG detector's smallest face is 80 wide.
SEARCH_SIDE = 320
#: The second try, for faces too small for the first.
WIDE_SEARCH_SIDE = 640


def bundled_landmark_model() -> Path:
    """The 68-point weights that are installed with ``face_recognition_models``.

    The package is located but not imported: importing it needs ``pkg_resources``, gone from new setuptools.

    Raises:
        FaceError: The package isn't installed.
    """
    spec = find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise FaceError(
            "the landmark weights come with the package face_recognition_models",
            "no such package",
            "pip install face_recognition_models, or name a file with --landmark-model",
        )
    return Path(spec.submodule_search_locations[0]) / "models" / "shape_predictor_68_face_landmarks.dat"


class Detector:
    """Finds faces and their landmarks.

    Args:
        landmark_model: A dlib shape predictor of 68 points; None for the bundled one.

    Raises:
        FaceError: The file is missing or is no such predictor.
    """

    def __init__(self, landmark_model: Path | None = None) -> None:
        path = landmark_model or bundled_landmark_model()
        rule = "--landmark-model is a dlib shape predictor of 68 points"
        if not path.is_file():
            raise FaceError(rule, f"no file {path}", "leave the option out to use the bundled one")
        try:
            self._predictor = dlib.shape_predictor(str(path))
        except RuntimeError as error:
            raise FaceError(rule, f"{path}, which dlib can't read", "leave the option out to use the bundled one") from error
        self._hog = dlib.get_frontal_face_detector()
        found = self._predictor(np.zeros((64, 64), np.uint8), dlib.rectangle(0, 0, 63, 63)).num_parts
        if found != LANDMARK_COUNT:
            raise FaceError(rule, f"{path} with {found} points", "leave the option out to use the bundled one")

    def __call__(self, photo: Image) -> list[Landmarks]:
        """The landmarks of every face in an RGB uint8 picture, the largest face first: arrays of ``(68, 2)`` float32."""
        grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
        boxes = self._boxes(grey, SEARCH_SIDE) or self._boxes(grey, WIDE_SEARCH_SIDE)
        boxes.sort(key=lambda box: box.area(), reverse=True)
        return [face_utils.shape_to_np(self._predictor(grey, box), dtype="float32") for box in boxes]

    def _boxes(self, grey: np.ndarray, side: int) -> list[dlib.rectangle]:
        scale = side / max(grey.shape)
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=how)
        edges = ("left", "top", "right", "bottom")
        return [dlib.rectangle(*(round(getattr(box, edge)() / scale) for edge in edges)) for box in self._hog(small, 0)]
