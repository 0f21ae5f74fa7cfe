"""The head's rigid motion in the picture, and the shape without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.image import Landmarks
from face2face.landmarks import Similarity


@dataclass(frozen=True)
class HeadPose:
    """Landmarks split into the head's rigid motion and the remaining shape.

    Attributes:
        vector: ``(4,)`` float64: shift of the centre in pixels (x, y), logarithm of the scale, roll
            in radians.
        shape: ``(70, 2)`` float64: the landmarks with that motion removed.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> HeadPose.of(AVERAGE_FACE + (3, 0), AVERAGE_FACE).vector.round(3).tolist()
    [3.0, 0.0, 0.0, 0.0]
    """

    vector: NDArray[np.float64]
    shape: NDArray[np.float64]

    @classmethod
    def of(cls, landmarks: NDArray[Any], reference: NDArray[Any]) -> HeadPose:
        """Return the motion of landmarks away from a reference, both ``(70, 2)`` in pixels."""
        fit = Similarity.between(reference, landmarks)
        back = Similarity.between(landmarks, reference)
        x, y = (landmarks - reference).mean(0)
        return cls(
            np.array([x, y, np.log(fit.scale), fit.angle], np.float64),
            np.asarray(back(landmarks), np.float64),
        )

    def landmarks(self, centre: NDArray[Any]) -> Landmarks:
        """Return the shape with the motion applied, ``(70, 2)`` float32 in pixels.

        Args:
            centre: ``(2,)``, the reference's centre, about which the head rolls and grows.
        """
        x, y, log_scale, angle = self.vector
        moved = Similarity(np.exp(log_scale), angle, x, y)(self.shape - centre)
        return (moved + centre).astype(np.float32)
