"""Training pairs for the mode feature: a face with a feature of another picture of its person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.pairs import write_strip
from face2face.face.expression import AVERAGE_FACE
from face2face.face.expression_model import unfolded
from face2face.face.features import FEATURES, paste_region
from face2face.face.head_pose import BONE, HeadPose
from face2face.face.region import Region, cut_smooth
from face2face.image import Image, Landmarks, Scene
from face2face.landmarks import Similarity
from face2face.modes.feature import FeatureMode

#: Largest difference in yaw or pitch of two heads, in radians: beyond it, other pixels are visible.
_MAX_TURN = 0.16
#: Least width of a region in the photo, as a share of the panel's width: the truth must be sharp.
_MIN_DETAIL = 0.6
#: Smallest and largest factor by which the truth's colours are matched to the photo's.
_GAIN_RANGE = (0.65, 1.55)
#: Part of the mask's soft edge, between these values, where colours are compared.
_RIM = (0.02, 0.6)
#: Largest mean difference there after matching, in grey levels of 255: other hair, light or pose.
_MAX_RIM_DIFFERENCE = 22.0
#: Largest random change of a channel's gamma, in octaves: few people stand for many skins.
_MAX_TONE = 0.35
#: Part of that change which all channels have in common.
_COMMON_TONE = 0.7


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of a person.

    Attributes:
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)`` float32 in its pixels.
        name: Name of its file; empty for a frame of a video.
    """

    photo: Image
    landmarks: Landmarks
    name: str = ""


@dataclass(frozen=True, eq=False)
class FeaturePair:
    """A picture, and another picture of the same person, which is the truth.

    Attributes:
        picture: The picture to change.
        truth: The picture as it should become.
        alignment: From the truth's pixels to the picture's.
        wanted: ``(70, 2)`` float32 in the picture's pixels, the places to which its landmarks move.
    """

    picture: Picture
    truth: Picture
    alignment: Similarity
    wanted: Landmarks

    @classmethod
    def of(
        cls, picture: Picture, truth: Picture, wanted: Landmarks | None = None
    ) -> FeaturePair | None:
        """Return the pair; None where the heads are turned too differently.

        Args:
            picture: The picture to change.
            truth: The picture as it should become.
            wanted: See the attribute; None for the truth's own landmarks.
        """
        turns = [HeadPose.of(each.landmarks, AVERAGE_FACE).vector[:2] for each in (picture, truth)]
        if np.abs(turns[0] - turns[1]).max() > _MAX_TURN:
            return None
        fit = Similarity.between(truth.landmarks[BONE], picture.landmarks[BONE])
        if wanted is None:
            wanted = fit(truth.landmarks).astype(np.float32)
        return cls(picture, truth, fit, wanted)

    def panels(self, mode: FeatureMode) -> list[Image] | None:
        """Return the panels and the true region; None where the pictures don't fit together.

        The truth's colours are matched to the picture's along the mask's edge.

        Args:
            mode: The mode of the strips.

        Returns:
            ``(size, size, 3)`` uint8 RGB each, the truth last. None where the feature is too small
            in a picture, or light, hair or pose differ too much.
        """
        photo, landmarks = self.picture.photo, self.picture.landmarks
        region = FEATURES[mode.feature].region(landmarks, self.wanted)
        if min(region.side, region.side / self.alignment.scale) < _MIN_DETAIL * mode.size:
            return None
        panels = mode.condition(Scene(photo, landmarks, wanted_landmarks=self.wanted))
        matched = match_rim(self.true_region(region, mode.size), panels[0], panels[2])
        return None if matched is None else [*panels, matched]

    def true_region(self, region: Region, size: int) -> Image:
        """Return what the truth shows in a region of the picture.

        Args:
            region: In the picture's pixels.
            size: Width of the result, in pixels.

        Returns:
            ``(size, size, 3)`` uint8 RGB.
        """
        to_truth = cv2.invertAffineTransform(self.alignment.matrix)
        return cut_smooth(
            self.truth.photo, _product(to_truth, region.to_picture(size, False)), size
        )


def match_rim(truth: Image, warped: Image, mask: Image) -> Image | None:
    """Return a true region with the colours of a warped one along the mask's edge.

    Args:
        truth: ``(size, size, 3)`` uint8 RGB.
        warped: The same.
        mask: The same, 255 where the feature may be repainted.

    Returns:
        The same; None where the colours or the pictures differ too much.

    >>> grey, mask = np.full((4, 4, 3), 100, np.uint8), np.full((4, 4, 3), 50, np.uint8)
    >>> match_rim(np.full((4, 4, 3), 80, np.uint8), grey, mask)[0, 0].tolist()
    [100, 100, 100]
    """
    low, high = _RIM
    rim = (mask[..., 0] > 255 * low) & (mask[..., 0] < 255 * high)
    if not rim.any():
        return None
    true_rim, warped_rim = truth[rim].astype(np.float32) + 1, warped[rim].astype(np.float32) + 1
    gain = np.median(warped_rim / true_rim, axis=0)
    smallest, largest = _GAIN_RANGE
    if gain.min() < smallest or gain.max() > largest:
        return None
    if np.abs(true_rim * gain - warped_rim).mean() > _MAX_RIM_DIFFERENCE:
        return None
    return np.asarray(np.clip(np.rint(truth * gain), 0, 255), np.uint8)


def moved_picture(picture: Picture, displacement: NDArray[np.float64], feature: str) -> Picture:
    """Return a picture whose feature is warped by a displacement of the landmarks.

    It stands for another picture of a person of whom there is only one.

    Args:
        picture: The picture.
        displacement: ``(70, 2)`` in head coordinates, see
            :class:`face2face.face.head_pose.HeadPose`.
        feature: A name in :data:`face2face.face.features.FEATURES`.
    """
    pose = HeadPose.of(picture.landmarks, AVERAGE_FACE)
    wanted = HeadPose(pose.vector, unfolded(pose.shape + displacement)).landmarks()
    kind = FEATURES[feature]
    region = kind.region(picture.landmarks, wanted)
    size = max(64, round(region.side))
    source, moved = (region.to_cut(each, size) for each in (picture.landmarks, wanted))
    warped = kind.warp(picture.photo, picture.landmarks, wanted, size)
    photo = paste_region(picture.photo, region, warped, kind.mask(source, moved, size))
    landmarks = picture.landmarks.copy()
    landmarks[list(kind.constraints.points)] = wanted[list(kind.constraints.points)]
    landmarks[68:] = wanted[68:]
    return Picture(photo, landmarks)


def random_tone(rng: np.random.Generator) -> Callable[[Image], Image]:
    """Return a function that changes the brightness and colour of pictures, always alike."""
    octaves = _MAX_TONE * (
        _COMMON_TONE * rng.uniform(-1, 1) + (1 - _COMMON_TONE) * rng.uniform(-1, 1, 3)
    )
    levels = np.linspace(0, 1, 256)[:, None] ** 2**octaves
    table = np.rint(255 * levels).astype(np.uint8)[None]
    return lambda picture: np.asarray(cv2.LUT(picture, table), np.uint8)


def write_pair(path: Path, pair: FeaturePair, mode: FeatureMode, rng: np.random.Generator) -> bool:
    """Write the strip of a pair in a random tone; return whether its pictures fit together.

    Args:
        path: The strip.
        pair: The pair.
        mode: The mode of the strips.
        rng: Source of randomness.
    """
    panels = pair.panels(mode)
    if panels is None:
        return False
    tone, (sketch, mask) = random_tone(rng), (1, 2)
    write_strip(
        path,
        [each if place in (sketch, mask) else tone(each) for place, each in enumerate(panels)],
    )
    return True


def _product(first: NDArray[np.floating], second: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the affine map ``p -> first(second(p))``, ``(2, 3)`` each."""
    return np.column_stack(
        [first[:, :2] @ second[:, :2], first[:, :2] @ second[:, 2] + first[:, 2]]
    )
