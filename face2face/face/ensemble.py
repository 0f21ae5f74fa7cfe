"""Several estimates of one face's landmarks: their mean and their deviation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from face2face.image import Landmarks


def mean_landmarks(ensemble: NDArray[np.float64]) -> Landmarks:
    """Return the mean of an ensemble's landmarks, ``(70, 2)`` float32.

    Args:
        ensemble: ``(n, 70, 2)``, see :meth:`face2face.face.back_ends.FaceDetector.detect_ensemble`.

    >>> mean_landmarks(np.stack([np.zeros((70, 2)), np.full((70, 2), 3.0)]))[0].tolist()
    [1.5, 1.5]
    """
    return np.asarray(ensemble.mean(0), np.float32)


def landmark_uncertainty(ensemble: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return each landmark's standard deviation in an ensemble, ``(70,)`` float32 in pixels.

    Args:
        ensemble: ``(n, 70, 2)``, see :meth:`face2face.face.back_ends.FaceDetector.detect_ensemble`.

    >>> float(landmark_uncertainty(np.stack([np.zeros((70, 2)), np.full((70, 2), 3.0)]))[0])
    1.5
    """
    return np.asarray(np.sqrt(ensemble.var(0).mean(1)), np.float32)
