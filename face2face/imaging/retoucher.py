"""Retouching: what is masked in a photo is painted over by what belongs there, at the photo's own sharpness and grain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.errors import OptionError
from face2face.image import Box, Image, Scene
from face2face.imaging.fill import pull_push_fill
from face2face.imaging.grain import match_grain

#: A hole is seen with so much around it, in its own widths; a long one is as wide as so many times its thickness.
_AROUND, _LONG = 2.5, 3.0
#: Pieces are painted in the middle of what is seen, this share of it: at its edge half of what is around would be missing.
_MIDDLE = 0.75


@dataclass(frozen=True)
class Retoucher:
    """Mends photos.

    Attributes:
        size: Width and height of what the network sees, in pixels.
        paint: A scene of that size with a mask, to the picture that the network makes of it.
    """

    size: int
    paint: Callable[[Scene], Image]

    def __call__(self, photo: Image, mask: NDArray[np.uint8]) -> Image:
        """A copy of a photo with what is masked painted over; all else is the photo to the bit.

        Each hole is seen as large as the photo has it where it is small, and else as small as the network needs it to see what is around.
        A long one is painted piece by piece, each seeing those before.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            mask: ``(h, w)`` uint8, above 127 where it is painted over.

        Raises:
            OptionError: All of the photo is masked.
        """
        missing = mask > 127
        if missing.all():
            raise OptionError(
                "a mask leaves some of the photo",
                "all of it is masked",
                "mask only what shall be removed",
            )
        result = photo.copy()
        scales = self._scales(missing)
        for scale in sorted(set(np.unique(scales[missing]).tolist()), reverse=True):
            own = missing & (scales == scale)
            for box in self._boxes(own, self.size * scale):
                self._mend(result, missing, own, box)
        return result

    def _scales(self, missing: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """By how much the surroundings of each missing pixel are made smaller: 1, 2, 4, ...; holes that touch are one hole."""
        scales = np.zeros(missing.shape, np.uint8)
        count, parts, boxes, _ = cv2.connectedComponentsWithStats(
            missing.astype(np.uint8), connectivity=8
        )
        deep = cv2.distanceTransform(missing.astype(np.uint8), cv2.DIST_L2, 3)
        for number in range(1, count):
            left, top, width, height, _ = boxes[number]
            here = np.s_[top : top + height, left : left + width]
            inside = parts[here] == number
            wide = min(max(width, height), _LONG * 2 * float(deep[here][inside].max()))
            times = _AROUND * wide / self.size
            scales[here][inside] = 1 << min(7, max(0, int(np.ceil(np.log2(max(times, 1.0))))))
        return scales

    def _boxes(self, missing: NDArray[np.bool_], side: int) -> Iterator[Box]:
        """Squares whose middles cover all that is missing."""
        left = missing.copy()
        step = max(1, round(_MIDDLE * side))
        while len(rows := np.flatnonzero(left.any(1))):
            # The topmost that are left, and of these the leftmost: what lies with them in a square's middle is painted with them.
            band = left[rows[0] : rows[0] + step]
            column = int(np.flatnonzero(band.any(0))[0])
            there = np.argwhere(band[:, column : column + step])
            corner = np.array((rows[0], column))
            low, high = corner + there.min(0), corner + there.max(0) + 1
            top, beside = ((low + high - side) // 2).tolist()
            height, width = missing.shape
            # Moved into the photo where it fits: edge pixels repeated tell nothing.
            yield Box(
                _inside(beside, side, width, (low[1], high[1])),
                _inside(top, side, height, (low[0], high[0])),
                side,
            )
            left[low[0] : high[0], low[1] : high[1]] = False

    def _mend(
        self, photo: Image, missing: NDArray[np.bool_], wanted: NDArray[np.bool_], box: Box
    ) -> None:
        """Paints in place what is wanted in the middle of a box; it isn't missing any more."""
        part, holed, own = (
            box.cut(photo),
            box.cut(missing.view(np.uint8)),
            box.cut(wanted.view(np.uint8)),
        )
        margin = round((1 - _MIDDLE) / 2 * box.side) - 1
        rows, columns = (
            slice(
                0 if start <= 0 else margin,
                box.side if start + box.side >= length else box.side - margin,
            )
            for start, length in ((box.y, photo.shape[0]), (box.x, photo.shape[1]))
        )
        painted = np.zeros(holed.shape, bool)
        painted[rows, columns] = (own & holed)[rows, columns] > 0
        if not painted.any():
            return
        size = self.size
        how = cv2.INTER_AREA if box.side > size else cv2.INTER_LINEAR
        small = cv2.resize(part, (size, size), interpolation=how)
        # A pixel in which there is something of a hole is missing too.
        mask = np.where(
            cv2.resize(holed.astype(np.float32), (size, size), interpolation=how) > 0, 255, 0
        ).astype(np.uint8)
        answer = self.paint(Scene(np.asarray(small, np.uint8), mask=mask))
        answer = cv2.resize(answer, (box.side, box.side), interpolation=cv2.INTER_CUBIC).astype(
            np.float32
        )
        known = holed == 0
        # Where the answer misses what is known at the hole's edge, it misses what is inside by as much.
        near = known & (
            cv2.dilate(
                painted.astype(np.uint8),
                np.ones((3, 3), np.uint8),
                iterations=max(2, box.side // size),
            )
            > 0
        )
        if near.any():
            answer = answer + pull_push_fill(part.astype(np.float32) - answer, near)
        answer = answer + match_grain(part, answer, known, painted)
        part[painted] = np.clip(np.rint(answer[painted]), 0, 255)
        top, left = max(box.y, 0), max(box.x, 0)
        inside = np.s_[top : box.y + box.side, left : box.x + box.side]
        within = np.s_[
            top - box.y : top - box.y + photo[inside].shape[0],
            left - box.x : left - box.x + photo[inside].shape[1],
        ]
        photo[inside][painted[within]] = part[within][painted[within]]
        missing[inside][painted[within]] = False


def _inside(start: int, side: int, length: int, needed: tuple[int, int]) -> int:
    """Where a stretch begins that lies inside a length where it can, and holds what it is needed for."""
    if side <= length:
        return int(np.clip(start, 0, length - side))
    return int(np.clip((length - side) // 2, needed[1] - side, needed[0]))
