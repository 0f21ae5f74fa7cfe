"""The editor, with an engine that paints everything green."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face2face.edit.changes import Change
from face2face.edit.editor import Editor, blend_into
from face2face.errors import OptionError
from face2face.face.expression import AVERAGE_FACE
from face2face.image import Box, Image
from face2face.modes.edit import Edit, erase_by_class
from face2face.segmentation.labels import CLASSES
from face2face.segmentation.parser import Parser

GREEN = (0, 255, 0)
HAIR = CLASSES.index("hair")


class GreenEngine:
    """Answers green, and keeps its input."""

    name = "green"

    def __init__(self) -> None:
        self.shown: list[Image] = []

    def __call__(self, panels: list[Image]) -> Image:
        self.shown = panels
        return np.full_like(panels[0], GREEN)


def test_a_photo_is_green_where_it_is_changed_and_itself_elsewhere() -> None:
    engine = GreenEngine()
    editor = Editor(
        Parser(lambda panels: np.zeros((*panels[0].shape[:2], 19), np.uint8), 256),
        Edit(256),
        engine,
    )
    photo = np.random.default_rng(0).integers(0, 256, (600, 600, 3), np.uint8)
    where = np.zeros((600, 600), bool)
    where[200:400, 250:350] = True
    change = Change(
        np.zeros((600, 600), np.uint8), np.where(where, HAIR, 0).astype(np.uint8), where
    )
    result = editor(photo, None, change)
    assert (result[300, 300] == GREEN).all()
    reach = editor.reach(Box(0, 0, 600), change)
    assert (result[reach == 0] == photo[reach == 0]).all()
    assert (reach[where] == 255).all()
    assert (reach > 0).sum() < 1.5 * where.sum()
    erased, labels, mask = engine.shown
    assert (mask[128, 128] == 255).all()
    assert not mask[0, 0].any()
    assert labels.shape == erased.shape == (256, 256, 3)


def test_a_change_far_from_the_face_is_refused() -> None:
    editor = Editor(
        Parser(lambda panels: np.zeros((*panels[0].shape[:2], 19), np.uint8), 256),
        Edit(256),
        GreenEngine(),
    )
    where = np.zeros((600, 600), bool)
    where[560:, 560:] = True
    face = (AVERAGE_FACE * 40 + (120, 120)).astype(np.float32)
    with pytest.raises(OptionError, match="lies outside the face's square"):
        editor(
            np.zeros((600, 600, 3), np.uint8),
            face,
            Change(*[np.zeros((600, 600), np.uint8)] * 2, where),
        )


@settings(max_examples=40)
@given(
    st.integers(-80, 120),
    st.integers(-80, 120),
    st.integers(1, 300),
    st.integers(0, 90),
    st.integers(0, 90),
)
def test_pixels_out_of_reach_stay_to_the_bit_wherever_the_box_lies(
    x: int, y: int, side: int, left: int, top: int
) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    reach = np.zeros((90, 120), np.uint8)
    reach[top : top + 20, left : left + 30] = 255
    result = blend_into(np.full((64, 64, 3), GREEN, np.uint8), Box(x, y, side), photo, reach)
    assert result.shape == photo.shape
    assert (result[reach == 0] == photo[reach == 0]).all()


def test_erased_pixels_get_the_colour_around_them_or_the_given_one() -> None:
    photo = np.zeros((64, 64, 3), np.uint8)
    photo[:, :32], photo[:, 32:] = (100, 0, 0), (0, 50, 0)
    labels = np.repeat(np.where(np.arange(64) < 32, HAIR, 1)[None], 64, 0).astype(np.uint8)
    mask = np.zeros((64, 64), np.uint8)
    mask[20:40, 10:50] = 255
    plain = erase_by_class(photo, labels, mask, {})
    border = np.abs(np.arange(64) - 31.5) < 4
    assert (plain == photo)[:, ~border].all()
    assert 0 < plain[30, 32, 0] < plain[30, 31, 0] < 100, "soft where one colour meets the other"
    red = erase_by_class(photo, labels, mask, {HAIR: np.array((1.0, 2.0, 3.0))})
    assert (red[30, 20] == (1, 2, 3)).all()
    assert (red[30, 45] == (0, 50, 0)).all()
    assert (red[mask == 0] == photo[mask == 0]).all()


def test_a_class_of_which_nothing_is_left_has_the_colour_around() -> None:
    photo = np.full((64, 64, 3), 40, np.uint8)
    photo[30:34, 30:34] = 250
    labels = np.ones((64, 64), np.uint8)
    labels[30:34, 30:34] = HAIR
    mask = np.zeros((64, 64), np.uint8)
    mask[28:36, 28:36] = 255
    assert (erase_by_class(photo, labels, mask, {}) == 40).all()
