"""Exchange a feature of a face in a photo for one that a network paints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.process import resize
from face2face.errors import FaceError
from face2face.image import Box, Image, Landmarks
from face2face.imaging.fill import pull_push_fill
from face2face.inference.pretrained import load_mode
from face2face.segmentation.features import ROOM, FaceMap, feature_mask, region_box
from face2face.segmentation.labels import Labels

#: Width by which the alpha mask exceeds the feature, as a share of the room around it.
_GROWTH_SHARE = 0.5
#: Standard deviation of the blur of the alpha mask's edge, as a share of the room.
_SOFTNESS_SHARE = 0.2


@dataclass(frozen=True)
class FeatureExchange:
    """Exchanges one feature of a face by a model of mode ``expression``.

    Attributes:
        feature: A name in :data:`face2face.segmentation.features.FEATURES`.
        size: Width and height of the model's regions, in pixels.
        paint: Function from a region, ``(size, size, 3)`` uint8 RGB, to the region with another
            expression.
        parse: Function from a photo and landmarks to its label map.
    """

    feature: str
    size: int
    paint: Callable[[Image], Image]
    parse: Callable[[Image, Landmarks | None], Labels]

    def __call__(self, photo: Image, face: FaceMap) -> Image:
        """Return a copy of a photo with the feature exchanged.

        The picture changes inside an alpha mask of the feature alone, as it was and as it is
        painted.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            face: The face in it.

        Raises:
            FaceError: The label map doesn't show the feature.
        """
        before = feature_mask(face.labels, self.feature)
        box = region_box(before)
        if box is None:
            raise FaceError(
                f"The photo shows no {self.feature}.",
                hint="Use one in which hair, hands and glasses don't cover the face.",
            )
        place = face.region_in_photo(box)
        painted = resize(self.paint(resize(place.cut(photo), self.size)), place.side)
        after = self._mask_of(face, box, painted)
        alpha = feature_alpha(before | after, box, place.side)
        return paste_region(photo, painted, place, alpha)

    def _mask_of(self, face: FaceMap, box: Box, painted: Image) -> NDArray[np.bool_]:
        """Return where the painted feature is inside its region, ``(256, 256)`` bool."""
        whole = np.ones((box.side, box.side), np.float32)
        picture = paste_region(face.face, resize(painted, box.side), box, whole, matched=False)
        mask = feature_mask(self.parse(picture, None), self.feature)
        inside = np.zeros_like(mask)
        part = np.s_[max(box.y, 0) : box.y + box.side, max(box.x, 0) : box.x + box.side]
        inside[part] = mask[part]
        return inside


def load_exchange(
    folder: Path, parse: Callable[[Image, Landmarks | None], Labels]
) -> FeatureExchange:
    """Return the exchange of a model.

    Args:
        folder: The model's folder.
        parse: Function from a photo and landmarks to its label map.

    Raises:
        ModelError: The model is missing, damaged, or of another mode.
    """
    mode, engine = load_mode(folder, "expression")
    (feature,) = mode.panels
    return FeatureExchange(feature, mode.size, lambda region: engine([region]), parse)


def feature_alpha(mask: NDArray[np.bool_], box: Box, side: int) -> NDArray[np.float32]:
    """Return a soft mask of a feature inside its region.

    It is 1 on the feature and some pixels around it, and 0 at the region's edge.

    Args:
        mask: ``(256, 256)`` bool, where the feature is.
        box: The region, in pixels of the mask.
        side: Width and height of the result, in pixels.

    Returns:
        ``(side, side)`` float32 in [0, 1].
    """
    room = ROOM * side / box.side
    part = cv2.resize(box.cut(mask.astype(np.uint8)), (side, side), interpolation=cv2.INTER_NEAREST)
    width = 2 * max(1, round(_GROWTH_SHARE * room)) + 1
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    grown = cv2.dilate(part, shape).astype(np.float32)
    alpha = cv2.GaussianBlur(grown, (0, 0), max(_SOFTNESS_SHARE * room, 0.5))
    alpha[[0, -1]] = 0
    alpha[:, [0, -1]] = 0
    return np.asarray(alpha, np.float32)


def paste_region(
    photo: Image, painted: Image, box: Box, alpha: NDArray[np.float32], matched: bool = True
) -> Image:
    """Return a copy of a photo with a region pasted by its alpha mask.

    Brightness and colour are matched to the rim: the difference of the photo from the painted
    region, where alpha is 0, is continued smoothly inwards and added.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        painted: ``(side, side, 3)`` uint8 RGB, the painted region.
        box: Place of the region, in pixels of the photo; it may reach beyond the photo.
        alpha: ``(side, side)`` float32 in [0, 1]. Where it is 0, the photo doesn't change.
        matched: Whether to match brightness and colour; alpha is then 0 somewhere.

    >>> photo, brighter = np.full((8, 8, 3), 90, np.uint8), np.full((4, 4, 3), 120, np.uint8)
    >>> alpha = np.zeros((4, 4), np.float32)
    >>> alpha[1:3, 1:3] = 1
    >>> bool((paste_region(photo, brighter, Box(2, 2, 4), alpha) == photo).all())
    True
    """
    own = box.cut(photo).astype(np.float32)
    picture = painted.astype(np.float32)
    if matched:
        picture = picture + pull_push_fill(own - picture, alpha == 0)
    weight = alpha[..., None]
    mixed = np.clip(np.rint(own + weight * (picture - own)), 0, 255).astype(np.uint8)
    result = photo.copy()
    height, width = photo.shape[:2]
    top, left = max(box.y, 0), max(box.x, 0)
    bottom, right = min(box.y + box.side, height), min(box.x + box.side, width)
    if top < bottom and left < right:
        result[top:bottom, left:right] = mixed[
            top - box.y : bottom - box.y, left - box.x : right - box.x
        ]
    return result
