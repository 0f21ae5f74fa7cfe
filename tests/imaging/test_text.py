"""Text on pictures, held against what Pillow makes of the same text."""

import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from face2face.image import Image
from face2face.imaging.text import MARK, draw_help, draw_mark, draw_note

FONT = Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"
SHAPES = {
    "256": (256, 256),
    "strip": (256, 512),
    "720p": (720, 1280),
    "1080p": (1080, 1920),
    "portrait": (1280, 720),
    "small": (64, 64),
}
HELP = ["h   show this help", "i   sketch", "q   quit"]
#: Least correlation with the text's own rendering where it can be read.
READABLE = 0.95
#: Least difference from the correlation with another text's rendering.
DISTINCT = 0.2


def backgrounds(height: int, width: int) -> dict[str, Image]:
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return {"black": np.zeros_like(noise), "white": np.full_like(noise, 255), "noise": noise}


def box_of(drawn: Image, picture: Image) -> tuple[int, int, int, int]:
    """Return the first and last row and column in which two pictures differ."""
    rows, columns = np.nonzero((drawn != picture).any(-1))
    return rows.min(), rows.max() + 1, columns.min(), columns.max() + 1


def cut(drawn: Image, picture: Image) -> Image:
    """Return the part of a picture that was drawn on."""
    top, bottom, left, right = box_of(drawn, picture)
    return drawn[top:bottom, left:right]


@lru_cache
def renderings(text: str) -> list[Image]:
    """Return a text in all sizes, without margins."""
    made = []
    for size in range(6, 64):
        font = ImageFont.truetype(str(FONT), size, layout_engine=ImageFont.Layout.BASIC)
        canvas = Pillow.new("L", (size * len(text), 2 * size))
        ImageDraw.Draw(canvas).text((size // 2, size // 2), text, 255, font)
        made.append(np.asarray(canvas.crop(canvas.getbbox())))
    return made


def correlation(region: Image, text: str) -> float:
    """Return the best correlation of a text, in any size and place, with a region."""
    grey = cv2.cvtColor(np.ascontiguousarray(region), cv2.COLOR_RGB2GRAY)
    fitting = [
        each
        for each in renderings(text)
        if each.shape[0] <= grey.shape[0] and each.shape[1] <= grey.shape[1]
    ]
    return max(
        (float(cv2.matchTemplate(grey, each, cv2.TM_CCOEFF_NORMED).max()) for each in fitting),
        default=0.0,
    )


@pytest.fixture(params=SHAPES.values(), ids=SHAPES.keys())
def shape(request: pytest.FixtureRequest) -> tuple[int, int]:
    return request.param


@pytest.fixture(params=["black", "white", "noise"])
def picture(request: pytest.FixtureRequest, shape: tuple[int, int]) -> Image:
    return backgrounds(*shape)[request.param]


def test_the_mark_can_be_read_on_any_picture(picture: Image) -> None:
    region = cut(draw_mark(picture), picture)
    own = correlation(region, MARK)
    assert own > READABLE
    assert own > correlation(region, "authentic") + DISTINCT


def test_the_marks_letters_are_three_percent_of_the_height_without_descenders(
    shape: tuple[int, int],
) -> None:
    black = backgrounds(*shape)["black"]
    top, bottom, *_ = box_of(draw_mark(black), black)
    whole, above = (ImageFont.truetype(str(FONT), 1000).getbbox(text) for text in (MARK, "sthetic"))
    assert (bottom - top) * (above[3] - above[1]) / (whole[3] - whole[1]) >= 0.03 * shape[0]


def test_a_note_can_be_read_on_any_picture(picture: Image) -> None:
    region = cut(draw_note(picture, "30 fps"), picture)
    own = correlation(region, "30 fps")
    assert own > READABLE
    assert own > correlation(region, "25 bpm") + DISTINCT


@pytest.mark.parametrize(
    "shape", [each for each in SHAPES.values() if each[0] >= 256], indirect=True
)
def test_help_can_be_read_on_any_picture_above_a_note(picture: Image) -> None:
    helped = draw_help(picture, HELP)
    for line in HELP:
        assert correlation(cut(helped, picture), line) > READABLE
    both = draw_note(helped, "30 fps")
    assert box_of(both, helped)[0] >= box_of(helped, picture)[1], "they don't overlap"


@pytest.mark.parametrize(
    "draw", [draw_mark, lambda each: draw_note(each, "30 fps"), lambda each: draw_help(each, HELP)]
)
def test_nothing_beyond_the_box_changes_and_the_box_is_wholly_inside(
    draw, shape: tuple[int, int]
) -> None:
    on = backgrounds(*shape)
    top, bottom, left, right = box_of(draw(on["white"]), on["white"])
    assert top > 0
    assert left > 0
    assert bottom < shape[0]
    assert right < shape[1]
    before = on["noise"].copy()
    drawn = draw(on["noise"])
    assert (on["noise"] == before).all(), "the picture given isn't touched"
    drawn[top:bottom, left:right] = before[top:bottom, left:right]
    assert (drawn == before).all()


def test_the_mark_shrinks_where_a_picture_is_too_narrow_for_it() -> None:
    white = np.full((400, 50, 3), 255, np.uint8)
    drawn = draw_mark(white)
    _, _, left, right = box_of(drawn, white)
    assert 0 < left < right < 50
    assert correlation(cut(drawn, white), MARK) > READABLE


def test_a_long_note_is_wrapped_and_stays_inside() -> None:
    white = np.full((256, 256, 3), 255, np.uint8)
    drawn = draw_note(white, "written: " + "folder/" * 20 + "snapshot.png")
    top, bottom, left, right = box_of(drawn, white)
    assert 0 < left < right < 256
    assert 128 < top < bottom < 256
    assert correlation(cut(drawn, white), "written:") > READABLE


def test_names_in_other_letters_than_english_ones_are_written() -> None:
    black = np.zeros((256, 512, 3), np.uint8)
    for name in ("Jürgen.png", "Наталья.png"):
        assert correlation(cut(draw_note(black, name), black), name) > READABLE


@given(st.integers(1, 90), st.integers(1, 90), st.text(st.characters(exclude_categories=())))
def test_every_text_and_picture_is_accepted(height: int, width: int, text: str) -> None:
    black = np.zeros((height, width, 3), np.uint8)
    for drawn in (draw_mark(black), draw_note(black, text), draw_help(black, [text, text])):
        assert (drawn.shape, drawn.dtype) == (black.shape, np.uint8)


def test_matplotlib_is_not_imported_for_its_font() -> None:
    script = (
        "import sys, numpy as np\n"
        "from face2face.imaging.text import draw_mark\n"
        "draw_mark(np.zeros((64, 64, 3), np.uint8))\n"
        "assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_lines_of_a_note_stay_lines() -> None:
    picture = np.zeros((256, 512, 3), np.uint8)
    one, two = (cut(draw_note(picture, text), picture) for text in ("save", "save\nquit"))
    assert two.shape[0] > 1.5 * one.shape[0]
