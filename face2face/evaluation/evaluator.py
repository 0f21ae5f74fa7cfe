"""The evaluator: faces observed in pictures, and the profile of a target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face2face.errors import FaceError
from face2face.evaluation import metrics
from face2face.face.back_ends import BACK_ENDS, DEFAULT, make_detector
from face2face.face.identity import Identity
from face2face.image import Image, Landmarks, Scene


@dataclass(frozen=True)
class FaceObservation:
    """Landmarks and identity of one face.

    Attributes:
        landmarks: ``(70, 2)`` in pixels of the picture.
        identity: ``(128,)``, see :class:`face2face.face.identity.Identity`.
    """

    landmarks: Landmarks
    identity: NDArray[np.floating]


@dataclass(frozen=True)
class TargetProfile:
    """The mean appearance of a target.

    Attributes:
        identity: ``(128,)``, the mean descriptor.
        proportions: See :func:`face2face.evaluation.metrics.proportions`.
    """

    identity: NDArray[np.floating]
    proportions: tuple[float, float]


class Evaluator:
    """The networks that look at pictures, loaded once.

    Args:
        driving: Name of the back end that drives the target. The other one measures motion: a back
            end that judges itself doesn't see its own mistakes.

    Attributes:
        detect: The detector of the back end that drives; its landmarks compare with the model's.
        measure: The detector of the other one.
        identify: The identity network.
        lpips: See :func:`face2face.evaluation.metrics.lpips`.
    """

    def __init__(self, driving: str = DEFAULT) -> None:
        (other,) = (name for name in BACK_ENDS if name != driving)
        self.detect, self.measure = make_detector(driving), make_detector(other)
        self.identify, self.lpips = Identity(), metrics.lpips()

    def observe(self, picture: Image) -> FaceObservation | None:
        """Return the face in a picture, or None unless there is exactly one.

        Args:
            picture: ``(h, w, 3)`` uint8 RGB.
        """
        faces = self.detect(picture)
        if len(faces) != 1:
            return None
        return FaceObservation(faces[0], self.identify(picture, faces[0]))


def profile_of(scenes: Iterable[Scene], evaluator: Evaluator) -> TargetProfile:
    """Return the profile of the person in some scenes.

    Raises:
        FaceError: No scene shows exactly one face.
    """
    faces = [face for scene in scenes if (face := evaluator.observe(scene.photo)) is not None]
    if not faces:
        raise FaceError(
            "There is no face in the held-out part of the target's video.",
            hint="Name the video that the model was trained on.",
        )
    width, eyes = np.mean([metrics.proportions(face.landmarks) for face in faces], axis=0)
    return TargetProfile(
        np.mean([face.identity for face in faces], axis=0), (float(width), float(eyes))
    )
