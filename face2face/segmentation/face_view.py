"""The square around a face with holes, and how well another face fits into them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks
from face2face.imaging.graft import fade, match_colours, match_light_at_rim
from face2face.imaging.upsample import upsample
from face2face.imaging.warp import FACE_CONSTRAINTS, warp_many
from face2face.landmarks import MIRRORED, interocular

#: Size at which faces are compared, in pixels.
SMALL = 128
#: Fewest pixels on which anything is compared.
MIN_PIXELS = 20
#: Landmarks of the brows, and of the upper and the lower end of the nose.
_BROWS, _NOSE = slice(17, 27), (27, 33)
#: Height of the forehead above the brows, in lengths of the nose.
_FOREHEAD = 0.9
#: Width of the rim on which light is compared, in interocular distances.
_RIM = 0.12
#: Width of the surroundings on which faces are compared, in widths of the rim.
_SURROUNDINGS = 4
#: Standard deviation of the blur over the difference of light, in widths of the rim.
_LIGHT_SIGMA = 0.25
#: Width of the soft edge of the mirror image, in interocular distances.
_SOFTNESS = 0.06
#: Weight of the difference in tone against that in shape.
_TONE_WEIGHT = 0.5
#: Level, 0 to 255, that is added before a logarithm, against noise in shadows.
_MIN_LIGHT = 16.0
#: Difference, of 255 levels, above which the other half shows something else, such as hair.
_MAX_DIFFERENCE = 20.0
#: Least share of the surroundings that the other half must show to be compared.
_MIN_SHOWN = 0.5


@dataclass(frozen=True, eq=False)
class FaceView:
    """A square picture of a face with holes.

    Attributes:
        photo: ``(s, s, 3)`` uint8 RGB; its holes are filled in any way.
        holes: ``(s, s)`` bool.
        landmarks: ``(70, 2)`` float32, in its pixels.
    """

    photo: Image
    holes: NDArray[np.bool_]
    landmarks: Landmarks

    @property
    def size(self) -> int:
        """Width and height in pixels."""
        return self.photo.shape[0]

    @cached_property
    def unit(self) -> float:
        """The interocular distance in pixels."""
        return interocular(self.landmarks)

    @cached_property
    def face(self) -> NDArray[np.bool_]:
        """The face from chin to hairline, ``(s, s)`` bool."""
        upper, lower = (self.landmarks[place] for place in _NOSE)
        forehead = self.landmarks[_BROWS] + _FOREHEAD * (upper - lower)
        points = np.concatenate([self.landmarks, forehead])
        mask = np.zeros(self.holes.shape, np.uint8)
        cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(points).astype(np.int32)), 1)
        return mask > 0

    @cached_property
    def wanted(self) -> NDArray[np.bool_]:
        """The holes in the face, ``(s, s)`` bool."""
        return self.holes & self.face

    @cached_property
    def surroundings(self) -> NDArray[np.bool_]:
        """The known part of the face around its holes, or all of it where that is too little."""
        known = self.face & ~self.holes
        around = known & _grown(self.wanted, _SURROUNDINGS * self._rim_width)
        return around if around.sum() >= MIN_PIXELS else known

    @property
    def _rim_width(self) -> int:
        return max(2, round(_RIM * self.unit))

    def reduced(self) -> FaceView:
        """Return the view at the size at which faces are compared."""
        size = (SMALL, SMALL)
        share = cv2.resize(self.holes.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        photo = np.asarray(cv2.resize(self.photo, size, interpolation=cv2.INTER_AREA), np.uint8)
        landmarks = (self.landmarks + 0.5) * (SMALL / self.size) - 0.5
        return FaceView(photo, share > 0, landmarks.astype(np.float32))

    def misfit(self, picture: Image, shown: NDArray[np.bool_] | None = None) -> float:
        """Return how much another face differs around the holes: 0 for the same one.

        Shape is compared apart from tone, since light will be matched.

        Args:
            picture: ``(s, s, 3)`` uint8 RGB, the face, warped to the landmarks.
            shown: ``(s, s)`` bool, the pixels that it shows; None for all of them.
        """
        where = self.surroundings if shown is None else self.surroundings & shown
        if where.sum() < max(MIN_PIXELS, _MIN_SHOWN * self.surroundings.sum()):
            return np.inf
        own, other = (np.log(each[where] + _MIN_LIGHT) for each in (self.photo, picture))
        difference = other - own
        tone = np.median(difference, 0)
        shape = np.abs(difference - tone).mean()
        return float(shape + _TONE_WEIGHT * np.abs(tone).mean())

    def lit(self, picture: Image) -> NDArray[np.float32] | None:
        """Return another face in this one's colours and light; None where no rim is known.

        Args:
            picture: ``(s, s, 3)`` uint8 RGB, the face, warped to the landmarks.
        """
        rim = self.surroundings & _grown(self.wanted, self._rim_width)
        if rim.sum() < MIN_PIXELS:
            return None
        picture = match_colours(picture, self.photo, self.surroundings)
        known = self.face & ~self.holes
        return match_light_at_rim(picture, self.photo, known, rim, self._light_sigma)

    @property
    def _light_sigma(self) -> float:
        return max(1.5, _LIGHT_SIGMA * self._rim_width)

    def with_mirrored(self, filled: NDArray[np.floating], misfit: float) -> NDArray[np.float32]:
        """Return a filled view in which the face's other half replaces a worse filling.

        Args:
            filled: ``(s, s, 3)`` RGB, the view with its holes filled.
            misfit: See :meth:`misfit`; the other half must differ less.
        """
        filled = np.asarray(filled, np.float32)
        picture, shown = self._mirrored()
        small, shape = self.reduced(), (SMALL, SMALL)
        all_shown = cv2.resize(shown.astype(np.float32), shape, interpolation=cv2.INTER_AREA) == 1
        shrunk = np.asarray(cv2.resize(picture, shape, interpolation=cv2.INTER_AREA), np.uint8)
        part = self.wanted & shown
        rim = shown & ~part & _grown(part, self._rim_width)
        if min(part.sum(), rim.sum()) < MIN_PIXELS or small.misfit(shrunk, all_shown) > misfit:
            return filled
        whole = np.where(self.holes[..., None], np.clip(np.rint(filled), 0, 255), self.photo)
        lit = match_light_at_rim(picture, whole.astype(np.uint8), shown, rim, self._light_sigma)
        difference = np.abs(cv2.GaussianBlur(lit - filled, (0, 0), self._light_sigma)).mean(-1)
        shown = shown & (difference < _MAX_DIFFERENCE)
        return filled + (1 - fade(~shown, max(2.0, _SOFTNESS * self.unit))) * (lit - filled)

    def _mirrored(self) -> tuple[Image, NDArray[np.bool_]]:
        """Return the mirror image warped to the landmarks, and the known pixels of the face."""
        landmarks = self.landmarks.copy()
        landmarks[:, 0] = self.size - 1 - landmarks[:, 0]
        known = np.where(self.holes, 0, 255).astype(np.uint8)
        layers = np.ascontiguousarray(np.dstack([self.photo, known])[:, ::-1])
        warped = warp_face(layers, landmarks[MIRRORED], self.landmarks, self.size)
        return np.ascontiguousarray(warped[..., :3]), (warped[..., 3] > 250) & self.face


def warp_face(
    photo: NDArray[np.uint8], landmarks: Landmarks, wanted: Landmarks, size: int
) -> NDArray[np.uint8]:
    """Return a face warped to other landmarks, ``(size, size, channels)`` uint8.

    Args:
        photo: ``(n, n, channels)`` uint8.
        landmarks: ``(70, 2)``, in its pixels.
        wanted: ``(70, 2)``, in pixels of the result.
        size: Width and height of the result, in pixels.
    """
    scale = size / photo.shape[0]
    if scale != 1:
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        photo = np.asarray(cv2.resize(photo, (size, size), interpolation=method), np.uint8)
    own = ((landmarks + 0.5) * scale - 0.5)[None]
    whole = (slice(0, size), slice(0, size))
    (warped,) = warp_many([upsample(photo)], own, wanted, size, FACE_CONSTRAINTS, [whole])
    return warped


def _grown(mask: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """Return a mask grown by a number of pixels, also diagonally."""
    kernel = np.ones((2 * width + 1, 2 * width + 1), np.uint8)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel) > 0)
