"""Sliders for the changes of a face: their ranges, and how they are drawn and hit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from face2face.face.expression_model import EXPRESSIONS
from face2face.face.facial_change import EXPRESSION_AMOUNTS, PART_AMOUNTS, FacialChange
from face2face.image import Image
from face2face.imaging.text import draw_help

#: Width of the column of sliders, in pixels: the longest name fits.
COLUMN_WIDTH = 230
#: Distance of a slider's ends from the column's edges, in pixels.
_MARGIN = 16
#: Place of the line in its row, as a share of the row's height: the name stands above.
_LINE_AT = 0.7
#: Step of a slider's value.
_STEP = 0.05
#: Distance from zero within which a slider snaps to it: a twentieth of the line.
_SNAP = 0.1
#: Brightness of the column, its lines and its knobs, in grey levels of 255. The boxes of the names
#: are darker still, and must not show.
_COLUMN, _LINE, _KNOB = 8, 110, 230
#: Radius of a knob, in pixels.
_KNOB_RADIUS = 8


@dataclass(frozen=True)
class Slider:
    """A slider for one part of a face; at zero the part stays as it is.

    Attributes:
        part: A part of :class:`face2face.face.facial_change.FacialChange`.
        positive: State of the part above zero.
        negative: State below zero; the same for expressions, which then go the other way.
    """

    part: str
    positive: str
    negative: str

    @property
    def name(self) -> str:
        """Text next to the slider."""
        if self.positive == self.negative:
            return self.positive
        return f"{self.part}: {self.negative} - {self.positive}"

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest value."""
        if self.positive == self.negative:
            return EXPRESSION_AMOUNTS
        return -PART_AMOUNTS[1], PART_AMOUNTS[1]

    def change(self, value: float) -> FacialChange:
        """Return the change that a value stands for."""
        if value >= 0 or self.positive == self.negative:
            return FacialChange(self.part, self.positive, value)
        return FacialChange(self.part, self.negative, -value)

    def value(self, change: FacialChange) -> float | None:
        """Return the value that stands for a change; None where it is another slider's."""
        if change.part != self.part or change.state not in (self.positive, self.negative):
            return None
        return change.amount if change.state == self.positive else -change.amount

    def value_at(self, x: float) -> float:
        """Return the value at a column of pixels, limited to the line and rounded to steps."""
        low, high = self.limits
        share = (x - _MARGIN) / (COLUMN_WIDTH - 2 * _MARGIN)
        value = float(np.clip(low + share * (high - low), low, high))
        return 0.0 if abs(value) < _SNAP else round(value / _STEP) * _STEP

    def draw(self, value: float, height: int) -> Image:
        """Return a row with the slider, ``(height, COLUMN_WIDTH, 3)`` uint8 RGB."""
        low, high = self.limits
        row = np.full((height, COLUMN_WIDTH, 3), _COLUMN, np.uint8)

        def place(number: float) -> tuple[int, int]:
            share = (number - low) / (high - low)
            x = _MARGIN + share * (COLUMN_WIDTH - 2 * _MARGIN)
            return round(x), round(_LINE_AT * height)

        cv2.line(row, place(low), place(high), (_LINE,) * 3, 2, cv2.LINE_AA)
        (x, y), reach = place(0.0), _KNOB_RADIUS
        cv2.line(row, (x, y - reach), (x, y + reach), (_LINE,) * 3, 2, cv2.LINE_AA)
        cv2.circle(row, place(value), _KNOB_RADIUS, (_KNOB,) * 3, -1, cv2.LINE_AA)
        return draw_help(row, [f"{self.name}   {value:.2f}" if value else self.name])


#: Sliders of the parts of a face that have states of their own.
_PART_SLIDERS = (
    Slider("eyes", "wide", "shut"),
    Slider("gaze", "right", "left"),
    Slider("gaze", "down", "up"),
    Slider("mouth", "open", "closed"),
)


def sliders_for(expressions: Iterable[str]) -> list[Slider]:
    """Return the sliders of some expressions, and those of eyes, gaze and mouth.

    >>> [each.name for each in sliders_for(["smile"])][:2]
    ['smile', 'eyes: shut - wide']
    """
    known = set(expressions)
    shown = [Slider("expression", name, name) for name in EXPRESSIONS if name in known]
    return [*shown, *_PART_SLIDERS]


def draw_column(sliders: Sequence[Slider], values: Sequence[float], height: int) -> Image:
    """Return the column of sliders, ``(height, COLUMN_WIDTH, 3)`` uint8 RGB."""
    edges = [height * each // len(sliders) for each in range(len(sliders) + 1)]
    rows = [
        slider.draw(value, bottom - top)
        for slider, value, (top, bottom) in zip(sliders, values, pairwise(edges), strict=True)
    ]
    return np.concatenate(rows)
