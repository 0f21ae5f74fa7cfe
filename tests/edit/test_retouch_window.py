"""The window in which a brush takes away what it goes over, by its own surface."""

import numpy as np
import pytest
from numpy.typing import NDArray

from face2face.edit.retouch_window import TOOLS, RetouchWindow
from face2face.errors import OptionError
from face2face.image import Image
from face2face.media.window import DOWN, MOVED, UP

PHOTO = np.full((1200, 1800, 3), 100, np.uint8)


def green(photo: Image, mask: NDArray[np.uint8]) -> Image:
    result = photo.copy()
    result[mask > 127] = (0, 255, 0)
    return result


@pytest.fixture
def saved() -> list[Image]:
    return []


@pytest.fixture
def wipe(saved: list[Image]) -> RetouchWindow:
    def save(picture: Image) -> str:
        saved.append(picture)
        return "written"

    return RetouchWindow(green, PHOTO, np.zeros(PHOTO.shape[:2], np.uint8), save)


def stroke(wipe: RetouchWindow, *points: tuple[int, int]) -> None:
    wipe.mouse(DOWN, *points[0])
    for point in points[1:]:
        wipe.mouse(MOVED, *point)
    wipe.mouse(UP, *points[-1])


def test_a_stroke_is_red_while_it_is_drawn_and_then_gone(wipe: RetouchWindow) -> None:
    assert wipe.picture().shape == (600, 900, 3)
    wipe.mouse(DOWN, 100, 100)
    wipe.mouse(MOVED, 200, 100)
    assert wipe.picture()[100, 150].tolist() != [100, 100, 100]
    assert not wipe.refresh(), "not before the stroke ends"
    wipe.mouse(UP, 200, 100)
    assert wipe.refresh()
    assert wipe.picture()[100, 150].tolist() == [0, 255, 0]
    TOOLS.press(wipe, "u")
    wipe.refresh()
    assert wipe.picture()[100, 150].tolist() == [100, 100, 100]
    TOOLS.press(wipe, "r")
    wipe.refresh()
    assert wipe.picture()[100, 150].tolist() == [0, 255, 0]


def test_what_is_saved_is_the_photo_at_its_own_size(
    wipe: RetouchWindow, saved: list[Image]
) -> None:
    TOOLS.press(wipe, "s")
    assert not saved
    stroke(wipe, (100, 100), (200, 100))
    TOOLS.press(wipe, "e")
    stroke(wipe, (190, 100), (220, 100))
    TOOLS.press(wipe, "w")
    TOOLS.press(wipe, "s")
    (picture,) = saved
    assert picture.shape == PHOTO.shape
    assert picture[200, 300].tolist() == [0, 255, 0]
    assert picture[200, 400].tolist() == [100, 100, 100], "erased again"


def test_what_was_found_before_can_be_taken_back_by_the_brush(saved: list[Image]) -> None:
    mask = np.zeros(PHOTO.shape[:2], np.uint8)
    mask[190:210, 290:310] = 255
    wipe = RetouchWindow(green, PHOTO, mask, lambda picture: str(saved.append(picture)))
    assert wipe.refresh()
    assert wipe.picture()[100, 150].tolist() == [0, 255, 0]
    TOOLS.press(wipe, "s")
    assert ((saved[0] == (0, 255, 0)).all(-1) == (mask > 0)).all(), "exactly what was found"
    TOOLS.press(wipe, "e")
    stroke(wipe, (140, 100), (160, 100))
    wipe.refresh()
    assert wipe.picture()[100, 150].tolist() == [100, 100, 100]


def test_an_error_is_told_and_nothing_lost(saved: list[Image]) -> None:
    def refuse(photo: Image, mask: NDArray[np.uint8]) -> Image:
        raise OptionError("a mask leaves some of the photo", "all of it is masked", "mask less")

    wipe = RetouchWindow(
        refuse,
        PHOTO,
        np.zeros(PHOTO.shape[:2], np.uint8),
        lambda picture: str(saved.append(picture)),
    )
    stroke(wipe, (100, 100), (200, 100))
    wipe.refresh()
    TOOLS.press(wipe, "s")
    assert not saved
    assert "leaves some" in wipe.told
    assert wipe.canvas.change is not None
    TOOLS.press(wipe, "q")
    assert not wipe.over, "the strokes aren't saved"
    TOOLS.press(wipe, "q")
    assert wipe.over
