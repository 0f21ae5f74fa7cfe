"""Unsaved work: both windows ask before they close, however they are closed."""

from collections.abc import Callable

import numpy as np
import pytest

from face2face.edit import label_window, retouch_window
from face2face.edit.editor import Editor
from face2face.edit.label_window import LabelEditorWindow
from face2face.edit.paint_window import PaintWindow
from face2face.edit.photo_window import UNSAVED, PhotoKeys, run_photo_window
from face2face.edit.retouch_window import RetouchWindow
from face2face.errors import MediaError
from face2face.image import Image, Scene
from face2face.media.window import DOWN, QUIT, UP
from face2face.modes.edit import Edit
from face2face.segmentation.parser import Parser

Make = Callable[[Callable[[Image], str]], tuple[PaintWindow, PhotoKeys]]


class GreenEngine:
    name = "green"

    def __call__(self, panels: list[Image]) -> Image:
        return np.full_like(panels[0], (0, 255, 0))


@pytest.fixture(params=["edit", "retouch", "retouch, something found"])
def make(request: pytest.FixtureRequest, astronaut: Scene) -> Make:
    """Makes a window's state and keys from a function that saves."""
    assert astronaut.landmarks is not None
    photo, landmarks = astronaut.photo, astronaut.landmarks

    def label_editor(save: Callable[[Image], str]) -> tuple[PaintWindow, PhotoKeys]:
        editor = Editor(
            Parser(lambda panels: np.zeros((*panels[0].shape[:2], 19), np.uint8), 256),
            Edit(256),
            GreenEngine(),
        )
        return LabelEditorWindow(
            editor, photo, np.zeros((256, 256), np.uint8), landmarks, save
        ), label_window.KEYS

    def retouch(save: Callable[[Image], str]) -> tuple[PaintWindow, PhotoKeys]:
        mask = np.zeros((256, 256), np.uint8)
        if request.param != "retouch":
            mask[20:30, 20:30] = 255
        return RetouchWindow(
            lambda photo, mask: photo.copy(), photo, mask, save
        ), retouch_window.KEYS

    return label_editor if request.param == "edit" else retouch


def stroke(painting: PaintWindow, x: int = 200, y: int = 150) -> None:
    painting.mouse(DOWN, x, y)
    painting.mouse(UP, x, y)


def press(painting: PaintWindow, bindings: PhotoKeys, keys: str) -> None:
    for key in keys:
        bindings.press(painting, key)


@pytest.mark.parametrize(
    ("before", "keys", "closed", "saves"),
    [
        ("", "q", True, 0),  # nothing was painted
        ("stroke", "q", False, 0),
        ("stroke", "qq", True, 0),
        ("stroke", "qs", True, 1),  # saved, then closed
        ("stroke", "qx", False, 0),
        ("stroke", "qxq", False, 0),  # asked anew
        ("stroke", "quq", False, 0),  # the answer takes no stroke back
        ("stroke", "uq", True, 0),  # the stroke was taken back
        ("stroke", "urq", False, 0),
        ("stroke", "sq", True, 1),  # saved before
        ("stroke", "suq", False, 1),  # what is saved has a stroke more
        ("stroke", "surq", True, 1),
    ],
)
def test_only_unsaved_work_is_asked_about(
    before: str, keys: str, closed: bool, saves: int, make: Make
) -> None:
    saved: list[Image] = []
    painting, bindings = make(lambda picture: str(saved.append(picture)))
    if before:
        stroke(painting)
    press(painting, bindings, keys)
    assert (painting.closed, len(saved)) == (closed, saves)
    assert painting.asking == (painting.status == UNSAVED)


def test_no_key_is_no_answer_and_a_stroke_is_one(make: Make) -> None:
    painting, bindings = make(lambda picture: "written")
    stroke(painting)
    press(painting, bindings, "q")
    bindings.press(painting, "")
    assert painting.asking
    stroke(painting, 220, 100)
    assert not painting.asking
    press(painting, bindings, "u")
    assert not painting.closed


def test_a_window_whose_saving_fails_stays(make: Make) -> None:
    def fail(picture: Image) -> str:
        raise MediaError("The disk is full.", hint="Free some space.")

    painting, bindings = make(fail)
    stroke(painting)
    press(painting, bindings, "qs")
    assert not painting.closed
    assert painting.status == "The disk is full. Free some space."
    press(painting, bindings, "q")
    assert painting.asking


class FakeWindow:
    """A window that gives keys one after another; some close it, as its own button does."""

    def __init__(self, keys: list[str]) -> None:
        self.keys, self.open, self.shown = list(keys), True, 0

    def key(self, wait: float = 0.0) -> str:
        key = self.keys.pop(0)
        if key == "button":
            self.open = False
            return QUIT
        return key

    def write(self, image: Image, seconds: float) -> None:
        assert self.open, "a closed window shows nothing"
        self.shown += 1

    def reopen(self) -> None:
        self.open = True

    def on_mouse(self, act: Callable[[int, int, int], None]) -> None:
        self.act = act


@pytest.mark.parametrize(
    "keys",
    [
        ["button", "x", "button", "q"],
        ["button", "button"],
        ["q", "", "", "button"],
        ["button", "", "s"],
    ],
)
def test_a_window_closed_by_its_button_opens_again_to_ask(keys: list[str], make: Make) -> None:
    painting, bindings = make(lambda picture: "written")
    stroke(painting)
    window = FakeWindow(keys)
    run_photo_window(painting, window, bindings)  # type: ignore[arg-type]
    assert (painting.closed, window.keys, window.shown) == (True, [], len(keys))


def test_an_untouched_window_closes_at_once(make: Make) -> None:
    painting, bindings = make(lambda picture: "written")
    window = FakeWindow(["button"])
    run_photo_window(painting, window, bindings)  # type: ignore[arg-type]
    assert (painting.closed, window.open) == (True, False)
