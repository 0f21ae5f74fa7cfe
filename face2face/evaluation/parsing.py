"""How well a parser knows photos that it never saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, side_by_side
from face2face.segmentation.labels import CLASSES, Labels, colorize

#: Width of a picture on a sheet, and how many stand in a row.
_SHOWN, _ROW = 192, 4


@dataclass(frozen=True)
class Agreement:
    """What was said of how many pixels.

    Attributes:
        counts: ``(19, 19)`` int64, the true class's row and the said class's column.
    """

    counts: NDArray[np.int64]

    @classmethod
    def of(cls, maps: Iterable[tuple[Labels, Labels]]) -> Agreement:
        """True maps and said ones of the same shape, pair by pair."""
        size = len(CLASSES)
        counts = np.zeros(size * size, np.int64)
        for true, said in maps:
            counts += np.bincount(
                true.ravel().astype(np.int64) * size + said.ravel(), minlength=size * size
            )
        return cls(counts.reshape(size, size))

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(self.counts + other.counts)

    @property
    def accuracy(self) -> float:
        """The share of the pixels that were said right, 0 to 1."""
        return float(np.trace(self.counts) / max(self.counts.sum(), 1))

    @property
    def ious(self) -> dict[str, float]:
        """Class -> intersection over union of all photos' pixels, of the classes that are there.

        Everingham et al., *The Pascal visual object classes challenge*, IJCV 2010, section 4.4.
        """
        right = np.diag(self.counts)
        either = self.counts.sum(0) + self.counts.sum(1) - right
        return {
            name: float(right[place] / either[place])
            for place, name in enumerate(CLASSES)
            if self.counts[place].any()
        }

    @property
    def mean_iou(self) -> float:
        """The mean of :attr:`ious`."""
        return float(np.mean(list(self.ious.values())))

    def table(self) -> str:
        """In Markdown, a row a class: its share of the pixels, its intersection over union."""
        shares = self.counts.sum(1) / max(self.counts.sum(), 1)
        lines = ["| class | share of the pixels | IoU |", "|---|---|---|"]
        lines += [
            f"| {name} | {100 * shares[CLASSES.index(name)]:.2f} % | {iou:.3f} |"
            for name, iou in self.ious.items()
        ]
        return "\n".join([*lines, f"| mean, {len(self.ious)} classes | | {self.mean_iou:.3f} |"])


def sheet(photos: Iterable[Image], parse: Callable[[Image], Labels]) -> Image:
    """Photos of any shape with their maps beside them, four pairs in a row."""
    return in_rows(
        [
            side_by_side((fitted(photo, _SHOWN), fitted(colorize(parse(photo)), _SHOWN)))
            for photo in photos
        ],
        _ROW,
    )


def in_rows(pictures: Sequence[Image], count: int) -> Image:
    """Pictures of one shape, so many in a row, black where the last row isn't full."""
    full = [*pictures, *[np.zeros_like(pictures[0])] * (-len(pictures) % count)]
    return np.concatenate(
        [side_by_side(full[start : start + count]) for start in range(0, len(full), count)]
    )


def fitted(picture: Image, width: int) -> Image:
    """A picture in a square of this width, black beside it."""
    scale = width / max(picture.shape[:2])
    size = [max(1, round(each * scale)) for each in picture.shape[1::-1]]
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    below, right = width - small.shape[0], width - small.shape[1]
    return np.asarray(
        cv2.copyMakeBorder(
            small,
            below // 2,
            below - below // 2,
            right // 2,
            right - right // 2,
            cv2.BORDER_CONSTANT,
        ),
        np.uint8,
    )
