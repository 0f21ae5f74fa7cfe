"""The parser, with engines that label pixels by their colour."""

import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE
from face2face.image import Image, Landmarks
from face2face.landmarks import PARTS
from face2face.segmentation.labels import CLASSES
from face2face.segmentation.parser import Parser, labels_from_landmarks, portrait_crop

SKIN, HAIR = CLASSES.index("skin"), CLASSES.index("hair")


def face(unit: float, x: float, y: float) -> Landmarks:
    """An average face with this interocular distance, the point between its eyes at (x, y)."""
    return (AVERAGE_FACE * unit + (x, y)).astype(np.float32)


class Shades:
    """Labels dark pixels as hair and light ones as skin."""

    def __init__(self) -> None:
        self.shown: list[Image] = []

    def __call__(self, panels: list[Image]) -> np.ndarray:
        self.shown += panels
        likely = np.zeros((*panels[0].shape[:2], len(CLASSES)), np.uint8)
        light = panels[0][..., 0] > 127
        likely[~light, HAIR] = likely[light, SKIN] = 255
        return likely


def halved(height: int, width: int, place: int) -> Image:
    """A photo that is light from a column on."""
    photo = np.zeros((height, width, 3), np.uint8)
    photo[:, place:] = 255
    return photo


@pytest.mark.parametrize(
    "landmarks", [None, face(125, 256, 245)], ids=["no face", "framed as in training"]
)
def test_a_square_photo_is_parsed_whole(landmarks: Landmarks | None) -> None:
    engine = Shades()
    labels = Parser(engine, 64)(halved(512, 512, 256), landmarks)
    assert labels.shape == (512, 512)
    assert labels.dtype == np.uint8
    assert (labels[:, :240] == HAIR).all()
    assert (labels[:, 272:] == SKIN).all()
    assert engine.shown[0].shape == (64, 64, 3)


def test_only_the_surroundings_of_a_small_face_are_parsed() -> None:
    labels = Parser(Shades(), 64)(halved(400, 800, 600), face(40, 600, 200))
    box = portrait_crop(face(40, 600, 200), 400, 800)
    assert box.side < 400
    assert not labels[:, : box.x].any()
    assert labels[200, box.x + 5] == HAIR
    assert labels[200, box.x + box.side - 5] == SKIN


def test_a_face_at_the_edge_is_parsed_as_far_as_the_photo_goes() -> None:
    labels = Parser(Shades(), 64)(halved(300, 300, 20), face(60, 20, 150))
    box = portrait_crop(face(60, 20, 150), 300, 300)
    assert box.x < 0
    assert labels[150, 299 if box.x + box.side > 300 else box.x + box.side - 5] == SKIN


@pytest.mark.parametrize("shape", [(1, 1), (5, 900), (900, 5)])
def test_odd_photos_are_no_error(shape: tuple[int, int]) -> None:
    assert Parser(Shades(), 64)(np.zeros((*shape, 3), np.uint8), None).shape == shape


def test_a_photo_whose_crop_would_take_gigabytes_is_parsed_at_less_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    photo = halved(100, 600, 300)
    whole = Parser(Shades(), 64)(photo, None)
    monkeypatch.setattr("face2face.segmentation.parser._MAX_CROP_SIDE", 256)
    reduced = Parser(Shades(), 64)(photo, None)
    assert reduced.shape == whole.shape
    assert (reduced == whole).mean() > 0.97


def test_the_second_look_is_mirrored_and_nearer() -> None:
    engine = Shades()
    photo = halved(512, 512, 256)
    photo[:30] = 127, 0, 0
    labels = Parser(engine, 64)(photo, None)
    whole, near = (shown[..., 0] for shown in engine.shown)
    assert (whole[:3, :] == 127).all() and not (near == 127).any()
    assert (whole[32, 0], whole[32, -1], near[32, 0], near[32, -1]) == (0, 255, 255, 0)
    assert (labels[100, :250] == HAIR).all() and (labels[100, 262:] == SKIN).all(), (
        "the mirrored look is mirrored back"
    )


def test_a_face_is_drawn_from_landmarks_alone() -> None:
    landmarks = face(100, 150, 150)
    labels = labels_from_landmarks(landmarks, 400, 300)
    assert {CLASSES[each] for each in np.unique(labels)} >= {
        "background",
        "skin",
        "nose",
        "left_eye",
        "right_eye",
        "left_brow",
        "upper_lip",
        "lower_lip",
    }
    x, y = landmarks[PARTS["left_eye"]].mean(0).round().astype(int)
    assert CLASSES[labels[y, x]] == "left_eye"
    assert labels[0, 0] == 0


class Colours:
    """Labels red as mouth, green as eye (left if farther to the right), and all else as skin."""

    def __init__(self) -> None:
        self.shown: list[Image] = []

    def __call__(self, panels: list[Image]) -> np.ndarray:
        self.shown += panels
        place = np.full(panels[0].shape[:2], SKIN)
        mouth, eyes = (panels[0][..., channel] > 127 for channel in (0, 1))
        place[mouth] = CLASSES.index("mouth")
        across = np.arange(place.shape[1])[None] > (
            np.nonzero(mouth)[1].mean() if mouth.any() else place.shape[1] / 2
        )
        place[eyes & across], place[eyes & ~across] = (
            CLASSES.index("left_eye"),
            CLASSES.index("right_eye"),
        )
        return 255 * (place[..., None] == np.arange(len(CLASSES))).astype(np.uint8)


def paint(photo: Image, landmarks: Landmarks) -> None:
    """A face's eyes and mouth in the colours that the engine knows."""
    for part, colour in (
        ("left_eye", (0, 255, 0)),
        ("right_eye", (0, 255, 0)),
        ("mouth", (255, 0, 0)),
    ):
        x, y = landmarks[PARTS[part]].mean(0).round().astype(int)
        photo[y - 12 : y + 12, x - 16 : x + 16] = colour


def test_a_misdetection_is_parsed_again_around_the_face_that_the_map_shows() -> None:
    photo = np.zeros((600, 600, 3), np.uint8)
    truly = face(90, 300, 250)
    paint(photo, truly)
    right, mistaken = Colours(), Colours()
    labels = Parser(right, 64)(photo, truly)
    assert len(right.shown) == 2
    again = Parser(mistaken, 64)(photo, face(70, 300, 330))
    assert len(mistaken.shown) == 4
    assert (labels == again).mean() > 0.95


def test_a_second_face_next_to_the_first_does_not_move_the_crop() -> None:
    photo = np.zeros((600, 800, 3), np.uint8)
    first = face(60, 300, 250)
    paint(photo, first)
    paint(photo, face(60, 420, 250))
    engine = Colours()
    Parser(engine, 64)(photo, first)
    assert len(engine.shown) == 2
