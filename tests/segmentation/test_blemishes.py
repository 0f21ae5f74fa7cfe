import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face2face.face.expression import AVERAGE_FACE
from face2face.image import Image, Landmarks
from face2face.landmarks import interocular
from face2face.segmentation.blemishes import crease_lines, detect_blemishes, skin_mask
from face2face.segmentation.labels import CLASSES, class_mask
from face2face.segmentation.parser import labels_from_landmarks

FACE: Landmarks = (AVERAGE_FACE * 100 + (150, 150)).astype(np.float32)
#: Pixels between the eyes of the faces of which the plain patches below are skin.
UNIT = 60.0


def patch(colour: tuple[int, int, int] = (205, 160, 135)) -> tuple[Image, np.ndarray]:
    """Even skin, two by two interocular distances, in a black picture."""
    photo, skin = np.zeros((160, 160, 3), np.uint8), np.zeros((160, 160), bool)
    skin[20:140, 20:140] = True
    photo[skin] = colour
    return photo, skin


def spotted(
    *places: tuple[int, int], colour: tuple[int, int, int] = (150, 95, 75), radius: int = 3
) -> tuple[Image, np.ndarray]:
    photo, skin = patch()
    for place in places:
        cv2.circle(photo, place, radius, colour, -1, cv2.LINE_AA)
    return photo, skin


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return ((one > 0) & (other > 0)).sum() / ((one > 0) | (other > 0)).sum()


def test_even_skin_has_no_blemish() -> None:
    assert not detect_blemishes(*patch(), UNIT, 2.0).any()


@pytest.mark.parametrize("down", [0, 1, -0.5])
def test_shading_is_no_blemish(down: float) -> None:
    photo, skin = patch()
    y, x = np.mgrid[:160, :160]
    shaded = photo * (1 - 0.6 * (x + down * y) / 320)[..., None]
    assert not detect_blemishes(shaded.astype(np.uint8), skin, UNIT).any()


@settings(max_examples=25)
@given(st.integers(40, 120), st.integers(40, 120))
def test_a_spot_is_found_where_it_is_and_little_else(x: int, y: int) -> None:
    photo, skin = spotted((x, y))
    found = detect_blemishes(photo, skin, UNIT)
    assert found[y - 2 : y + 3, x - 2 : x + 3].all()
    assert (found > 0).sum() < 100, "three times the spot's own area"
    assert set(np.unique(found)) <= {0, 255}


def test_a_red_spot_is_found_that_is_no_darker() -> None:
    photo, skin = spotted((80, 80), colour=(222, 130, 115), radius=4)
    assert detect_blemishes(photo, skin, UNIT)[80, 80]


def test_only_skin_is_searched() -> None:
    photo, skin = spotted((80, 80))
    skin[60:100, 60:100] = False
    assert not detect_blemishes(photo, skin, UNIT, 2.0).any()
    assert not detect_blemishes(photo, np.zeros_like(skin), UNIT, 2.0).any()


def test_a_strand_of_hair_at_the_border_is_no_blemish() -> None:
    photo, skin = patch()
    cv2.line(photo, (60, 20), (75, 60), (60, 40, 30), 2, cv2.LINE_AA)
    assert not detect_blemishes(photo, skin, UNIT)[30:, :].any(), "a strand of hair"


def test_a_higher_strength_finds_fainter_spots() -> None:
    photo, skin = spotted((50, 80), (110, 80))
    cv2.circle(photo, (80, 50), 3, (200, 152, 127), -1, cv2.LINE_AA)
    weak, usual, strong = (
        detect_blemishes(photo, skin, UNIT, strength) for strength in (0.0, 1.0, 2.0)
    )
    assert not weak.any()
    assert usual[80, 50] and usual[80, 110] and not usual[50, 80]
    assert strong[50, 80]
    assert (strong[usual > 0] > 0).mean() > 0.95


def test_the_mask_scales_with_the_photo() -> None:
    photo, skin = spotted((50, 60), (100, 90), (70, 115), radius=4)
    larger = cv2.resize(photo, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    found = detect_blemishes(larger, skin.repeat(2, 0).repeat(2, 1), 2 * UNIT)
    assert overlap(found, detect_blemishes(photo, skin, UNIT).repeat(2, 0).repeat(2, 1)) > 0.7


@pytest.mark.parametrize("colour", [(190, 95, 85), (250, 225, 205)])
def test_a_scratch_is_found(colour: tuple[int, int, int]) -> None:
    photo, skin = patch()
    cv2.line(photo, (60, 60), (95, 85), colour, 1, cv2.LINE_AA)
    found = detect_blemishes(photo, skin, UNIT)
    along = np.linspace((66, 64), (89, 81), 20).round().astype(int)
    assert (found[along[:, 1], along[:, 0]] > 0).mean() > 0.8
    assert (found > 0).sum() < 350


def test_a_wrinkle_is_no_scratch() -> None:
    photo, skin = patch()
    cv2.line(photo, (40, 80), (120, 84), (170, 133, 112), 2, cv2.LINE_AA)
    assert not detect_blemishes(photo, skin, UNIT).any(), (
        "darker but no redder, and too long for a spot"
    )


def test_shine_is_found() -> None:
    photo, skin = patch()
    y, x = np.mgrid[:160, :160]
    gleam = 0.8 * np.exp(-((x - 80) ** 2 + (y - 75) ** 2) / (2 * 5**2))[..., None]
    shining = np.where(skin[..., None], photo + gleam * (255.0 - photo), photo).astype(np.uint8)
    found = detect_blemishes(shining, skin, UNIT)
    assert found[73:78, 78:83].all()
    assert (found > 0).sum() < 600


def test_among_many_spots_only_those_that_stand_out_are_found() -> None:
    alone, skin = spotted((80, 80), colour=(190, 140, 114), radius=2)
    among_many = alone.copy()
    many = [
        (x, y)
        for y in range(36, 130, 11)
        for x in range(36, 130, 11)
        if abs(x - 80) + abs(y - 80) > 8
    ]
    for place in many:
        cv2.circle(among_many, place, 2, (150, 95, 75), -1, cv2.LINE_AA)
    assert detect_blemishes(alone, skin, UNIT)[80, 80]
    found = detect_blemishes(among_many, skin, UNIT)
    assert not found[80, 80]
    assert np.mean([found[y, x] > 0 for x, y in many]) > 0.8


def test_a_dark_line_along_a_crease_is_no_blemish() -> None:
    photo, skin = patch()
    cv2.line(photo, (70, 60), (78, 74), (160, 100, 80), 2, cv2.LINE_AA)
    assert detect_blemishes(photo, skin, UNIT)[67, 74]
    assert not detect_blemishes(photo, skin, UNIT, creases=[np.array([[65, 50], [84, 84]])]).any()
    assert detect_blemishes(photo, skin, UNIT, creases=[np.array([[90, 50], [55, 84]])]).any(), (
        "it crosses that one"
    )


def test_creases_are_next_to_the_mouth_and_the_eyes() -> None:
    lines = crease_lines(FACE)
    assert all(line.shape[1] == 2 and np.isfinite(line).all() for line in lines)
    left, right = (
        min(abs(line[:, 0] - FACE[corner, 0]).min() for line in lines) for corner in (48, 54)
    )
    assert 0 < left < 0.3 * interocular(FACE)
    assert 0 < right < 0.3 * interocular(FACE)


def test_nostrils_and_the_surroundings_of_glasses_are_not_searched() -> None:
    labels = labels_from_landmarks(FACE, 320, 320)
    rows = slice(int(FACE[19, 1]), int(FACE[29, 1]))
    labels[rows, 140:144] = CLASSES.index("glasses")
    where = skin_mask(labels, FACE)
    assert not (where & ~class_mask(labels, ["skin", "nose"])).any()
    for x, y in FACE[[31, 33, 35]].round().astype(int):
        assert not where[y, x]
    assert not where[rows, 138:146].any()
    assert where.sum() > 0.8 * class_mask(labels, ["skin", "nose"]).sum()
