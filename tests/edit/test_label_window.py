"""The window to paint a label map in, by its public surface."""

import numpy as np
import pytest

from face2face.edit.editor import Editor
from face2face.edit.label_window import KEYS, LabelEditorWindow
from face2face.image import Image, Scene
from face2face.media.window import DOWN, MOVED, UP
from face2face.modes.edit import Edit
from face2face.segmentation.labels import CLASSES, PALETTE
from face2face.segmentation.parser import Parser

HAIR = CLASSES.index("hair")
PALETTE_WIDTH = 132


class GreenEngine:
    name = "green"

    def __call__(self, panels: list[Image]) -> Image:
        return np.full_like(panels[0], (0, 255, 0))


@pytest.fixture
def saved() -> list[Image]:
    return []


@pytest.fixture
def window(astronaut: Scene, saved: list[Image]) -> LabelEditorWindow:
    assert astronaut.landmarks is not None
    editor = Editor(
        Parser(lambda panels: np.zeros((*panels[0].shape[:2], 19), np.uint8), 256),
        Edit(256),
        GreenEngine(),
    )

    def save(picture: Image) -> str:
        saved.append(picture)
        return "written"

    return LabelEditorWindow(
        editor, astronaut.photo, np.zeros((256, 256), np.uint8), astronaut.landmarks, save
    )


def press(window: LabelEditorWindow, key: str) -> None:
    KEYS.press(window, key)


def choose(window: LabelEditorWindow, name: str) -> None:
    height = window.picture().shape[0]
    window.mouse(DOWN, 10, (2 * CLASSES.index(name) + 1) * height // (2 * len(CLASSES)))
    window.mouse(UP, 10, 10)


def stroke(window: LabelEditorWindow, *points: tuple[int, int]) -> None:
    window.mouse(DOWN, PALETTE_WIDTH + points[0][0], points[0][1])
    for x, y in points[1:]:
        window.mouse(MOVED, PALETTE_WIDTH + x, y)
    window.mouse(UP, *points[-1])


def test_the_preview_follows_a_stroke_of_the_chosen_class(
    window: LabelEditorWindow,
) -> None:
    choose(window, "hair")
    assert window.canvas.brush == HAIR
    stroke(window, (100, 100), (150, 120))
    assert window.refresh()
    assert (window.result[110, 125] == (0, 255, 0)).all()
    assert max(window.result.shape[:2]) == 560
    assert not window.refresh()
    press(window, "u")
    assert window.refresh()
    height, width = window.result.shape[:2]
    assert (window.result[:-40] == window.picture()[: height - 40, PALETTE_WIDTH + width :]).all()
    press(window, "r")
    window.refresh()
    press(window, "e")
    stroke(window, (100, 100), (150, 120))
    window.refresh()
    assert window.canvas.change is None


def test_saving_writes_the_changed_photo_once_something_is_painted(
    window: LabelEditorWindow, saved: list[Image], astronaut: Scene
) -> None:
    press(window, "s")
    assert saved == []
    choose(window, "hair")
    stroke(window, (300, 300), (350, 320))
    press(window, "s")
    assert saved[0].shape == astronaut.photo.shape
    changed = (saved[0] != astronaut.photo).any(-1)
    assert 200 < changed.sum() < 0.1 * changed.size
    assert (saved[0][changed] == (0, 255, 0)).all(-1).mean() > 0.3


def test_the_brush_grows_and_shrinks_within_its_limits(window: LabelEditorWindow) -> None:
    for _ in range(60):
        press(window, "+")
    largest = window.canvas.radius
    for _ in range(60):
        press(window, "-")
    assert (window.canvas.radius, largest) == (1, 200)


def test_h_shows_and_hides_the_help_and_q_closes(window: LabelEditorWindow) -> None:
    before = window.picture()
    press(window, "h")
    assert (window.picture() != before).any()
    press(window, "h")
    assert (window.picture() == before).all()
    press(window, "q")
    assert window.closed


def test_any_mouse_and_keys_for_a_while_break_nothing(window: LabelEditorWindow) -> None:
    rng = np.random.default_rng(0)
    keys = [key for key in KEYS if key not in "qs"]
    for _ in range(300):
        if rng.random() < 0.3:
            press(window, keys[rng.integers(len(keys))])
        else:
            window.mouse(int(rng.integers(3)), *(int(each) for each in rng.integers(-50, 900, 2)))
    window.refresh()
    assert window.picture().dtype == np.uint8
    assert len(PALETTE) == len(CLASSES)
