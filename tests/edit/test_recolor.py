import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face2face.edit.changes import Change
from face2face.edit.editor import Editor
from face2face.edit.recolor import recolor, rim_width
from face2face.image import Image
from face2face.modes.edit import Edit
from face2face.segmentation.labels import CLASSES
from face2face.segmentation.parser import Parser


def strands() -> Image:
    """Brown, with finer light and shade, in front of a light wall."""
    photo = np.full((120, 160, 3), 210, np.uint8)
    photo[30:90, 40:120] = (90, 60, 40)
    photo[30:90, 40:120:4] = (120, 82, 56)
    return photo


def middle() -> np.ndarray:
    where = np.zeros((120, 160), bool)
    where[30:90, 40:120] = True
    return where


def lab(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


@settings(max_examples=10)
@given(st.tuples(*[st.integers(40, 210)] * 3))
def test_the_brighter_half_gets_the_colour_and_the_texture_stays(
    colour: tuple[int, int, int],
) -> None:
    photo = strands()
    result = recolor(photo, middle(), np.array(colour, float))
    inner = lab(result[40:80, 52:108]).reshape(-1, 3)
    bright = inner[inner[:, 0] >= np.median(inner[:, 0])].mean(0)
    wanted = lab(np.array(colour, np.uint8)[None, None])[0, 0]
    assert np.linalg.norm(bright - wanted) < 12
    rows = result[40:80, 52:108].astype(float).mean(-1)
    assert rows[:, ::4].mean() > rows[:, 2::4].mean() + 2


@pytest.mark.parametrize("name, colour", [("blond", (220, 195, 148)), ("black", (0, 0, 0))])
def test_dark_hair_becomes_blond_and_blond_hair_black(
    name: str, colour: tuple[int, int, int]
) -> None:
    photo = (
        strands() if name == "blond" else recolor(strands(), middle(), np.array([220, 195, 148]))
    )
    result = recolor(photo, middle(), np.array(colour, float))
    lightness = lab(result[40:80, 52:108])[..., 0]
    assert abs(lightness.mean() - lab(np.array(colour, np.uint8)[None, None])[0, 0, 0]) < 12
    assert lightness.std() > 0.3, "light and shade stay"


def test_pixels_beyond_the_rim_stay_to_the_bit() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    result = recolor(photo, middle(), np.array([40.0, 60, 200]))
    distance = cv2.distanceTransform((~middle()).astype(np.uint8), cv2.DIST_L2, 5)
    beyond = distance > rim_width(middle())
    assert beyond.any()
    assert (result[beyond] == photo[beyond]).all()


def test_a_lock_that_the_map_missed_is_coloured_and_the_wall_is_not() -> None:
    photo = strands()
    photo[60:64, 118:124] = (90, 60, 40)  # a lock that the map doesn't show
    result = recolor(photo, middle(), np.array([200.0, 40, 40])).astype(int)
    assert result[62, 122, 0] - result[62, 122, 1] > 80
    assert np.abs(result[45, 124] - photo[45, 124]).max() < 8


def test_a_gap_between_strands_stays() -> None:
    photo = strands()
    photo[50:60, 104:116] = 210
    result = recolor(photo, middle(), np.array([40.0, 60, 200])).astype(int)
    assert np.abs(result[55, 110] - 210).max() < 50, "hair differs by 170"


def test_a_mixed_pixel_at_the_rim_has_the_new_colour_in_the_wall() -> None:
    photo = strands()
    photo[30:90, 120] = (150, 135, 125)  # half hair, half wall
    result = recolor(photo, middle(), np.array([200.0, 40, 40])).astype(int)
    mixed = result[60, 120]
    assert result[60, 110, 1] + 20 < mixed[1] < 200
    assert mixed[0] > mixed[1] + 20


def test_another_part_of_the_same_colour_stays_but_for_a_rim() -> None:
    photo, others = strands(), np.zeros((120, 160), bool)
    photo[90:110, 60:80] = (90, 60, 40)
    others[90:110, 60:80] = True
    free = recolor(photo, middle(), np.array([40.0, 60, 200]))
    kept = recolor(photo, middle(), np.array([40.0, 60, 200]), others)
    assert (free[93, 70] != photo[93, 70]).any()
    assert (kept[93:110, 60:80] == photo[93:110, 60:80]).all()


def test_the_editor_recolors_without_a_network() -> None:
    def never(panels: list[Image]) -> Image:
        raise AssertionError("nothing is painted")

    never.name = "never"  # type: ignore[attr-defined]
    editor = Editor(Parser(never, 256), Edit(256), never)  # type: ignore[arg-type]
    labels = np.where(middle(), CLASSES.index("hair"), 0).astype(np.uint8)
    result = editor(strands(), None, Change(labels, labels, middle(), np.array([200.0, 40, 40])))
    assert (result != strands()).any(-1)[40:80, 50:110].all()


def test_hair_at_the_photos_edge_is_dyed_up_to_it() -> None:
    photo = np.full((100, 100, 3), 210, np.uint8)
    photo[:50] = (90, 60, 40)
    where = np.arange(100)[:, None] < np.full(100, 50)
    result = recolor(photo, where, np.array([200.0, 40, 40])).astype(int)
    assert np.abs(result[:40] - result[20, 50]).max() <= 1
    assert np.abs(result[60:] - 210).max() <= 1
