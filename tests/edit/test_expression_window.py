"""The window with sliders, by its public surface."""

import numpy as np
import pytest

from face2face.edit.expression_window import KEYS, ExpressionWindow
from face2face.edit.photo_window import UNSAVED
from face2face.edit.sliders import COLUMN_WIDTH
from face2face.errors import ModelError
from face2face.face.expression import AVERAGE_FACE
from face2face.face.facial_change import FacialChange, apply_changes
from face2face.image import Image, Landmarks
from face2face.media.window import DOWN, MOVED, UP
from tests.feature_models import expressions

FACE = (60 * AVERAGE_FACE + (150, 120)).astype(np.float32)
PHOTO = np.full((240, 300, 3), 90, np.uint8)
#: The expressions that the model knows, then eyes, gaze twice, and mouth.
SLIDERS = ["neutral", "smile", "surprised", "eyes", "left - right", "up - down", "mouth"]


class Painter:
    """Notes what it is asked for, and makes the whole photo white."""

    def __init__(self) -> None:
        self.wanted = FACE
        self.broken = False

    def __call__(self, photo: Image, landmarks: Landmarks, wanted: Landmarks) -> Image:
        if self.broken:
            raise ModelError("The model is damaged.", hint="Restore it.")
        self.wanted = wanted
        return np.full_like(photo, 255)


@pytest.fixture
def painter() -> Painter:
    return Painter()


@pytest.fixture
def saved() -> list[Image]:
    return []


def open_window(painter: Painter, saved: list[Image], *changes: FacialChange) -> ExpressionWindow:
    def save(picture: Image) -> str:
        saved.append(picture)
        return "written"

    return ExpressionWindow(painter, expressions(), PHOTO, FACE, changes, save)


def drag(window: ExpressionWindow, name: str, *places: int) -> None:
    """Press a slider at the first place, move to the others, and release it."""
    height = window.picture().shape[0]
    y = (2 * SLIDERS.index(name) + 1) * height // (2 * len(SLIDERS))
    window.mouse(DOWN, places[0], y)
    for x in places[1:]:
        window.mouse(MOVED, x, height + 5)  # the pointer may leave the row
    window.mouse(UP, places[-1], y)


def test_a_slider_is_dragged_to_its_ends_and_snaps_to_zero(
    painter: Painter, saved: list[Image]
) -> None:
    window = open_window(painter, saved)
    middle = COLUMN_WIDTH // 2
    drag(window, "mouth", middle, COLUMN_WIDTH + 99)
    drag(window, "smile", COLUMN_WIDTH - 1)
    drag(window, "eyes", middle, 0)
    drag(window, "up - down", 0, middle + 3)
    assert window.values == [0, 1.5, 0, -1, 0, 0, 1]
    window.mouse(MOVED, 0, 10)  # no button is down
    assert window.values[0] == 0
    window.mouse(DOWN, COLUMN_WIDTH + 50, 10)  # a click on the photo
    assert window.values[0] == 0


def test_the_preview_follows_and_the_photo_is_saved_at_its_size(
    painter: Painter, saved: list[Image]
) -> None:
    window = open_window(painter, saved)
    assert not window.refresh()
    KEYS.press(window, "s")
    assert (saved, window.status) == ([], "nothing is changed yet")
    drag(window, "mouth", COLUMN_WIDTH - 1)
    assert window.refresh()
    assert (window.result == 255).all()
    assert not window.refresh()
    KEYS.press(window, "s")
    assert saved[0].shape == PHOTO.shape
    opened = FacialChange("mouth", "open").applied_to(FACE, None)
    assert painter.wanted == pytest.approx(opened, abs=0.01)
    KEYS.press(window, "q")
    assert window.closed


def test_named_changes_are_where_the_sliders_begin(painter: Painter, saved: list[Image]) -> None:
    changes = [
        FacialChange("expression", "smile", 0.7),
        FacialChange("gaze", "left", 0.5),
        FacialChange("eyes", "wide", 0.3),
    ]
    window = open_window(painter, saved, *changes)
    assert window.values == [0, 0.7, 0, 0.3, -0.5, 0, 0]
    window.save()
    wanted, made = apply_changes(FACE, [changes[0], changes[2], changes[1]], expressions())
    assert not made
    assert painter.wanted == pytest.approx(wanted, abs=0.01)


def test_unsaved_sliders_are_asked_about_and_a_reset_leaves_nothing_to_save(
    painter: Painter, saved: list[Image]
) -> None:
    window = open_window(painter, saved)
    drag(window, "smile", COLUMN_WIDTH - 1)
    KEYS.press(window, "q")
    assert (window.closed, window.status) == (False, UNSAVED)
    drag(window, "smile", COLUMN_WIDTH - 20)  # going on is an answer
    assert not window.asking
    KEYS.press(window, "r")
    assert window.values == [0] * len(SLIDERS)
    window.refresh()
    KEYS.press(window, "q")
    assert window.closed


def test_a_damaged_model_is_shown_in_the_window(painter: Painter, saved: list[Image]) -> None:
    painter.broken = True
    window = open_window(painter, saved, FacialChange("mouth", "open"))
    assert window.refresh()
    assert window.status == "The model is damaged. Restore it."
