import numpy as np

from face2face.face.expression import AVERAGE_FACE
from face2face.image import Box, Image, Landmarks
from face2face.segmentation.labels import CLASSES, Labels
from face2face.segmentation.parser import Parser, verified_crop
from face2face.segmentation.wide import widen_labels

HAIR = CLASSES.index("hair")
FACE: Landmarks = (AVERAGE_FACE * 40 + (200, 120)).astype(np.float32)


class WhiteIsHair(Parser):
    """Finds hair where the photo is white, in a square."""

    def __init__(self) -> None:
        self.looks: list[Box] = []

    def parse_crop(self, photo: Image, crop: Box) -> Labels:
        self.looks.append(crop)
        labels = np.zeros(photo.shape[:2], np.uint8)
        inside = np.s_[max(0, crop.y) : crop.y + crop.side, max(0, crop.x) : crop.x + crop.side]
        labels[inside] = np.where(photo[inside][..., 0] > 128, HAIR, 0)
        return labels


def widened(photo: Image) -> tuple[Labels, Labels, Box, list[Box]]:
    parser, nothing = WhiteIsHair(), np.zeros(photo.shape[:2], np.uint8)
    box = verified_crop(FACE, nothing)
    labels = parser.parse_crop(photo, box)
    parser.looks.clear()
    result = widen_labels(parser, photo, FACE, labels, ("hair",))
    return labels, result, box, parser.looks


def test_hair_goes_on_beyond_the_square_and_a_strangers_is_left() -> None:
    photo = np.zeros((420, 420, 3), np.uint8)
    photo[100:340, 250:270] = 255  # reaches below the square
    photo[100:300, 20:40] = 255  # somebody else's
    labels, result, box, _ = widened(photo)
    assert not labels[box.y + box.side :].any()
    assert (result[box.y + box.side : 335, 252:268] == HAIR).all()
    assert (result[:, :60] == labels[:, :60]).all()


def test_hair_inside_the_square_needs_no_second_look() -> None:
    photo = np.zeros((420, 420, 3), np.uint8)
    photo[100:140, 180:220] = 255
    labels, result, _, looks = widened(photo)
    assert (result == labels).all()
    assert not looks
