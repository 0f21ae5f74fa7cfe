"""Colours in words, such as ``hair=auburn``, and the parts of a photo that may take one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import ImageColor

from face2face.segmentation.labels import CLASSES

#: Names that everybody uses for hair and CSS doesn't know -> RGB of its brighter half.
_HAIR_COLOURS = {
    "blond": "#dcc394",
    "blonde": "#dcc394",
    "ginger": "#b5602e",
    "auburn": "#6a3320",
    "brunette": "#5a3d2b",
}
#: Names that stand for several classes.
_GROUPS = {
    "lips": ("upper_lip", "lower_lip"),
    "brows": ("left_brow", "right_brow"),
    "eyes": ("left_eye", "right_eye"),
    "skin": ("skin", "nose", "left_ear", "right_ear", "neck"),
    "clothes": ("cloth",),
}


def parse_colour(text: str) -> NDArray[np.floating] | None:
    """Return the colour that a word or code names, ``(3,)`` RGB, 0 to 255; None if it names none.

    Args:
        text: A name of CSS, a name of hair's colours such as ``blond``, or ``#RRGGBB``.

    >>> parse_colour("#552200").tolist(), parse_colour("navy").tolist(), parse_colour("none")
    ([85.0, 34.0, 0.0], [0.0, 0.0, 128.0], None)
    """
    try:
        colour = ImageColor.getrgb(_HAIR_COLOURS.get(text.lower(), text))
    except ValueError:
        return None
    return np.array(colour, float) if len(colour) == 3 else None


def part_classes(part: str) -> tuple[str, ...]:
    """Return the classes that a part's name stands for; () for none.

    >>> part_classes("lips"), part_classes("hair"), part_classes("tail")
    (('upper_lip', 'lower_lip'), ('hair',), ())
    """
    return _GROUPS.get(part, (part,) if part in CLASSES else ())
