import cv2
import numpy as np

from face2face.edit.recolor import recolor, rim_width
from face2face.image import Image

BLOND, BROWN = np.array([220.0, 195, 148]), np.array([106.0, 51, 32])


def black_hair() -> Image:
    """Black, with strands that are hardly lighter and a streak of gloss, before a grey wall."""
    photo = np.full((160, 200, 3), 150, np.uint8)
    photo[30:130, 40:160] = (14, 11, 10)
    photo[30:130, 40:160:4] = (34, 28, 25)
    photo[70:74, 40:160] = 190
    return photo


def middle() -> np.ndarray:
    where = np.zeros((160, 200), bool)
    where[30:130, 40:160] = True
    return where


def lightness(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 0]


def bleached(photo: Image, face: np.ndarray | None = None) -> Image:
    return recolor(photo, middle(), BLOND, face, hair=True)


def test_strands_of_black_hair_gain_contrast_and_gloss_loses_it() -> None:
    before, after = lightness(black_hair()), lightness(bleached(black_hair()))
    inner = slice(90, 115), slice(60, 140)
    strands, gaps = after[inner][:, ::4].mean(), after[inner][:, 2::4].mean()
    assert strands - gaps > 1.4 * (before[inner][:, ::4] - before[inner][:, 2::4]).mean()
    gloss = after[72, 60:140].mean()
    assert gloss < 91
    assert gloss - strands < 0.5 * (before[72, 60:140].mean() - before[inner][:, ::4].mean())


def test_bleached_hair_goes_two_thirds_of_the_way_and_is_yellow() -> None:
    result = bleached(black_hair())[90:115, 60:140].reshape(-1, 3).mean(0)
    assert 45 < lightness(result[None, None])[0, 0] < 75
    assert result[0] > result[1] > result[2] + 20


def test_shade_is_more_saturated_than_light() -> None:
    part = bleached(black_hair())[90:115, 60:140].astype(float)
    saturation = 1 - part.min(-1) / part.max(-1)
    assert saturation[:, 2::4].mean() > saturation[:, ::4].mean() + 0.02


def test_roots_next_to_the_face_are_darker() -> None:
    face = np.zeros((160, 200), bool)
    face[130:] = True
    free, rooted = (lightness(bleached(black_hair(), each)) for each in (None, face))
    assert rooted[120:126, 60:140].mean() < free[120:126, 60:140].mean() - 5
    assert abs(rooted[50:60, 60:140].mean() - free[50:60, 60:140].mean()) < 2


def test_the_rim_and_a_gap_do_not_glow() -> None:
    photo = black_hair()
    photo[50:60, 150:160] = 150  # a gap that the mask calls hair
    photo[30:130, 160] = 80  # half hair, half wall
    result = bleached(photo)
    assert lightness(result[80:120, 156:166]).max() < 70
    assert np.abs(result[53:57, 154:158].astype(int) - 150).max() < 30


def test_pixels_beyond_the_rim_stay_to_the_bit() -> None:
    photo = black_hair()
    distance = cv2.distanceTransform((~middle()).astype(np.uint8), cv2.DIST_L2, 5)
    beyond = distance > rim_width(middle())
    assert (bleached(photo)[beyond] == photo[beyond]).all()


def test_hair_that_is_dyed_dark_or_was_fair_is_not_bleached() -> None:
    dark, fair = black_hair(), black_hair()
    fair[30:130, 40:160] = (190, 160, 120)
    for photo, colour in ((dark, BROWN * 0.6), (fair, BLOND)):
        as_hair = recolor(photo, middle(), colour, hair=True)
        assert (as_hair == recolor(photo, middle(), colour)).all()
