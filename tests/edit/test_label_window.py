"""The studio: by its own surface, and as a real window on a virtual screen with real mouse and keys."""

import numpy as np
import pytest

from face2face.edit.editor import Editor
from face2face.edit.label_window import TOOLS, LabelEditorWindow
from face2face.image import Image, Scene
from face2face.media.window import DOWN, MOVED, UP
from face2face.modes.edit import Edit
from face2face.segmentation.labels import CLASSES, PALETTE
from face2face.segmentation.parser import Parser

HAIR = CLASSES.index("hair")
PALETTE_WIDTH = 132


class Greens:
    name = "green"

    def __call__(self, panels: list[Image]) -> Image:
        return np.full_like(panels[0], (0, 255, 0))


@pytest.fixture
def saved() -> list[Image]:
    return []


@pytest.fixture
def studio(astronaut: Scene, saved: list[Image]) -> LabelEditorWindow:
    assert astronaut.landmarks is not None
    editor = Editor(
        Parser(lambda panels: np.zeros((*panels[0].shape[:2], 19), np.uint8), 256),
        Edit(256),
        Greens(),
    )

    def save(picture: Image) -> str:
        saved.append(picture)
        return "written"

    return LabelEditorWindow(
        editor, astronaut.photo, np.zeros((256, 256), np.uint8), astronaut.landmarks, save
    )


def press(studio: LabelEditorWindow, key: str) -> None:
    TOOLS.press(studio, key)


def choose(studio: LabelEditorWindow, name: str) -> None:
    height = studio.picture().shape[0]
    studio.mouse(DOWN, 10, (2 * CLASSES.index(name) + 1) * height // (2 * len(CLASSES)))
    studio.mouse(UP, 10, 10)


def stroke(studio: LabelEditorWindow, *points: tuple[int, int]) -> None:
    studio.mouse(DOWN, PALETTE_WIDTH + points[0][0], points[0][1])
    for x, y in points[1:]:
        studio.mouse(MOVED, PALETTE_WIDTH + x, y)
    studio.mouse(UP, *points[-1])


def test_a_class_is_chosen_a_stroke_painted_and_the_preview_follows(
    studio: LabelEditorWindow,
) -> None:
    choose(studio, "hair")
    assert studio.canvas.brush == HAIR
    stroke(studio, (100, 100), (150, 120))
    assert studio.refresh()
    assert (studio.result[110, 125] == (0, 255, 0)).all()
    assert max(studio.result.shape[:2]) == 560
    assert not studio.refresh()
    press(studio, "u")
    assert studio.refresh()
    height, width = studio.result.shape[:2]
    assert (studio.result[:-40] == studio.picture()[: height - 40, PALETTE_WIDTH + width :]).all()
    press(studio, "r")
    studio.refresh()
    press(studio, "e")
    stroke(studio, (100, 100), (150, 120))
    studio.refresh()
    assert studio.canvas.change is None


def test_saving_writes_the_changed_photo_or_says_that_nothing_is_painted(
    studio: LabelEditorWindow, saved: list[Image], astronaut: Scene
) -> None:
    press(studio, "s")
    assert saved == []
    choose(studio, "hair")
    stroke(studio, (300, 300), (350, 320))
    press(studio, "s")
    assert saved[0].shape == astronaut.photo.shape
    changed = (saved[0] != astronaut.photo).any(-1)
    assert 200 < changed.sum() < 0.1 * changed.size
    assert (saved[0][changed] == (0, 255, 0)).all(-1).mean() > 0.3


def test_the_brush_grows_and_shrinks_within_its_limits(studio: LabelEditorWindow) -> None:
    for _ in range(60):
        press(studio, "+")
    largest = studio.canvas.radius
    for _ in range(60):
        press(studio, "-")
    assert (studio.canvas.radius, largest) == (1, 200)


def test_help_lists_every_key_and_quit_ends(studio: LabelEditorWindow) -> None:
    before = studio.picture()
    press(studio, "h")
    assert (studio.picture() != before).any()
    press(studio, "h")
    assert (studio.picture() == before).all()
    press(studio, "q")
    assert studio.over


def test_any_mouse_and_keys_for_a_while_break_nothing(studio: LabelEditorWindow) -> None:
    rng = np.random.default_rng(0)
    tools = [key for key in TOOLS if key not in "qs"]
    for _ in range(300):
        if rng.random() < 0.3:
            press(studio, tools[rng.integers(len(tools))])
        else:
            studio.mouse(int(rng.integers(3)), *(int(each) for each in rng.integers(-50, 900, 2)))
    studio.refresh()
    assert studio.picture().dtype == np.uint8
    assert len(PALETTE) == len(CLASSES)
