"""Features of a face, the eyes with their brows and the mouth: their regions, warps and masks.

A feature is repainted in a square region of the photo. The warp leaves the region's border in
place, and the mask is zero there, so that the region fits into its photo without a seam.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.face.region import Region, cut_smooth
from face2face.image import Image, Landmarks
from face2face.imaging.eyes import move_irises
from face2face.imaging.masks import polygon_mask
from face2face.imaging.warp import WarpConstraints, warp_many
from face2face.landmarks import INNER_LIPS, LIDS, PARTS, interocular

#: Pixels of a cut that is warped, for each pixel of the result: keeps the warp sharp.
_OVERSAMPLING = 2
#: Colour of an erased inside, RGB: that of a dark mouth, and of lashes.
_INSIDE_COLOUR = (48, 24, 24)
#: Width of the soft edge of an erased inside, in interocular distances.
_INSIDE_EDGE = 0.01
#: Reach of the mask beyond a feature's landmarks, in interocular distances. Folds lie there.
_MASK_MARGIN = 0.25
#: Standard deviation of the blur of the mask's edge, in interocular distances.
_MASK_SOFTNESS = 0.06
#: Width of the zone along the region's border in which a weight fades to zero, as a share of the
#: region's side.
_BORDER_FADE = 0.06
#: Least distance of a moved landmark from the region's border, as a share of the region's side.
_BORDER_MARGIN = 0.02
#: Number of corners of the circle by which an outline is enlarged.
_CIRCLE_CORNERS = 16


@dataclass(frozen=True, eq=False)
class _Opening:
    """An opening of the face, of which a warp can't show the inside.

    Attributes:
        outline: Landmarks around it.
        facing: Pairs of an upper and a lower landmark.
        tolerance: Change of the gap up to which the inside is kept, in interocular distances. It
            is erased in part up to twice this change, and wholly beyond.
        hidden_gap: Gap up to which the inside is hidden, in interocular distances. From twice this
            gap on, an opening that widens keeps its inside.
    """

    outline: slice
    facing: tuple[tuple[int, int], ...]
    tolerance: float
    hidden_gap: float

    def gap(self, landmarks: Landmarks) -> float:
        """Return the mean distance of facing landmarks, in pixels."""
        upper, lower = np.array(self.facing).T
        return float(np.linalg.norm(landmarks[lower] - landmarks[upper], axis=1).mean())

    def erased_share(self, source: Landmarks, moved: Landmarks, unit: float) -> float:
        """Return how much of the inside is erased, 0 to 1.

        Args:
            source: ``(70, 2)`` in pixels, as it is.
            moved: ``(70, 2)``, as it should be.
            unit: An interocular distance in pixels.
        """
        before, after = self.gap(source) / unit, self.gap(moved) / unit
        share = float(np.clip(abs(after - before) / self.tolerance - 1, 0, 1))
        hidden = float(np.clip(2 - before / self.hidden_gap, 0, 1))
        return share * hidden if after > before else share


@dataclass(frozen=True, eq=False)
class Feature:
    """A feature of the face.

    Attributes:
        outline: Landmarks that the mask encloses; their mean is the region's centre.
        side: Width of the region, in interocular distances.
        constraints: Landmarks that hold its warp.
        openings: Its openings.
    """

    outline: tuple[int, ...]
    side: float
    constraints: WarpConstraints
    openings: tuple[_Opening, ...]

    def region(self, landmarks: Landmarks, wanted: Landmarks) -> Region:
        """Return the square around the feature, as it is and as it should be, upright in the face.

        Args:
            landmarks: ``(70, 2)`` in the photo's pixels.
            wanted: ``(70, 2)``, where they should be.
        """
        points = list(self.outline)
        x, y = (landmarks[points].mean(0) + wanted[points].mean(0)) / 2
        right, left = (landmarks[PARTS[eye]].mean(0) for eye in ("right_eye", "left_eye"))
        across = left - right
        side = max(1.0, self.side * interocular(landmarks))
        return Region(float(x), float(y), side, float(np.arctan2(across[1], across[0])))

    def mask(self, landmarks: Landmarks, wanted: Landmarks, size: int) -> NDArray[np.float32]:
        """Return where the feature may be repainted.

        Args:
            landmarks: ``(70, 2)`` in pixels of the region.
            wanted: ``(70, 2)``, the same.
            size: Width of the region, in pixels.

        Returns:
            ``(size, size, 1)`` float32 from 0 to 1, with a soft edge; 0 at the region's border.
        """
        unit = size / self.side
        points = np.concatenate([each[list(self.outline)] for each in (landmarks, wanted)])
        angles = np.linspace(0, 2 * np.pi, _CIRCLE_CORNERS, endpoint=False)
        circle = _MASK_MARGIN * unit * np.stack([np.cos(angles), np.sin(angles)], -1)
        enlarged = (points[:, None] + circle).reshape(-1, 2).astype(np.float32)
        hull = cv2.convexHull(enlarged)[:, 0]
        return polygon_mask(hull, size, _MASK_SOFTNESS * unit) * border_weight(size)

    def warp(self, photo: Image, landmarks: Landmarks, wanted: Landmarks, size: int) -> Image:
        """Return the feature's region with its landmarks moved.

        The inside of an opening is erased where the opening changes: a warp would stretch teeth,
        or squeeze teeth and eyeballs between shut lips and lids. An eye that opens farther keeps
        its eyeball, and with it the colour of the iris.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            landmarks: ``(70, 2)`` in the photo's pixels.
            wanted: ``(70, 2)``, where they should be.
            size: Width of the region, in pixels.

        Returns:
            ``(size, size, 3)`` uint8 RGB, the :meth:`region`.
        """
        region = self.region(landmarks, wanted)
        fine = _OVERSAMPLING * size
        picture = cut_smooth(photo, region.to_picture(fine, False), fine)
        source, moved = region.to_cut(landmarks, size), region.to_cut(wanted, size)
        unit = size / self.side
        shares = [each.erased_share(source, moved, unit) for each in self.openings]
        picture = self._erase(picture, region.to_cut(landmarks, fine), shares)
        low, high = _BORDER_MARGIN * size, (1 - _BORDER_MARGIN) * size - 1
        whole = (slice(0, size), slice(0, size))
        (warped,) = warp_many(
            [picture],
            np.clip(source, low, high)[None],
            np.clip(moved, low, high),
            size,
            self.constraints,
            [whole],
        )
        return self._erase(move_irises(warped, moved, source), moved, shares)

    def _erase(self, picture: Image, landmarks: Landmarks, shares: list[float]) -> Image:
        """Return a region's picture with the inside of its openings darkened by some shares."""
        size = picture.shape[0]
        for opening, share in zip(self.openings, shares, strict=True):
            if share > 0:
                edge = _INSIDE_EDGE * size / self.side
                inside = share * polygon_mask(landmarks[opening.outline], size, edge)
                # A large region is blended around the opening alone: all of it takes long.
                x, y, width, height = cv2.boundingRect((inside > 0).astype(np.uint8))
                part = np.s_[y : y + height, x : x + width]
                old, picture = picture[part], picture.copy()
                mixed = old + inside[part] * (np.array(_INSIDE_COLOUR, np.float32) - old)
                picture[part] = np.rint(mixed).astype(np.uint8)
        return picture


#: Name of a feature -> the feature.
FEATURES = {
    "mouth": Feature(
        outline=tuple(range(48, 60)),
        side=1.8,
        constraints=WarpConstraints((*range(4, 13), *range(31, 36), *range(48, 68)), 1.0, 0.0, 0.0),
        openings=(_Opening(PARTS["inner_mouth"], INNER_LIPS, 0.03, np.inf),),
    ),
    "eyes": Feature(
        outline=(*range(17, 27), *range(36, 48)),
        side=2.1,
        constraints=WarpConstraints((*range(17, 30), *range(36, 48)), 1.0, 0.0, 0.0),
        openings=(
            _Opening(PARTS["right_eye"], LIDS[:2], 0.02, 0.03),
            _Opening(PARTS["left_eye"], LIDS[2:], 0.02, 0.03),
        ),
    ),
}


def border_weight(size: int) -> NDArray[np.float32]:
    """Return the weight of a region's pixels, ``(size, size, 1)``: 1, fading to 0 at the border.

    >>> border_weight(101)[50, [0, 3, 50], 0].round(2).tolist()
    [0.0, 0.5, 1.0]
    """
    line = np.arange(size)
    inwards = np.clip(np.minimum(line, size - 1 - line) / (_BORDER_FADE * size), 0, 1)
    return np.minimum(inwards[:, None], inwards)[..., None].astype(np.float32)


def paste_region(photo: Image, region: Region, picture: Image, mask: NDArray[np.floating]) -> Image:
    """Return a copy of a photo with the picture of a region put in by a mask.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        region: The region of the photo that the picture shows.
        picture: ``(size, size, 3)`` uint8 RGB.
        mask: ``(size, size, 1)`` float from 0, where the photo stays the same to the bit, to 1.

    Returns:
        ``(h, w, 3)`` uint8 RGB.

    >>> photo, red = np.zeros((8, 8, 3), np.uint8), np.full((4, 4, 3), (200, 0, 0), np.uint8)
    >>> mask = np.ones((4, 4, 1))
    >>> paste_region(photo, Region(3.5, 3.5, 4.0, 0.0), red, mask)[3, :, 0].tolist()
    [0, 0, 200, 200, 200, 200, 0, 0]
    """
    size = picture.shape[0]
    to_photo = region.to_picture(size, False)
    height, width = photo.shape[:2]
    # Only the mask's own pixels, and the next ones, are mixed: a large region takes long.
    x, y, across, down = cv2.boundingRect((np.asarray(mask) > 0).astype(np.uint8))
    left, top, right, bottom = x - 1, y - 1, x + across, y + down
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    corners = corners @ to_photo[:, :2].T
    corners += to_photo[:, 2]
    low = np.clip(np.floor(corners.min(0)).astype(int) - 1, 0, (width, height))
    high = np.clip(np.ceil(corners.max(0)).astype(int) + 2, 0, (width, height))
    result = photo.copy()
    if (low >= high).any():
        return result
    to_photo[:, 2] -= low
    extent = tuple((high - low).tolist())
    weight = cv2.warpAffine(np.asarray(mask, np.float32), to_photo, extent)[..., None]
    part = cv2.warpAffine(
        picture, to_photo, extent, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    inside = np.s_[low[1] : high[1], low[0] : high[0]]
    old = photo[inside]
    mixed = old + weight * (part.astype(np.float32) - old)
    result[inside] = np.where(weight > 0, np.rint(np.clip(mixed, 0, 255)), old).astype(np.uint8)
    return result
