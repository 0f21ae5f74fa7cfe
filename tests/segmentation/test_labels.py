import numpy as np
from hypothesis import given
from hypothesis.extra import numpy as arrays

from face2face.segmentation.labels import CLASSES, COLOURS, MIRRORED, colorize, merge_left_right


def test_the_classes_are_celebamasks() -> None:
    assert len(CLASSES) == len(set(COLOURS.values())) == 19
    assert [CLASSES[number] for number in (0, 3, 4, 13, 18)] == [
        "background",
        "glasses",
        "left_eye",
        "hair",
        "cloth",
    ]


def test_left_and_right_change_places_in_a_mirror() -> None:
    left, right, hair = (CLASSES.index(name) for name in ("left_eye", "right_eye", "hair"))
    assert MIRRORED[[left, hair, 0, right]].tolist() == [right, hair, 0, left]
    assert MIRRORED[MIRRORED].tolist() == list(range(19))


@given(arrays.arrays(np.uint8, (3, 4), elements={"max_value": 18}))
def test_without_sides_a_mirrored_map_is_the_mirror_image(labels: np.ndarray) -> None:
    assert (merge_left_right(MIRRORED[labels[:, ::-1]]) == merge_left_right(labels)[:, ::-1]).all()


def test_a_class_is_painted_in_its_colour() -> None:
    assert colorize(np.array([[1, 13]], np.uint8)).tolist() == [[[204, 0, 0], [0, 0, 204]]]
