"""The background model: the static background behind the target, which stays in its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks
from face2face.imaging.fill import extend_foreground, pull_push_fill
from face2face.imaging.masks import blend
from face2face.landmarks import IRISES, PARTS, interocular

#: A pixel this near to its median is static, in grey levels.
_STATIC_LEVELS = 4.0
#: A pixel this far from its median moves, in grey levels; between both it is static in part.
_MOVING_LEVELS = 9.0
#: Share of the frames in which a pixel must be static. It is more than half, so that the median is
#: the background even if something passes in front of it.
_STATIC_SHARE = 0.6
#: The background begins at the sides in this upper share of the picture. Below it, static pixels
#: may be shoulders; at the upper edge, hair.
_SEED_SHARE = 0.6
#: Steps in which the known background grows, each by 4 pixels of 256.
_GROWTH_STEPS = 8
#: A pixel this near to the colour that continues the background shows it, in grey levels.
_GROWTH_LEVELS = 10.0
#: Photos that must show a pixel's background: their least number, and their least share.
_MIN_SEEN, _MIN_SEEN_SHARE = 2, 0.03
#: Scale of the landmarks' outline about its centre, so that it holds the ears.
_HEAD_SCALE = 1.2
#: Height of the head above the brows, in interocular distances: less than that of any head.
_CROWN = 1.0
#: Landmarks of the brows, of the nose's bridge and of the chin.
_BROWS, _BRIDGE, _CHIN = slice(17, 27), 27, 8
#: Landmarks of the jaw between which the neck begins.
_NECK = (5, 11)
#: Distance of the shoulders from the chin at the neck, in interocular distances.
_NECK_LENGTH = 0.5
#: Width of the margin around a photo that is cut out, as a share of its size.
_MARGIN_SHARE = 1 / 8
#: A photo's pixel begins to be foreground this far from the background, in grey levels.
_ALIKE_LEVELS = 8.0
#: It is certainly foreground this far from the background, in grey levels.
_FOREGROUND_LEVELS = 18.0
#: Width of the zone around a parsed person that may show the person too, in pixels of 256.
_PERSON_MARGIN = 4
#: Greatest width, in pixels, at which foreground is computed: its mask is soft anyway.
_FOREGROUND_SIDE = 256


@dataclass(frozen=True)
class BackgroundModel:
    """The static background of photos from one camera, completed behind the target.

    Attributes:
        photo: ``(size, size, 3)`` uint8 RGB: the background where it was ever seen, and smoothly
            continued elsewhere.
        static_mask: ``(size, size, 1)`` uint8, 255 where it was seen; all 0 if the camera moved.

    >>> frames = np.full((5, 32, 32, 3), 90, np.uint8)
    >>> model = BackgroundModel.of(frames)
    >>> int(model.photo[0, 0, 0]), int(model.static_mask.min())
    (90, 255)
    """

    photo: Image
    static_mask: NDArray[np.uint8]

    @classmethod
    def of(cls, photos: NDArray[np.uint8], landmarks: Iterable[Landmarks] = ()) -> BackgroundModel:
        """Return the background of photos of one scene.

        It starts with the pixels that nearly always show it. From there it grows: a pixel next to
        the known background belongs to it if enough photos show there the colour that continues it.
        Face and neck never belong to it, even if they hardly move.

        Args:
            photos: ``(n, size, size, 3)`` uint8 RGB, n at least 1.
            landmarks: ``(70, 2)`` for each photo, of the person in front; none if there is nobody.
        """
        median = np.rint(np.median(photos, axis=0)).astype(np.uint8)
        size = median.shape[0]
        unit = max(1, size // 256)
        free = np.ones(photos.shape[:3], bool)
        for number, points in enumerate(landmarks):
            free[number] = ~_body(points, size, _HEAD_SCALE)
        often_free = free.mean(0) > 1 - _STATIC_SHARE
        static = often_free & (_static_share(photos, median, unit) > 0.5)
        static = _at_sides(static, round(_SEED_SHARE * size))
        photo = median.astype(np.float32)
        if static.any():
            for _ in range(_GROWTH_STEPS):
                _grow(photo, static, photos, free, unit)
            photo = pull_push_fill(photo, static)
        soft = cv2.GaussianBlur(static.astype(np.float32), (0, 0), 2 * unit)
        mask = _to_mask(np.clip(2 * soft - 1, 0, 1))
        return cls(np.rint(photo).clip(0, 255).astype(np.uint8), mask)

    @classmethod
    def of_photo(cls, photo: Image, person: NDArray[np.bool_]) -> BackgroundModel:
        """Return the background of one photo, smoothly continued behind the person.

        Args:
            photo: ``(size, size, 3)`` uint8 RGB.
            person: ``(size, size)``, True where the photo shows the person.

        >>> photo, person = np.full((32, 32, 3), 90, np.uint8), np.zeros((32, 32), bool)
        >>> photo[12:20, 12:20] = person[12:20, 12:20] = 200
        >>> int(BackgroundModel.of_photo(photo, person).photo.max())
        90
        """
        unit = max(1, photo.shape[0] // 256)
        known = ~_dilate(person.astype(np.uint8), _PERSON_MARGIN * unit).astype(bool)
        if not known.any():
            return cls(photo, np.zeros((*known.shape, 1), np.uint8))
        filled = np.rint(pull_push_fill(photo, known)).clip(0, 255).astype(np.uint8)
        return cls(filled, _to_mask(known))

    @cached_property
    def is_known(self) -> bool:
        """Whether the background was seen anywhere."""
        return bool(self.static_mask.any())

    @property
    def margin(self) -> int:
        """Width of the margin of a photo that is cut out, in pixels."""
        return round(_MARGIN_SHARE * self.photo.shape[0])

    def cut_out(self, photo: Image, landmarks: Landmarks) -> NDArray[np.uint8]:
        """Return a photo with its foreground mask, and a margin for what the edge cuts.

        Args:
            photo: ``(size, size, 3)`` uint8 RGB, of the same scene.
            landmarks: ``(70, 2)``, of the person in front.

        Returns:
            ``(size + 2 * margin, size + 2 * margin, 4)`` uint8: RGB, and 255 for foreground. See
            :func:`face2face.imaging.fill.extend_foreground`.
        """
        mask = self.foreground(photo, [landmarks])
        return extend_foreground(np.asarray(cv2.merge([photo, mask]), np.uint8), self.margin)

    def foreground(self, photo: Image, people: Iterable[Landmarks] = ()) -> NDArray[np.uint8]:
        """Return a mask of everything in front of the background.

        Args:
            photo: ``(size, size, 3)`` uint8 RGB, of the same scene.
            people: ``(70, 2)`` landmarks of each known person in front.

        Returns:
            ``(size, size, 1)`` uint8: 255 certainly foreground, 0 background. It has no holes.
        """
        side = min(_FOREGROUND_SIDE, photo.shape[0])
        red, green, blue = cv2.split(cv2.absdiff(photo, self.photo))
        difference = cv2.resize(
            cv2.max(cv2.max(red, green), blue), (side, side), interpolation=cv2.INTER_AREA
        )
        difference = cv2.GaussianBlur(difference.astype(np.float32), (0, 0), 1.5)
        share = (difference - _ALIKE_LEVELS) / (_FOREGROUND_LEVELS - _ALIKE_LEVELS)
        soft = cv2.GaussianBlur(_dilate(np.clip(share, 0, 1), 3), (0, 0), 2)
        mask = _to_mask(soft)[..., 0]
        for landmarks in people:
            mask[_body(landmarks * (side / photo.shape[0]), side, 1.0)] = 255
        filled = ~_at_sides(mask < 128, side)
        inside = cv2.erode(filled.astype(np.uint8), np.ones((7, 7), np.uint8), borderValue=1)
        mask = cv2.max(mask, 255 * inside)
        return cv2.resize(mask, photo.shape[1::-1])[..., None]

    def composite(self, moved: NDArray[np.uint8]) -> Image:
        """Return a warped photo in front of the background.

        Args:
            moved: ``(size, size, 4)`` uint8: a photo's RGB and its :meth:`foreground`, both
                warped.

        Returns:
            ``(size, size, 3)`` uint8 RGB.
        """
        photo = np.asarray(cv2.cvtColor(moved, cv2.COLOR_RGBA2RGB), np.uint8)
        if not self.is_known:
            return photo
        return blend(self.photo, photo, cv2.merge([cv2.extractChannel(moved, 3)] * 3))


def _static_share(photos: NDArray[np.uint8], median: Image, unit: int) -> NDArray[np.floating]:
    """Return how static each pixel is around its median, ``(size, size)`` from 0 to 1."""
    difference = np.quantile(
        [np.abs(photo.astype(np.float32) - median).mean(-1) for photo in photos],
        _STATIC_SHARE,
        axis=0,
    )
    difference = cv2.GaussianBlur(difference.astype(np.float32), (0, 0), 2 * unit)
    difference = _dilate(difference, 4 * unit)
    return np.clip((_MOVING_LEVELS - difference) / (_MOVING_LEVELS - _STATIC_LEVELS), 0, 1)


def _grow(
    photo: NDArray[np.float32],
    known: NDArray[np.bool_],
    photos: NDArray[np.uint8],
    free: NDArray[np.bool_],
    unit: int,
) -> None:
    """Extend a known background by the pixels next to it that photos show, in place.

    Args:
        photo: ``(size, size, 3)``, the background.
        known: ``(size, size)``, where it is known.
        photos: ``(n, size, size, 3)`` uint8 RGB.
        free: ``(n, size, size)``, where neither face nor neck is.
        unit: Pixels of a photo for each of 256.
    """
    ring = _dilate(known.astype(np.uint8), 4 * unit).astype(bool) & ~known
    seen = photos[:, ring].astype(np.float32)
    alike = np.abs(seen - pull_push_fill(photo, known)[ring]).max(-1) < _GROWTH_LEVELS
    alike &= free[:, ring]
    count = alike.sum(0)
    enough = count >= max(_MIN_SEEN, _MIN_SEEN_SHARE * len(photos))
    mean = (seen * alike[..., None]).sum(0) / np.maximum(count, 1)[:, None]
    photo[ring] = np.where(enough[:, None], mean, photo[ring])
    known[ring] = enough


def _body(landmarks: Landmarks, size: int, scale: float) -> NDArray[np.bool_]:
    """Return where face, neck and the middle of the shoulders certainly are, ``(size, size)``.

    Shoulders fall off from the neck by one pixel in each column.
    """
    jaw, unit = landmarks[PARTS["jaw"]], interocular(landmarks)
    left, right = jaw[_NECK[0], 0], jaw[_NECK[1], 0]
    shoulders = jaw[:, 1].max() + _NECK_LENGTH * unit
    fall = max(0.0, size - shoulders)
    neck = np.array(
        [
            jaw[_NECK[0]],
            (left, shoulders),
            (left - fall, shoulders + fall),
            (right + fall, shoulders + fall),
            (right, shoulders),
            jaw[_NECK[1]],
        ]
    )
    upwards = landmarks[_BRIDGE] - landmarks[_CHIN]
    points = landmarks[: IRISES[0]]
    crown = points[_BROWS] + _CROWN * unit * upwards / max(float(np.linalg.norm(upwards)), 1e-6)
    face = cv2.convexHull(np.concatenate([points, crown]).astype(np.float32))[:, 0]
    face = face.mean(0) + scale * (face - face.mean(0))
    body = np.zeros((size, size), np.uint8)
    for outline in (face, neck):
        cv2.fillPoly(body, [np.rint(outline).astype(np.int32)], 1)
    return body.astype(bool)


def _at_sides(mask: NDArray[np.bool_], height: int) -> NDArray[np.bool_]:
    """Return the parts of a mask that reach the picture's left or right side in its upper rows.

    Args:
        mask: ``(h, w)``.
        height: Number of these rows.
    """
    _, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    upper = labels[:height]
    kept = np.zeros(labels.max() + 1, bool)
    for side in (upper[:, 0], upper[:, -1]):
        kept[side] = True
    kept[0] = False
    return np.asarray(kept[labels])


def _dilate(values: NDArray[np.floating], pixels: int) -> NDArray[np.floating]:
    """Return the greatest value within a square that reaches ``pixels`` to each side."""
    side = 2 * pixels + 1
    return cv2.dilate(values, np.ones((side, side), np.uint8))


def _to_mask(share: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return shares from 0 to 1 as an ``(h, w, 1)`` uint8 mask."""
    return np.rint(255 * share).astype(np.uint8)[..., None]
