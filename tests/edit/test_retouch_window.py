"""The window to retouch a photo in, by its public surface."""

import numpy as np
import pytest
from numpy.typing import NDArray

from face2face.edit.retouch_window import KEYS, RetouchWindow
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
def window(saved: list[Image]) -> RetouchWindow:
    def save(picture: Image) -> str:
        saved.append(picture)
        return "written"

    return RetouchWindow(green, PHOTO, np.zeros(PHOTO.shape[:2], np.uint8), save)


def stroke(window: RetouchWindow, *points: tuple[int, int]) -> None:
    window.mouse(DOWN, *points[0])
    for point in points[1:]:
        window.mouse(MOVED, *point)
    window.mouse(UP, *points[-1])


def test_a_stroke_is_red_while_it_is_drawn_and_then_removed(window: RetouchWindow) -> None:
    assert window.picture().shape == (600, 900, 3)
    window.mouse(DOWN, 100, 100)
    window.mouse(MOVED, 200, 100)
    assert window.picture()[100, 150].tolist() != [100, 100, 100]
    assert not window.refresh(), "not before the stroke ends"
    window.mouse(UP, 200, 100)
    assert window.refresh()
    assert window.picture()[100, 150].tolist() == [0, 255, 0]
    KEYS.press(window, "u")
    window.refresh()
    assert window.picture()[100, 150].tolist() == [100, 100, 100]
    KEYS.press(window, "r")
    window.refresh()
    assert window.picture()[100, 150].tolist() == [0, 255, 0]


def test_the_photo_is_saved_at_its_own_size(window: RetouchWindow, saved: list[Image]) -> None:
    KEYS.press(window, "s")
    assert not saved
    stroke(window, (100, 100), (200, 100))
    KEYS.press(window, "e")
    stroke(window, (190, 100), (220, 100))
    KEYS.press(window, "w")
    KEYS.press(window, "s")
    (picture,) = saved
    assert picture.shape == PHOTO.shape
    assert picture[200, 300].tolist() == [0, 255, 0]
    assert picture[200, 400].tolist() == [100, 100, 100], "erased again"


def test_the_brush_can_erase_the_first_mask(saved: list[Image]) -> None:
    mask = np.zeros(PHOTO.shape[:2], np.uint8)
    mask[190:210, 290:310] = 255
    window = RetouchWindow(green, PHOTO, mask, lambda picture: str(saved.append(picture)))
    assert window.refresh()
    assert window.picture()[100, 150].tolist() == [0, 255, 0]
    KEYS.press(window, "s")
    assert ((saved[0] == (0, 255, 0)).all(-1) == (mask > 0)).all(), "exactly what was found"
    KEYS.press(window, "e")
    stroke(window, (140, 100), (160, 100))
    window.refresh()
    assert window.picture()[100, 150].tolist() == [100, 100, 100]


def test_an_error_becomes_the_status_and_strokes_stay(saved: list[Image]) -> None:
    def refuse(photo: Image, mask: NDArray[np.uint8]) -> Image:
        raise OptionError("All of the photo is masked.", hint="Mask less.")

    window = RetouchWindow(
        refuse,
        PHOTO,
        np.zeros(PHOTO.shape[:2], np.uint8),
        lambda picture: str(saved.append(picture)),
    )
    stroke(window, (100, 100), (200, 100))
    window.refresh()
    KEYS.press(window, "s")
    assert not saved
    assert window.status == "All of the photo is masked. Mask less."
    assert window.canvas.change is not None
    KEYS.press(window, "q")
    assert not window.closed, "the strokes aren't saved"
    KEYS.press(window, "q")
    assert window.closed
