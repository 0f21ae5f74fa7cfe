"""Put the inside of one mouth into another: teeth and tongue as they are seen there."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks
from face2face.imaging.masks import polygon_mask
from face2face.imaging.thin_plate import ThinPlateSplines
from face2face.landmarks import INNER_LIPS, PARTS, interocular

#: Mean gap of the inner lips up to which nothing is put in, and from which all of it is, in
#: interocular distances. Shut lips lie a little apart.
_GAPS = (0.03, 0.08)
#: Standard deviation of the blur of the rim, in interocular distances.
_RIM_SOFTNESS = 0.012
#: Room around the mouth in the picture that is read, in interocular distances.
_ROOM = 0.15
#: Resistance to bending of the warp, which smooths out the noise of landmarks.
_STIFFNESS = 1.0
#: Exponent of the factors between the colours of two faces: people's skin differs as well as the
#: light on it, and teeth take on the light alone.
_LIGHT_SHARE = 2 / 3
#: Least and greatest factor of a colour.
_GAINS = (0.5, 2.0)
#: Outline of the lower face: jaw, and base of the nose.
_LOWER_FACE = [*range(3, 14), 35, 31]
_LIPS = slice(PARTS["mouth"].start, PARTS["inner_mouth"].stop)


@dataclass(frozen=True, eq=False)
class Mouth:
    """A mouth in a picture, at the scale of another one.

    Attributes:
        picture: ``(h, w, 3)`` uint8 RGB, the lower face.
        landmarks: ``(70, 2)`` in its pixels.
    """

    picture: Image
    landmarks: Landmarks

    @classmethod
    def cut(cls, photo: Image, landmarks: Landmarks, unit: float) -> Mouth:
        """Return the mouth of a photo.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            landmarks: ``(70, 2)`` in its pixels.
            unit: Interocular distance to reduce a larger face to, in pixels.
        """
        points = landmarks[_LOWER_FACE]
        room = _ROOM * interocular(landmarks)
        height, width = photo.shape[:2]
        low, high = (
            np.clip(each, 0, (width - 1, height - 1)).astype(int)
            for each in (points.min(0) - room, points.max(0) + room)
        )
        part = photo[low[1] : high[1] + 1, low[0] : high[0] + 1]
        factor = min(1.0, unit / max(interocular(landmarks), 1e-6))
        size = [max(1, round(factor * side)) for side in part.shape[1::-1]]
        reduced = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        scale = np.array(size) / part.shape[1::-1]
        return cls(
            np.asarray(reduced, np.uint8),
            ((landmarks - low + 0.5) * scale - 0.5).astype(np.float32),
        )

    @property
    def colour(self) -> NDArray[np.float64]:
        """Mean colour of lips and skin, ``(3,)`` RGB."""
        mask = np.zeros(self.picture.shape[:2], np.uint8)
        for part, value in ((_LOWER_FACE, 255), (PARTS["inner_mouth"], 0)):
            cv2.fillPoly(mask, [np.rint(self.landmarks[part]).astype(np.int32)], value)
        return np.array(cv2.mean(self.picture, mask)[:3])


def colour_gain(source: Mouth, target: Mouth) -> NDArray[np.float64]:
    """Return the factors ``(3,)`` from one face's light to another's."""
    return np.clip(((target.colour + 1) / (source.colour + 1)) ** _LIGHT_SHARE, *_GAINS)


def transfer_mouth(
    picture: Image, landmarks: Landmarks, source: Mouth, gain: NDArray[np.float64]
) -> Image:
    """Return a copy of a picture with the inside of its mouth taken from another mouth.

    Lips of either that touch leave the picture as it is.

    Args:
        picture: ``(size, size, 3)`` uint8 RGB.
        landmarks: ``(70, 2)`` in its pixels.
        source: The other mouth.
        gain: ``(3,)``, the factors of its colours, see :func:`colour_gain`.

    Returns:
        ``(size, size, 3)`` uint8 RGB; outside the inner lips it is the picture.
    """
    result = picture.copy()
    unit = interocular(landmarks)
    share = min(_openness(landmarks), _openness(source.landmarks))
    mask = share * polygon_mask(
        landmarks[PARTS["inner_mouth"]], picture.shape[0], _RIM_SOFTNESS * unit
    )
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in ((1, 2), (0, 2)))
    if not len(rows):
        return result
    inside = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    splines = ThinPlateSplines(
        landmarks[_LIPS].astype(np.float64),
        source.landmarks[_LIPS].astype(np.float64),
        np.full(_LIPS.stop - _LIPS.start, _STIFFNESS),
    )
    places = splines.on_grid(
        np.arange(columns[0], columns[-1] + 1.0), np.arange(rows[0], rows[-1] + 1.0)
    )
    seen = cv2.remap(source.picture, places, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    mixed = result[inside] + mask[inside] * (gain * seen - result[inside])
    result[inside] = np.rint(np.clip(mixed, 0, 255)).astype(np.uint8)
    return result


def _openness(landmarks: Landmarks) -> float:
    """Return how far lips are open, from 0 for shut ones to 1."""
    upper, lower = np.array(INNER_LIPS).T
    gap = float(np.linalg.norm(landmarks[lower] - landmarks[upper], axis=1).mean())
    return float(np.interp(gap / max(interocular(landmarks), 1e-6), _GAPS, (0.0, 1.0)))
