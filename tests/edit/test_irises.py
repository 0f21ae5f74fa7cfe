import cv2
import numpy as np
import pytest

from face2face.edit.irises import dye_irises
from face2face.face.expression import AVERAGE_FACE
from face2face.image import Image, Landmarks
from face2face.landmarks import EYE_CORNERS, IRISES, PARTS

FACE: Landmarks = (AVERAGE_FACE * 240 + (250, 250)).astype(np.float32)
BLUE = np.array([79.0, 115, 144])
SKIN, WHITE, BROWN, BLACK = (190, 140, 110), (215, 205, 198), (70, 48, 34), (8, 6, 5)
#: Radii in widths of the eye.
IRIS, PUPIL = 0.22, 0.08


def width(outer: int, inner: int) -> float:
    return float(np.hypot(*(FACE[inner] - FACE[outer])))


def eyes() -> np.ndarray:
    mask = np.zeros((500, 500), np.uint8)
    for part in ("right_eye", "left_eye"):
        cv2.fillPoly(mask, [np.rint(FACE[PARTS[part]]).astype(np.int32)], 1)
    return mask > 0


def portrait(pupil: tuple[int, ...] = BLACK, shift: float = 0.0) -> Image:
    """Skin, and two eyes whose irises lie this far to the right of the landmarks, in widths."""
    drawn = np.full((500, 500, 3), WHITE, np.uint8)
    for corners, iris in zip(EYE_CORNERS, IRISES, strict=True):
        centre = np.rint(16 * (FACE[iris] + (shift * width(*corners), 0))).astype(int).tolist()
        for radius, colour in ((IRIS, BROWN), (PUPIL, pupil)):
            size = round(16 * radius * width(*corners))
            cv2.circle(drawn, centre, size, colour, -1, cv2.LINE_AA, 4)
    drawn[~eyes()] = SKIN
    return drawn


def places(radius: float, shift: float = 0.0) -> list[tuple[int, int]]:
    """Return pixels this far to the left and to the right of the irises' centres, in widths."""
    found = []
    for corners, iris in zip(EYE_CORNERS, IRISES, strict=True):
        for side in (-radius, radius):
            x, y = FACE[iris] + ((shift + side) * width(*corners), 0)
            found.append((round(float(y)), round(float(x))))
    return found


def test_an_iris_becomes_blue_and_moderately_lighter() -> None:
    result = dye_irises(portrait(), FACE, eyes(), BLUE).astype(int)
    for place in places(0.13):
        red, _, blue = result[place]
        assert blue > red + 10
        assert sum(BROWN) < result[place].sum() < BLUE.sum()


@pytest.mark.parametrize("pupil", [BLACK, BROWN])
def test_a_pupil_is_black_whether_it_is_seen_or_not(pupil: tuple[int, ...]) -> None:
    result = dye_irises(portrait(pupil), FACE, eyes(), BLUE)
    for place in places(0.0):
        assert result[place].sum() <= sum(pupil)


def test_whites_and_skin_stay_to_the_bit() -> None:
    photo = portrait()
    result = dye_irises(photo, FACE, eyes(), BLUE)
    assert (result[~eyes()] == photo[~eyes()]).all()
    white = (photo == WHITE).all(-1)
    assert white.sum() > 100
    assert (result[white] == photo[white]).all()


def test_the_ring_around_an_iris_stays_dark() -> None:
    result = dye_irises(portrait(), FACE, eyes(), BLUE).astype(int)
    for ring, middle in zip(places(0.205), places(0.13), strict=True):
        assert result[ring].sum() < result[middle].sum() - 20


def test_a_reflection_stays() -> None:
    photo = portrait()
    for y, x in places(0.0):
        photo[y - 1 : y + 2, x - 1 : x + 2] = 250
    result = dye_irises(photo, FACE, eyes(), BLUE)
    for place in places(0.0):
        assert (result[place] >= 235).all()


def test_an_iris_is_found_next_to_its_landmark() -> None:
    result = dye_irises(portrait(shift=0.05), FACE, eyes(), BLUE).astype(int)
    for place in places(0.13, shift=0.05):
        assert result[place][2] > result[place][0] + 10


def test_eyes_in_the_dark_get_less_light() -> None:
    dim = (portrait() * 0.3).astype(np.uint8)
    bright, dark = (dye_irises(each, FACE, eyes(), BLUE) for each in (portrait(), dim))
    for place in places(0.13):
        assert dark[place].sum() < 0.6 * bright[place].sum()


def test_one_eye_alone_is_dyed() -> None:
    photo, right = portrait(), eyes()
    right[:, 250:] = False
    changed = (dye_irises(photo, FACE, right, BLUE) != photo).any(-1)
    assert changed[:, :250].any()
    assert not changed[:, 250:].any()
