import numpy as np
from hypothesis import given
from hypothesis.extra import numpy as arrays

from face2face.face.labels import CLASSES, COLOURS, coloured, mirrored


def test_the_classes_are_celebamasks() -> None:
    assert len(CLASSES) == len(set(COLOURS.values())) == 19
    assert [CLASSES[number] for number in (0, 3, 4, 13, 18)] == ["background", "glasses", "left_eye", "hair", "cloth"]


def test_left_and_right_change_places_in_a_mirror() -> None:
    left, right, hair = (CLASSES.index(name) for name in ("left_eye", "right_eye", "hair"))
    assert mirrored(np.array([[left, hair, 0]], np.uint8)).tolist() == [[0, hair, right]]


@given(arrays.arrays(np.uint8, (3, 4), elements={"max_value": 18}))
def test_a_mirror_in_a_mirror_shows_what_was(labels: np.ndarray) -> None:
    assert (mirrored(mirrored(labels)) == labels).all()


def test_a_class_is_painted_in_its_colour() -> None:
    assert coloured(np.array([[1, 13]], np.uint8)).tolist() == [[[204, 0, 0], [0, 0, 204]]]
