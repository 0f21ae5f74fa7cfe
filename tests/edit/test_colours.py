import numpy as np
import pytest

from face2face.edit.colours import coloured_pixels, parse_colour
from face2face.face.expression import AVERAGE_FACE
from face2face.image import Landmarks
from face2face.landmarks import IRISES
from face2face.segmentation.labels import class_mask
from face2face.segmentation.parser import labels_from_landmarks

FACE: Landmarks = (AVERAGE_FACE * 120 + (150, 150)).astype(np.float32)
LABELS = labels_from_landmarks(FACE, 400, 400)


@pytest.mark.parametrize(
    "text, red_green_blue",
    [("#552200", (85, 34, 0)), ("#F00", (255, 0, 0)), ("Navy", (0, 0, 128))],
)
def test_codes_and_css_names_are_colours(text: str, red_green_blue: tuple[int, ...]) -> None:
    colour = parse_colour(text)
    assert colour is not None
    assert colour.tolist() == list(red_green_blue)


@pytest.mark.parametrize("name", ["blond", "Blonde", "ginger", "auburn", "brunette", "grey"])
def test_names_for_hair_are_colours(name: str) -> None:
    assert parse_colour(name) is not None


@pytest.mark.parametrize("text", ["", "none", "up", "#12", "#552200ff", "mauvish"])
def test_other_words_are_no_colours(text: str) -> None:
    assert parse_colour(text) is None


def test_of_eyes_only_the_irises_are_coloured() -> None:
    where = coloured_pixels("eyes", LABELS, FACE)
    eyes = class_mask(LABELS, ("left_eye", "right_eye"))
    assert 0 < where.sum() < 0.7 * eyes.sum()
    assert not (where & ~eyes).any()
    for iris in IRISES:
        x, y = np.rint(FACE[iris]).astype(int)
        assert where[y, x]


def test_skin_takes_the_nose_along_and_leaves_the_lips() -> None:
    where = coloured_pixels("skin", LABELS, FACE)
    assert where[class_mask(LABELS, ("nose",))].all()
    assert not where[class_mask(LABELS, ("upper_lip", "lower_lip"))].any()
