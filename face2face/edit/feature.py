"""Repaint a feature of a photo, at the photo's own resolution."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.face.features import FEATURES, border_weight, paste_region
from face2face.image import Image, Landmarks, Scene
from face2face.modes.feature import FeatureMode

#: Largest width of a region that is warped, in pixels: more would take gigabytes.
_MAX_SIZE = 2048
#: Changes of the photo up to which its own pixels are kept, and from which none is, in grey levels
#: of 255. Kept pixels are sharper than warped ones.
_PHOTO_CHANGES = (4.0, 12.0)
#: Changes by the network up to which the warp's fine detail is kept, and from which none is.
_DETAIL_CHANGES = (8.0, 30.0)
#: Width of the surroundings in which the largest change counts, in pixels of the panel.
_CHANGE_REACH = 5


@dataclass(frozen=True)
class FeaturePainter:
    """Moves one feature of any person to wanted landmarks.

    Attributes:
        mode: Makes the network's input.
        engine: Returns the network's answer to the mode's panels.
    """

    mode: FeatureMode
    engine: Callable[[list[Image]], Image]

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
        size = int(np.clip(round(region.side), self.mode.size, _MAX_SIZE))
        warped = feature.warp(photo, landmarks, wanted, size)
        refined = self.engine(panels)
        changed = _share_of_change(refined, panels[3], _PHOTO_CHANGES, size)
        picture = with_detail(refined, panels[0], warped)
        return paste_region(photo, region, picture, changed * border_weight(size))


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
    replaced = _share_of_change(refined, warped, _DETAIL_CHANGES, fine.shape[0])
    picture = _enlarge(refined, fine.shape[0]) + (1 - replaced) * (fine - coarse)
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)


def _share_of_change(
    one: Image, other: Image, limits: tuple[float, float], size: int
) -> NDArray[np.float32]:
    """Return how much two pictures differ, from 0 at the lower limit to 1 at the upper one.

    Args:
        one: ``(n, n, 3)`` uint8 RGB.
        other: The same.
        limits: In grey levels of 255.
        size: Width of the result, in pixels.

    Returns:
        ``(size, size, 1)`` float32.
    """
    change = cv2.absdiff(one, other).max(2)
    change = cv2.dilate(change, np.ones((_CHANGE_REACH, _CHANGE_REACH), np.uint8))
    low, high = limits
    share = cv2.blur(np.clip((change - low) / (high - low), 0, 1), (_CHANGE_REACH, _CHANGE_REACH))
    enlarged = cv2.resize(share, (size, size), interpolation=cv2.INTER_LINEAR)
    return np.asarray(enlarged[..., None], np.float32)


def _enlarge(picture: NDArray[np.generic], size: int) -> NDArray[np.float32]:
    return np.asarray(
        cv2.resize(picture.astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
    )
