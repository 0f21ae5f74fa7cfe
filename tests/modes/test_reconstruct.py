from pathlib import Path

import numpy as np
import pytest

from face2face import modes
from face2face.card import ModelCard
from face2face.data.reconstruction_pairs import brought_back, partner, rebuilt, with_map_of
from face2face.data.semantic import SemanticSample
from face2face.errors import ModelError
from face2face.image import vector_rows
from face2face.modes.reconstruct import PANELS, WARPED, Reconstruct
from face2face.segmentation.labels import CLASSES, COLOURS, group_labels, mean_colours

SIZE = 64


def study(colour: int, **halves: str) -> SemanticSample:
    """A grey face whose upper and lower half are of two classes."""
    photo = np.full((SIZE, SIZE, 3), colour, np.uint8)
    labels = np.zeros((SIZE, SIZE), np.uint8)
    labels[: SIZE // 2], labels[SIZE // 2 :] = (
        CLASSES.index(halves[half]) for half in ("upper", "lower")
    )
    groups = group_labels(labels)
    return SemanticSample(
        photo, labels, groups, mean_colours(photo, groups), np.full(128, colour / 1000, np.float32)
    )


def numbers(panel: np.ndarray) -> np.ndarray:
    return panel[vector_rows(SIZE), 0].ravel()


def test_it_shows_map_colours_and_numbers() -> None:
    labels, colours, bars = Reconstruct(SIZE).condition(
        rebuilt(study(100, upper="left_eye", lower="skin"))
    )
    assert labels[0, 0].tolist() == list(COLOURS["left_eye"])
    assert (colours == 100).all()
    shown = numbers(bars)
    assert shown[:6].tolist() == [100] * 6, "skin and eyes"
    assert (shown[6:21] == 0).all(), "groups that aren't there"
    assert np.allclose(shown[21:149] / 127.5 - 1, 0.2, atol=1 / 127), "0.1 of 0.5"


def test_manipulate_shows_the_photo_warped_to_the_map() -> None:
    own = study(100, upper="hair", lower="skin")
    own.photo[10:20, 10:20] = 255
    own.labels[10:20, 10:20] = CLASSES.index("nose")
    other = study(200, upper="hair", lower="skin")
    other.labels[14:24, 30:40] = CLASSES.index("nose")
    mode = Reconstruct(SIZE, (*PANELS, WARPED), "manipulate")
    assert (mode.condition(rebuilt(own))[-1] == own.photo).all()
    moved = mode.condition(with_map_of(own, other))[-1]
    assert moved[19, 35].min() > 200, "the white nose lies where the other's does"
    assert moved[15, 12].max() < 150
    back = mode.condition(brought_back(own, other))[-1]
    assert back[15, 15].min() > 200
    assert not (back == own.photo).all(), "warped twice"
    assert mode.card_fields()["base"] == WARPED
    assert Reconstruct(SIZE).card_fields()["base"] == ""
    with pytest.raises(ModelError, match="among"):
        Reconstruct.load(ModelCard("reconstruct", 256, (*PANELS, WARPED)), Path())


def test_left_and_right_are_drawn_alike() -> None:
    left, right = (
        Reconstruct(SIZE).condition(rebuilt(study(9, upper=f"{side}_eye", lower="skin")))[0]
        for side in ("left", "right")
    )
    assert (left == right).all()


def test_another_persons_map_is_filled_with_ones_own_colours_and_what_one_lacks_with_theirs() -> (
    None
):
    own, other = study(100, upper="hair", lower="skin"), study(200, upper="hat", lower="neck")
    labels, colours, bars = Reconstruct(SIZE).condition(with_map_of(own, other))
    assert labels[0, 0].tolist() == list(COLOURS["hat"])
    assert colours[0, 0].tolist() == [200] * 3
    assert colours[-1, 0].tolist() == [100] * 3
    shown = numbers(bars)
    assert (shown[:3] == 100).all()
    assert (shown[9:12] == 0).all(), "no hair in the new map"
    assert (shown[18:21] == 200).all()
    assert np.allclose(shown[21:149] / 127.5 - 1, 0.2, atol=1 / 127), "one's own identity"


def test_partners_are_others_and_the_same_each_time() -> None:
    names = ["a", "b", "c"]
    chosen = [partner("a", names, number) for number in range(20)]
    assert set(chosen) == {"b", "c"}
    assert chosen == [partner("a", names, number) for number in range(20)]


@pytest.mark.parametrize("name", ["reconstruct", "manipulate"])
def test_a_card_makes_the_same_mode_again(tmp_path: Path, name: str) -> None:
    mode = Reconstruct(256, ("labels",), name)
    ModelCard(**mode.card_fields()).save(tmp_path)
    assert modes.load(ModelCard.load(tmp_path), tmp_path) == mode


def test_other_panels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="sketch"):
        modes.load(ModelCard("reconstruct", 256, ("sketch",)), tmp_path)
