"""The inside of one mouth put into another."""

import cv2
import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.image import Image, Landmarks
from face2face.imaging.mouth_transfer import Mouth, colour_gain, transfer_mouth
from face2face.landmarks import PARTS, interocular

SHUT: Landmarks = (50 * AVERAGE_FACE + (128, 100)).astype(np.float32)
OPEN = Expression(open=0.3).applied_to(SHUT)
NO_GAIN = np.ones(3)


def middle(landmarks: Landmarks) -> tuple[int, int]:
    x, y = landmarks[PARTS["inner_mouth"]].mean(0).round().astype(int).tolist()
    return x, y


def face(landmarks: Landmarks, skin: int, inside: tuple[int, int, int], size: int = 256) -> Image:
    """A grey face whose mouth is filled with a colour."""
    picture = np.full((size, size, 3), skin, np.uint8)
    lips = np.rint(landmarks[PARTS["inner_mouth"]]).astype(np.int32)
    cv2.fillPoly(picture, [lips], inside)
    return picture


def mouth(landmarks: Landmarks, skin: int = 120, size: int = 256) -> Mouth:
    photo = face(landmarks, skin, (200, 180, 160), size)
    return Mouth.cut(photo, landmarks, interocular(OPEN))


def test_the_inside_is_the_others_and_all_else_stays() -> None:
    picture = face(OPEN, 120, (20, 0, 0))
    larger = ((OPEN - 128) * 3 + 384).astype(np.float32)
    result = transfer_mouth(picture, OPEN, mouth(larger, size=768), NO_GAIN)
    x, y = middle(OPEN)
    assert result[y, x].tolist() == pytest.approx([200, 180, 160], abs=4)
    x, y = OPEN[51].astype(int)
    assert (result[:y] == picture[:y]).all()
    assert picture[middle(OPEN)[::-1]].tolist() == [20, 0, 0], "the picture itself stays"


@pytest.mark.parametrize(("own", "other"), [(SHUT, OPEN), (OPEN, SHUT), (SHUT, SHUT)])
def test_lips_that_touch_change_nothing(own: Landmarks, other: Landmarks) -> None:
    picture = face(own, 120, (20, 0, 0))
    assert (transfer_mouth(picture, own, mouth(other), NO_GAIN) == picture).all()


def test_colours_match_the_light_on_the_other_face() -> None:
    """Two thirds of the difference count as the light's: (43 / 121) ** (2 / 3) is a half."""
    picture = face(OPEN, 42, (20, 0, 0))
    gain = colour_gain(mouth(OPEN, skin=120), mouth(OPEN, skin=42))
    assert gain.tolist() == pytest.approx([0.5, 0.5, 0.5], abs=0.01)
    result = transfer_mouth(picture, OPEN, mouth(OPEN), gain)
    assert result[middle(OPEN)[::-1]].tolist() == pytest.approx([100, 90, 80], abs=4)


def test_a_mouth_at_the_edge_of_its_photo_is_read_as_far_as_it_is_there() -> None:
    photo = face(OPEN, 120, (200, 180, 160))
    edge = photo[: middle(OPEN)[1]]
    result = transfer_mouth(photo, OPEN, Mouth.cut(edge, OPEN, 50.0), NO_GAIN)
    assert result.shape == photo.shape
    outside = Mouth.cut(photo, OPEN + np.float32(1000), 50.0)
    assert transfer_mouth(photo, OPEN, outside, NO_GAIN).shape == photo.shape
