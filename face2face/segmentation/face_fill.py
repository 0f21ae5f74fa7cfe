"""Fill large holes in faces with photographed pixels: the face's other half, and donors' faces."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.face.back_ends import FaceDetector
from face2face.image import Image, Landmarks
from face2face.imaging.graft import add_grain, fade, join_rim
from face2face.landmarks import interocular
from face2face.segmentation.donors import Donors
from face2face.segmentation.face_view import MIN_PIXELS, SMALL, FaceView, warp_face
from face2face.segmentation.labels import class_mask
from face2face.segmentation.parser import portrait_crop

#: Width of the smallest hole that is filled, in interocular distances: blemishes are narrower.
_MIN_HOLE = 0.4
#: The same in pixels: smaller faces hold no detail.
_MIN_HOLE_PIXELS = 12
#: Largest width at which a face is filled, in pixels. Donors hold less detail than this.
_MAX_VIEW = 1024
#: Donors that are warped to the face and compared; the others differ more at first sight.
_TRIED = 24
#: Donors that are mixed: the details of a single one are wrong, and more are a blur.
_MIXED = 3
#: Width of the soft edge of the face, in interocular distances.
_SOFTNESS = 0.06
#: Width of the zone in which the step at a hole's rim fades, in interocular distances.
_JOINT = 0.3
#: Largest share of a donor that glasses may cover.
_MAX_GLASSES = 0.002
#: Rounds: landmarks are found better in a face that is filled.
_ROUNDS = 2


class FaceFill:
    """Fills large holes in the faces of a photo.

    Donors' faces are warped to the face's landmarks. Those that are most like the face around the
    holes are lit like it and mixed. Where the other half of the face is known and fits better, it
    is taken instead.

    Args:
        load_donors: Returns the donors; called when they are first needed.
        load_detector: Returns the landmark back end; called when it is first needed.
    """

    def __init__(
        self, load_donors: Callable[[], Donors], load_detector: Callable[[], FaceDetector]
    ) -> None:
        self._load_donors, self._load_detector = load_donors, load_detector
        self._landmarks: dict[int, Landmarks | None] = {}

    def __call__(self, photo: Image, missing: NDArray[np.bool_]) -> Image:
        """Return a photo with the large holes in its faces filled.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB, with holes filled so that faces can be found.
            missing: ``(h, w)`` bool, the holes.

        Returns:
            ``(h, w, 3)`` uint8 RGB. Small holes, holes where no face is found, and all other
            pixels stay the same.
        """
        pieces, widths = _pieces(missing)
        if widths.max(initial=0) < _MIN_HOLE_PIXELS:
            return photo
        result = photo
        for _ in range(_ROUNDS):
            filled = photo
            for landmarks in self._detect(result):
                large = widths >= max(_MIN_HOLE_PIXELS, _MIN_HOLE * interocular(landmarks))
                if large.any():
                    filled = self._filled(filled, large[pieces], landmarks)
            if filled is photo:
                break
            result = filled
        return result

    def _filled(self, photo: Image, holes: NDArray[np.bool_], landmarks: Landmarks) -> Image:
        """Return a photo with the holes in one face filled."""
        height, width = photo.shape[:2]
        box = portrait_crop(landmarks, height, width, growth=1.0, may_be_whole=False)
        size = max(SMALL, min(_MAX_VIEW, box.side))
        part, where = box.cut(photo), box.cut(holes.view(np.uint8))
        view = FaceView(
            _resized(part, size), _resized(255 * where, size) > 0, box.to_panel(landmarks, size)
        )
        if view.wanted.sum() < MIN_PIXELS or (answer := self._painted(view)) is None:
            return photo
        painted = _resized(np.clip(np.rint(answer), 0, 255).astype(np.uint8), box.side)
        result, (top, left) = photo.copy(), (max(box.y, 0), max(box.x, 0))
        region = np.s_[top : box.y + box.side, left : box.x + box.side]
        inside = holes[region]
        rows, columns = inside.shape
        shown = painted[top - box.y :, left - box.x :][:rows, :columns]
        result[region][inside] = shown[inside]
        return result

    def _painted(self, view: FaceView) -> NDArray[np.float32] | None:
        """Return a view with its holes filled, ``(s, s, 3)``; None where no donor fits."""
        small = view.reduced()
        ranked = sorted(
            (small.misfit(warp_face(*found, small.landmarks, SMALL)), place)
            for place in self._likely(small)
            if (found := self._donor(place))
        )
        chosen = [found for _, place in ranked[:_MIXED] if (found := self._donor(place))]
        lit = [view.lit(warp_face(*each, view.landmarks, view.size)) for each in chosen]
        fitting = [each for each in lit if each is not None]
        if not fitting:
            return None
        mixed = view.with_mirrored(np.mean(fitting, 0), ranked[0][0])
        photo = view.photo.astype(np.float32)
        inside = 1 - fade(~view.face, max(2.0, _SOFTNESS * view.unit))
        filled = photo + inside * (mixed - photo)
        joined = join_rim(filled, view.photo, view.holes, max(3.0, _JOINT * view.unit))
        return add_grain(joined, view.photo, view.holes)

    def _likely(self, small: FaceView) -> list[int]:
        """Return the places of the donors that are most like a face before they are warped."""
        misfits = [small.misfit(each) for each in self._small_donors]
        return np.argsort(misfits, kind="stable")[:_TRIED].tolist()

    def _donor(self, place: int) -> tuple[Image, Landmarks] | None:
        """Return a donor with its landmarks; None where no face is found in it."""
        photo = np.ascontiguousarray(self._donors[place][0])
        if place not in self._landmarks:
            faces = self._detect(photo)
            self._landmarks[place] = faces[0] if faces else None
        landmarks = self._landmarks[place]
        return None if landmarks is None else (photo, landmarks)

    @cached_property
    def _detect(self) -> FaceDetector:
        return self._load_detector()

    @cached_property
    def _donors(self) -> Donors:
        """The donors without glasses."""
        donors = self._load_donors()
        kept = [class_mask(each, ("glasses",)).mean() <= _MAX_GLASSES for each in donors.labels]
        return Donors(donors.photos[kept], donors.labels[kept])

    @cached_property
    def _small_donors(self) -> list[Image]:
        """All donors at the size at which faces are compared."""
        donors = self._donors
        return [_resized(donors[place][0], SMALL) for place in range(len(donors))]


def _pieces(missing: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the number of the hole of each pixel, ``(h, w)``, and the width of each hole.

    A hole is as wide as the widest disc in it; number 0 is no hole and has no width.
    """
    pieces = np.zeros(missing.shape, np.int32)
    x, y, width, height = cv2.boundingRect(missing.astype(np.uint8))
    part = np.s_[max(0, y - 1) : y + height + 1, max(0, x - 1) : x + width + 1]
    if not width:
        return pieces, np.zeros(1, np.float32)
    holes = missing[part].astype(np.uint8)
    count, pieces[part] = cv2.connectedComponents(holes, connectivity=8)
    distance = cv2.distanceTransform(holes, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    widths = np.zeros(count, np.float32)
    np.maximum.at(widths, pieces[part][missing[part]], 2 * distance[missing[part]])
    return pieces, widths


def _resized(picture: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return a square picture or mask at another width and height."""
    method = cv2.INTER_AREA if picture.shape[0] > size else cv2.INTER_CUBIC
    square = np.ascontiguousarray(picture)
    return np.asarray(cv2.resize(square, (size, size), interpolation=method), np.uint8)
