"""Replace masked parts of a photo, at the photo's own sharpness and grain."""

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

#: Width of the network's view of a hole, in widths of the hole.
_VIEW_WIDTHS = 2.5
#: Largest length of a hole that a view must hold, in thicknesses of the hole. A longer hole is
#: painted in several pieces.
_MAX_LENGTH = 3.0
#: Width of the painted middle of a view, as a share of the view. Pixels nearer to its edge would
#: lack half of their surroundings.
_PAINTED_SHARE = 0.75
#: Greatest exponent of the power of two by which a view is reduced.
_MAX_REDUCTION = 7


def _as_painted(photo: Image, missing: NDArray[np.bool_]) -> Image:
    return photo


@dataclass(frozen=True)
class Retoucher:
    """An inpainting network applied to photos of any size.

    Attributes:
        size: Width and height of the network's view, in pixels.
        paint: Maps a scene of that size, with a mask, to the network's picture of it.
        finish: Improves a retouched photo inside its mask, ``(h, w)`` bool, such as
            :class:`face2face.segmentation.face_fill.FaceFill`; by default nothing changes.

    >>> retoucher = Retoucher(64, lambda scene: scene.photo)
    >>> retoucher(np.zeros((100, 90, 3), np.uint8), np.zeros((100, 90), np.uint8)).shape
    (100, 90, 3)
    """

    size: int
    paint: Callable[[Scene], Image]
    finish: Callable[[Image, NDArray[np.bool_]], Image] = _as_painted

    def __call__(self, photo: Image, mask: NDArray[np.uint8]) -> Image:
        """Return a copy of a photo with its masked parts replaced.

        The network sees small holes at the photo's resolution. It sees large ones reduced, so that
        their surroundings fit in its view. Long holes are painted piece by piece, and each piece
        sees those before it.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            mask: ``(h, w)`` uint8, above 127 for pixels to replace.

        Returns:
            ``(h, w, 3)`` uint8 RGB; pixels outside the mask are the photo's.

        Raises:
            OptionError: The mask covers the whole photo.
        """
        missing = mask > 127
        if missing.all():
            raise OptionError(
                "The mask covers the whole photo.", hint="Mask only the parts to replace."
            )
        result = photo.copy()
        scales = self._scales(missing)
        for scale in sorted(set(np.unique(scales[missing]).tolist()), reverse=True):
            wanted = missing & (scales == scale)
            for box in self._boxes(wanted, self.size * scale):
                self._repaint(result, missing, wanted, box)
        return self.finish(result, mask > 127)

    def _scales(self, missing: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """Return the reduction for each missing pixel, ``(h, w)``: 1, 2, 4, ... .

        Missing pixels that touch are one hole and have one reduction.
        """
        scales = np.zeros(missing.shape, np.uint8)
        count, holes, boxes, _ = cv2.connectedComponentsWithStats(
            missing.astype(np.uint8), connectivity=8
        )
        depth = cv2.distanceTransform(missing.astype(np.uint8), cv2.DIST_L2, 3)
        for number in range(1, count):
            left, top, width, height, _ = boxes[number]
            region = np.s_[top : top + height, left : left + width]
            inside = holes[region] == number
            thickness = 2 * float(depth[region][inside].max())
            extent = min(max(width, height), _MAX_LENGTH * thickness)
            factor = _VIEW_WIDTHS * extent / self.size
            power = int(np.ceil(np.log2(max(factor, 1.0))))
            scales[region][inside] = 1 << min(_MAX_REDUCTION, max(0, power))
        return scales

    def _boxes(self, missing: NDArray[np.bool_], side: int) -> Iterator[Box]:
        """Yield squares whose middles together cover all missing pixels."""
        uncovered = missing.copy()
        step = max(1, round(_PAINTED_SHARE * side))
        while len(rows := np.flatnonzero(uncovered.any(1))):
            # Start at the topmost uncovered row, and in its band at the leftmost uncovered column.
            band = uncovered[rows[0] : rows[0] + step]
            column = int(np.flatnonzero(band.any(0))[0])
            covered = np.argwhere(band[:, column : column + step])
            corner = np.array((rows[0], column))
            low, high = corner + covered.min(0), corner + covered.max(0) + 1
            top, left = ((low + high - side) // 2).tolist()
            height, width = missing.shape
            # Keep the square inside the photo where it fits: repeated edge pixels carry no detail.
            yield Box(
                _clamp(left, side, width, (low[1], high[1])),
                _clamp(top, side, height, (low[0], high[0])),
                side,
            )
            uncovered[low[0] : high[0], low[1] : high[1]] = False

    def _repaint(
        self, photo: Image, missing: NDArray[np.bool_], wanted: NDArray[np.bool_], box: Box
    ) -> None:
        """Paint the wanted pixels in the middle of a box, in place, and mark them as known."""
        part = box.cut(photo)
        holes = box.cut(missing.view(np.uint8)) > 0
        middle = _middle(box, missing.shape)
        painted = np.zeros(holes.shape, bool)
        painted[middle] = (holes & (box.cut(wanted.view(np.uint8)) > 0))[middle]
        if not painted.any():
            return
        answer = self._answer(part, holes)
        # Known pixels at the hole's edge show the answer's error; correct the inside by as much.
        kernel, width = np.ones((3, 3), np.uint8), max(2, box.side // self.size)
        edge = ~holes & (cv2.dilate(painted.astype(np.uint8), kernel, iterations=width) > 0)
        if edge.any():
            answer = answer + pull_push_fill(part.astype(np.float32) - answer, edge)
        answer = answer + match_grain(part, answer, ~holes, painted)
        part[painted] = np.clip(np.rint(answer[painted]), 0, 255)
        top, left = max(box.y, 0), max(box.x, 0)
        in_photo = np.s_[top : box.y + box.side, left : box.x + box.side]
        height, width = photo[in_photo].shape[:2]
        top, left = top - box.y, left - box.x
        in_box = np.s_[top : top + height, left : left + width]
        photo[in_photo][painted[in_box]] = part[in_box][painted[in_box]]
        missing[in_photo][painted[in_box]] = False

    def _answer(self, part: Image, holes: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return the network's picture of a part of the photo, ``(side, side, 3)`` float32."""
        side, size = part.shape[0], self.size
        method = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
        view = cv2.resize(part, (size, size), interpolation=method)
        # A reduced pixel is missing if any of its pixels is.
        share = cv2.resize(holes.astype(np.float32), (size, size), interpolation=method)
        mask = np.where(share > 0, 255, 0).astype(np.uint8)
        answer = self.paint(Scene(np.asarray(view, np.uint8), mask=mask))
        return np.asarray(
            cv2.resize(answer, (side, side), interpolation=cv2.INTER_CUBIC), np.float32
        )


def _middle(box: Box, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return the rows and columns of a box to paint: its middle, and up to the photo's edges."""
    margin = round((1 - _PAINTED_SHARE) / 2 * box.side) - 1
    rows, columns = (
        slice(
            0 if start <= 0 else margin,
            box.side if start + box.side >= length else box.side - margin,
        )
        for start, length in zip((box.y, box.x), shape, strict=True)
    )
    return rows, columns


def _clamp(start: int, side: int, length: int, needed: tuple[int, int]) -> int:
    """Return the start of a span of ``side`` pixels that covers a needed span.

    It lies within ``length`` where ``side`` fits in.
    """
    if side <= length:
        return int(np.clip(start, 0, length - side))
    return int(np.clip((length - side) // 2, needed[1] - side, needed[0]))
