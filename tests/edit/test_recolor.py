import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from face2face.edit.changes import Change
from face2face.edit.editor import Editor
from face2face.edit.recolor import recolor
from face2face.image import Image
from face2face.modes.edit import Edit
from face2face.segmentation.labels import CLASSES
from face2face.segmentation.parser import Parser


def strands() -> Image:
    """Brown, with finer light and shade."""
    photo = np.full((120, 160, 3), (90, 60, 40), np.uint8)
    photo[:, ::4] = (120, 82, 56)
    return photo


def middle() -> np.ndarray:
    where = np.zeros((120, 160), bool)
    where[30:90, 40:120] = True
    return where


@settings(max_examples=30)
@given(st.tuples(*[st.integers(30, 220)] * 3))
def test_the_mean_moves_and_the_texture_and_the_rest_stay(
    colour: tuple[int, int, int],
) -> None:
    photo, where = strands(), middle()
    result = recolor(photo, where, np.array(colour, float))
    assert (result[~where] == photo[~where]).all()
    inner = result[40:80, 50:110].astype(float)
    assert np.abs(inner.mean((0, 1)) - colour).max() < 25, (
        "strands too dark or too bright for a screen are held to it"
    )
    light, dark = inner[:, 2::4].mean(-1).mean(), inner[:, 3::4].mean(-1).mean()
    assert light > dark + 2


def test_the_editor_recolors_without_a_network() -> None:
    def never(panels: list[Image]) -> Image:
        raise AssertionError("nothing is painted")

    never.name = "never"  # type: ignore[attr-defined]
    editor = Editor(Parser(never, 256), Edit(256), never)  # type: ignore[arg-type]
    labels = np.where(middle(), CLASSES.index("hair"), 0).astype(np.uint8)
    result = editor(strands(), None, Change(labels, labels, middle(), np.array([200.0, 40, 40])))
    assert (result != strands()).any(-1)[40:80, 50:110].all()


def test_background_between_strands_stays() -> None:
    photo = strands()
    photo[50:54, 60:64] = 250
    result = recolor(photo, middle(), np.array([40.0, 60, 200]))
    assert (result[50:54, 60:64] == 250).all()
    assert (result[60, 60] != photo[60, 60]).any()


def test_hair_at_the_photos_edge_is_dyed_up_to_it() -> None:
    photo = np.full((100, 100, 3), (90, 60, 40), np.uint8)
    where = np.zeros((100, 100), bool)
    where[:50] = True
    result = recolor(photo, where, np.array([200.0, 40, 40]))
    assert (result[:40] == result[20, 50]).all()
    assert (result[49, 50] != result[20, 50]).any(), "soft where it meets what is beyond"
    assert (
        recolor(photo, np.ones((100, 100), bool), np.array([200.0, 40, 40])) == result[20, 50]
    ).all()
