"""Draw text on pictures: white letters on a dark box that lies inside the picture.

Pillow draws the letters, because OpenCV's font differs between its versions. The font is DejaVu
Sans, which Matplotlib ships. Unlike Pillow's font it has accented, Greek and Cyrillic letters.
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

#: Word that marks a generated picture.
MARK = "synthetic"
#: Height of a capital letter, as a share of the picture's height. It keeps the mark legible in a
#: small window.
_LETTER_SHARE = 0.03
#: Least height of a capital letter, in pixels. Smaller letters are hard to read.
_MIN_LETTER = 8
#: Height of the font's capital letters, as a share of its size; from the font's own table.
_CAPITAL_HEIGHT = 1493 / 2048
#: Divisor of the picture's brightness under a box. White letters on a white picture then have a
#: contrast of 10 to 1.
_DIMMING = 4


def draw_mark(picture: Image) -> Image:
    """Return a copy marked as synthetic in its upper right corner.

    Args:
        picture: ``(h, w, 3)`` uint8 RGB. The letters are at least 3 % of its height, or smaller
            where the picture is too narrow for that.

    Returns:
        ``(h, w, 3)`` uint8 RGB.

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
        text: The note, of one line or several. Long lines are wrapped; the letters shrink where
            that isn't enough.

    Returns:
        ``(h, w, 3)`` uint8 RGB.

    >>> draw_note(np.zeros((256, 256, 3), np.uint8), "no face found").shape
    (256, 256, 3)
    """
    height, width = picture.shape[:2]
    box, margin = _box(tuple(text.split("\n")), height, width, _font_size(height), True)
    return _blend(picture, box, height - margin - box.shape[0], margin)


def draw_help(picture: Image, lines: Sequence[str]) -> Image:
    """Return a copy with lines of text in its upper left corner.

    The text leaves room for a :func:`draw_note` of one line below it.

    Args:
        picture: ``(h, w, 3)`` uint8 RGB.
        lines: At least one line. Long ones are wrapped; the letters shrink where that isn't enough.

    Returns:
        ``(h, w, 3)`` uint8 RGB.

    >>> draw_help(np.zeros((256, 256, 3), np.uint8), ["q   quit", "h   help"]).shape
    (256, 256, 3)
    """
    height, width = picture.shape[:2]
    size = _font_size(height)
    note, margin = _box((" ",), height, width, size, True)
    box, margin = _box(tuple(lines), height - note.shape[0] - margin, width, size, True)
    return _blend(picture, box, margin, margin)


def _font_size(height: int) -> int:
    """Return the font size for a picture ``height`` pixels high."""
    return ceil(max(_MIN_LETTER, ceil(_LETTER_SHARE * height)) / _CAPITAL_HEIGHT)


@lru_cache(maxsize=32)
def _box(
    lines: tuple[str, ...], height: int, width: int, size: int, wrap: bool
) -> tuple[Image, int]:
    """Return a box of text that fits into a picture with a margin around it.

    Args:
        lines: At least one line, from top to bottom.
        height: Height of the picture, in pixels.
        width: Width of the picture, in pixels.
        size: Size of the font; it is reduced until the box fits.
        wrap: Whether to wrap long lines.

    Returns:
        The letters, white on black, ``(box height, box width, 3)`` uint8; and the margin in pixels.
    """
    for font_size in range(size, 0, -1):
        font, margin, padding = _font(font_size), font_size // 3, ceil(font_size / 3)
        room = width - 2 * (margin + padding)
        parts = [part for line in lines for part in _wrap(line, font, room)] if wrap else lines
        pitch = sum(font.getmetrics())
        box_width, box_height = (
            ceil(max(map(font.getlength, parts))) + 2 * padding,
            pitch * len(parts) + 2 * padding,
        )
        if box_width <= width - 2 * margin and box_height <= height - 2 * margin:
            break
    canvas = Pillow.new("RGB", (box_width, box_height))
    draw = ImageDraw.Draw(canvas)
    for number, line in enumerate(parts):
        draw.text((padding, padding + pitch * number), line, "white", font)
    # A picture of a few pixels is smaller than the smallest text: cut the box to fit.
    return np.asarray(canvas)[: height - 2 * margin, : width - 2 * margin], margin


def _wrap(line: str, font: ImageFont.FreeTypeFont, room: int) -> list[str]:
    """Return a line in parts that are at most about ``room`` pixels wide."""
    columns = int(len(line) * room / max(font.getlength(line), 1))
    return textwrap.wrap(line, max(columns, 1)) or [""]


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font in a size, without importing Matplotlib.

    Pillow's basic layout is the same on every machine.
    """
    spec = find_spec("matplotlib")
    assert spec is not None and spec.origin is not None, "Matplotlib is a requirement"
    path = Path(spec.origin).with_name("mpl-data") / "fonts/ttf/DejaVuSans.ttf"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def _blend(picture: Image, box: Image, top: int, left: int) -> Image:
    """Return a copy with a box of letters over a dimmed part of the picture."""
    copy = picture.copy()
    under = copy[top : top + box.shape[0], left : left + box.shape[1]]
    np.maximum(under // _DIMMING, box, out=under)
    return copy
