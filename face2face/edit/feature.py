"""Repaint a feature of a photo, at the photo's own resolution."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.face.features import FEATURES, border_weight, paste_region
from face2face.image import Image, Landmarks, Scene
from face2face.inference.engine import Engine
from face2face.modes.feature import FeatureMode

#: Change by the network, in grey levels of 255, up to which the photo's fine detail is kept.
_KEPT_CHANGE = 8.0
#: Change from which none of it is kept.
_REPLACED_CHANGE = 30.0
#: Width of the surroundings in which the largest change counts, in pixels of the panel.
_CHANGE_REACH = 5


@dataclass(frozen=True)
class FeaturePainter:
    """Moves one feature of any person to wanted landmarks.

    Attributes:
        mode: Makes the network's input.
        engine: Runs the network.
    """

    mode: FeatureMode
    engine: Engine

    def __call__(self, photo: Image, landmarks: Landmarks, wanted: Landmarks) -> Image:
        """Return a copy of a photo with its feature moved.

        Pixels outside the feature's region stay the same to the bit.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            landmarks: ``(70, 2)`` float32, the face, in the photo's pixels.
            wanted: ``(70, 2)`` float32, the places to which the landmarks should move.

        Returns:
            ``(h, w, 3)`` uint8 RGB.
        """
        feature = FEATURES[self.mode.feature]
        region = feature.region(landmarks, wanted)
        panels = self.mode.condition(Scene(photo, landmarks, wanted_landmarks=wanted))
        size = max(self.mode.size, round(region.side))
        warped = feature.warp(photo, landmarks, wanted, size)
        picture = with_detail(self.engine(panels), panels[0], warped)
        return paste_region(photo, region, picture, border_weight(size))


def repaint(
    photo: Image, landmarks: Landmarks, wanted: Landmarks, painters: Iterable[FeaturePainter]
) -> Image:
    """Return a copy of a photo with several features moved, one after another.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)`` float32, the face, in the photo's pixels.
        wanted: ``(70, 2)`` float32, the places to which the landmarks should move.
        painters: A painter for each feature.

    Returns:
        ``(h, w, 3)`` uint8 RGB.
    """
    for painter in painters:
        photo = painter(photo, landmarks, wanted)
    return photo


def with_detail(refined: Image, warped: Image, fine: Image) -> Image:
    """Return a refined picture enlarged, with the fine detail of a larger warp of the photo.

    The detail is left out where the network changed the warp: there it shows what isn't wanted.

    Args:
        refined: ``(size, size, 3)`` uint8 RGB, the network's answer.
        warped: The same, the warp that the network was shown.
        fine: ``(n, n, 3)`` uint8 RGB, the warp at the photo's resolution; n at least ``size``.

    Returns:
        ``(n, n, 3)`` uint8 RGB.

    >>> grey = np.full((8, 8, 3), 90, np.uint8)
    >>> with_detail(grey + np.uint8(9), grey, np.full((20, 20, 3), 90, np.uint8))[0, 0].tolist()
    [99, 99, 99]
    """
    size = refined.shape[0]
    coarse = _enlarge(cv2.resize(fine, (size, size), interpolation=cv2.INTER_AREA), fine.shape[0])
    change = cv2.absdiff(refined, warped).max(2)
    change = cv2.dilate(change, np.ones((_CHANGE_REACH, _CHANGE_REACH), np.uint8))
    replaced = (change - _KEPT_CHANGE) / (_REPLACED_CHANGE - _KEPT_CHANGE)
    kept = _enlarge(1 - np.clip(replaced, 0, 1).astype(np.float32), fine.shape[0])[..., None]
    picture = _enlarge(refined, fine.shape[0]) + np.clip(kept, 0, 1) * (fine - coarse)
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)


def _enlarge(picture: NDArray[np.generic], size: int) -> NDArray[np.float32]:
    return np.asarray(
        cv2.resize(picture.astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
    )
