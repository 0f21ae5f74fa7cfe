"""Text on pictures: white letters on a dark box, in one font, wholly inside the picture.

Pillow draws the letters, since OpenCV's own font differs between its versions. The font is DejaVu Sans, which Matplotlib ships:
unlike Pillow's own font it has the accented, Greek and Cyrillic letters that file names need.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from math import ceil
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from face2face.image import Image

#: The word that marks a generated picture.
MARK = "synthetic"
#: Height of a capital letter as a share of the picture's height: the mark must be seen in a small window too.
_LETTER_SHARE = 0.03
#: Least height of a capital letter in pixels; smaller ones are hard to read.
_MIN_LETTER = 8
#: Height of the font's capital letters as a share of its size.
_CAPITAL = 1493 / 2048
#: Divides the picture's brightness under a box: white letters over white reach a contrast of 10 to 1.
_DIMMING = 4


def draw_mark(picture: Image) -> Image:
    """Return a copy that says in its upper right corner that it is synthetic.

    Args:
        picture: ``(h, w, 3)`` uint8 RGB. The letters are at least 3 % of its height, less only where it is too narrow for them.

    >>> draw_mark(np.zeros((256, 256, 3), np.uint8)).shape
    (256, 256, 3)
    """
    height, width = picture.shape[:2]
    box, margin = _box((MARK,), height, width, _font_size(height), False)
    return _blend(picture, box, margin, width - margin - box.shape[1])


def draw_note(picture: Image, text: str) -> Image:
    """Return a copy with a note in its lower left corner.

    Args:
        picture: ``(h, w, 3)`` uint8 RGB.
        text: Wrapped where a line is too long, and drawn smaller where the lines are then too many.

    >>> draw_note(np.zeros((256, 256, 3), np.uint8), "no face found").shape
    (256, 256, 3)
    """
    height, width = picture.shape[:2]
    box, margin = _box((text,), height, width, _font_size(height), True)
    return _blend(picture, box, height - margin - box.shape[0], margin)


def draw_help(picture: Image, lines: Sequence[str]) -> Image:
    """Return a copy with lines of text from its upper left corner on, above the place of a :func:`draw_note` of one line.

    Args:
        picture: ``(h, w, 3)`` uint8 RGB.
        lines: At least one. Wrapped where one is too long, and drawn smaller where they are then too many.

    >>> draw_help(np.zeros((256, 256, 3), np.uint8), ["q   quit", "h   help"]).shape
    (256, 256, 3)
    """
    height, width = picture.shape[:2]
    size = _font_size(height)
    note, margin = _box((" ",), height, width, size, True)
    box, margin = _box(tuple(lines), height - note.shape[0] - margin, width, size, True)
    return _blend(picture, box, margin, margin)


def _font_size(height: int) -> int:
    """Return the font size at which capital letters are high enough for a picture of this height."""
    return ceil(max(_MIN_LETTER, ceil(_LETTER_SHARE * height)) / _CAPITAL)


@lru_cache(maxsize=32)
def _box(
    lines: tuple[str, ...], height: int, width: int, size: int, wrap: bool
) -> tuple[Image, int]:
    """Return a box of text that fits into a picture with a margin around it.

    Args:
        lines: From top to bottom, at least one.
        height: The picture's, in pixels.
        width: The picture's, in pixels.
        size: The font's; it is reduced until the box fits.
        wrap: Whether lines may be wrapped.

    Returns:
        The letters, white on black, and the margin in pixels.
    """
    for smaller in range(size, 0, -1):
        font, margin, padding = _font(smaller), smaller // 3, ceil(smaller / 3)
        room = width - 2 * (margin + padding)
        shown = [part for line in lines for part in _wrapped(line, font, room)] if wrap else lines
        pitch = sum(font.getmetrics())
        box_width, box_height = (
            ceil(max(map(font.getlength, shown))) + 2 * padding,
            pitch * len(shown) + 2 * padding,
        )
        if box_width <= width - 2 * margin and box_height <= height - 2 * margin:
            break
    canvas = Pillow.new("RGB", (box_width, box_height))
    draw = ImageDraw.Draw(canvas)
    for number, line in enumerate(shown):
        draw.text((padding, padding + pitch * number), line, "white", font)
    # In a picture of a few pixels no text can be read, but none may reach over its edge either.
    return np.asarray(canvas)[: height - 2 * margin, : width - 2 * margin], margin


def _wrapped(line: str, font: ImageFont.FreeTypeFont, room: int) -> list[str]:
    """Return a line in parts of about this many pixels at most."""
    columns = int(len(line) * room / max(font.getlength(line), 1))
    return textwrap.wrap(line, max(columns, 1)) or [""]


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font in a size. Matplotlib isn't imported for it, and the basic layout is the same on every machine."""
    spec = find_spec("matplotlib")
    assert spec is not None and spec.origin is not None, "a requirement of the package"
    path = Path(spec.origin).with_name("mpl-data") / "fonts/ttf/DejaVuSans.ttf"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def _blend(picture: Image, box: Image, top: int, left: int) -> Image:
    """Return a copy with a box of text: the lighter of the dimmed picture and the letters."""
    copy = picture.copy()
    under = copy[top : top + box.shape[0], left : left + box.shape[1]]
    np.maximum(under // _DIMMING, box, out=under)
    return copy
