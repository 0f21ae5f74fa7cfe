"""Metrics of a face parser against true label maps, and contact sheets of its maps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, side_by_side
from face2face.segmentation.labels import CLASSES, Labels, colorize

#: Width of a picture on a contact sheet, in pixels.
_SHEET_WIDTH = 192
#: Photos in a row of a contact sheet, each with its map.
_SHEET_COLUMNS = 4


@dataclass(frozen=True)
class Agreement:
    """The confusion matrix of predicted label maps.

    Attributes:
        counts: ``(19, 19)`` int64 pixels: a row per true class, a column per predicted class.

    >>> import numpy as np
    >>> true, predicted = np.array([[0, 1]], np.uint8), np.array([[0, 0]], np.uint8)
    >>> Agreement.of([(true, predicted)]).accuracy
    0.5
    """

    counts: NDArray[np.int64]

    @classmethod
    def of(cls, pairs: Iterable[tuple[Labels, Labels]]) -> Agreement:
        """Return the agreement over pairs of a true and a predicted map, both ``(h, w)`` uint8."""
        size = len(CLASSES)
        counts = np.zeros(size * size, np.int64)
        for true, predicted in pairs:
            counts += np.bincount(
                true.ravel().astype(np.int64) * size + predicted.ravel(), minlength=size * size
            )
        return cls(counts.reshape(size, size))

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(self.counts + other.counts)

    @property
    def accuracy(self) -> float:
        """Share of the pixels with the true class, 0 to 1."""
        return float(np.trace(self.counts) / max(self.counts.sum(), 1))

    @property
    def ious(self) -> dict[str, float]:
        """Class -> intersection over union over all pixels, for the classes in the true maps.

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
        """Return a Markdown table, one row per class: share of the pixels, and IoU."""
        shares = self.counts.sum(1) / max(self.counts.sum(), 1)
        lines = ["| class | share of the pixels | IoU |", "|---|---|---|"]
        lines += [
            f"| {name} | {100 * shares[CLASSES.index(name)]:.2f} % | {iou:.3f} |"
            for name, iou in self.ious.items()
        ]
        return "\n".join([*lines, f"| mean, {len(self.ious)} classes | | {self.mean_iou:.3f} |"])


def sheet(photos: Iterable[Image], parse: Callable[[Image], Labels]) -> Image:
    """Return a contact sheet of photos next to their maps.

    Args:
        photos: ``(h, w, 3)`` uint8 RGB of any size.
        parse: Returns the label map of a photo.
    """
    pairs = [
        side_by_side(
            (letterbox(photo, _SHEET_WIDTH), letterbox(colorize(parse(photo)), _SHEET_WIDTH))
        )
        for photo in photos
    ]
    return grid(pairs, _SHEET_COLUMNS)


def grid(pictures: Sequence[Image], columns: int) -> Image:
    """Return pictures of one shape in rows; the last row is filled up with black."""
    full = [*pictures, *[np.zeros_like(pictures[0])] * (-len(pictures) % columns)]
    return np.concatenate(
        [side_by_side(full[start : start + columns]) for start in range(0, len(full), columns)]
    )


def letterbox(picture: Image, width: int) -> Image:
    """Return a picture scaled into a black square, ``(width, width, 3)`` uint8 RGB.

    >>> import numpy as np
    >>> letterbox(np.zeros((40, 20, 3), np.uint8), 10).shape
    (10, 10, 3)
    """
    scale = width / max(picture.shape[:2])
    size = [max(1, round(each * scale)) for each in picture.shape[1::-1]]
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    below, right = width - small.shape[0], width - small.shape[1]
    margins = (below // 2, below - below // 2, right // 2, right - right // 2)
    return np.asarray(cv2.copyMakeBorder(small, *margins, cv2.BORDER_CONSTANT), np.uint8)
