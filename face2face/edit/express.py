"""Move the eyes and the mouth of a face in a photo to wanted landmarks."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from face2face.edit.feature import FeaturePainter, repaint
from face2face.face.facial_change import largest_move
from face2face.face.features import FEATURES
from face2face.image import Image, Landmarks
from face2face.imaging.eyes import move_irises
from face2face.landmarks import gaze, interocular, with_gaze

#: Move of a landmark that isn't visible, in interocular distances.
_MIN_MOVE = 0.004


def moved_features(landmarks: Landmarks, wanted: Landmarks) -> list[str]:
    """Return the names of the features that have to be repainted; irises move without.

    Args:
        landmarks: ``(70, 2)`` in pixels.
        wanted: ``(70, 2)``, the places to which they should move.
    """
    least = _MIN_MOVE * interocular(landmarks)
    return [
        name
        for name, feature in FEATURES.items()
        if largest_move(*(each[list(feature.outline)] for each in (landmarks, wanted))) >= least
    ]


def express(
    photo: Image,
    landmarks: Landmarks,
    wanted: Landmarks,
    painters: Mapping[str, FeaturePainter],
) -> Image:
    """Return a copy of a photo with the face's landmarks moved.

    First the irises move, then each feature is repainted. Pixels outside the features' regions
    stay the same to the bit, and a grey photo stays grey.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)`` float32, the face, in the photo's pixels.
        wanted: ``(70, 2)`` float32, the places to which they should move.
        painters: Feature -> its painter, for each of :func:`moved_features`.

    Returns:
        ``(h, w, 3)`` uint8 RGB.
    """
    grey = bool((photo == photo[..., :1]).all())
    looking = with_gaze(landmarks, gaze(wanted))
    result = move_irises(photo, looking, landmarks)
    painting = [painters[name] for name in moved_features(landmarks, wanted)]
    result = repaint(result, looking, wanted, painting)
    if grey:
        brightness = cv2.cvtColor(result, cv2.COLOR_RGB2GRAY)
        result = cv2.cvtColor(brightness, cv2.COLOR_GRAY2RGB)
    return np.asarray(result, np.uint8)
