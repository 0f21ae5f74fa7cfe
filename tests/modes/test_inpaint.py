"""What a network that mends photos is shown."""

from pathlib import Path

import numpy as np
import pytest

from face2face import modes
from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.image import Scene
from face2face.modes.inpaint import FILLS, Inpaint, mask_photo

PHOTO = np.array([[(10, 20, 30), (30, 40, 50)], [(200, 100, 0), (20, 30, 40)]], np.uint8)
MASK = np.array([[0, 0], [255, 0]], np.uint8)


@pytest.mark.parametrize(
    ("fill", "colour"), [("magenta", (255, 0, 255)), ("black", (0, 0, 0)), ("mean", (20, 30, 40))]
)
def test_what_is_missing_is_filled(fill: str, colour: tuple[int, int, int]) -> None:
    result = mask_photo(PHOTO, MASK, fill)
    assert result[1, 0].tolist() == list(colour)
    assert (result[MASK == 0] == PHOTO[MASK == 0]).all()


def test_noise_is_the_same_each_time_and_hides_the_photo() -> None:
    photo = np.full((64, 64, 3), 90, np.uint8)
    whole = np.full((64, 64), 255, np.uint8)
    noise = mask_photo(photo, whole, "noise")
    assert (noise == mask_photo(photo, whole, "noise")).all()
    assert noise.std() > 60


@pytest.mark.parametrize("fill", FILLS)
def test_nothing_of_what_is_missing_is_shown(fill: str) -> None:
    other = PHOTO.copy()
    other[1, 0] = (1, 2, 3)
    one, two = (Inpaint(2, fill).condition(Scene(photo, mask=MASK)) for photo in (PHOTO, other))
    assert all((a == b).all() for a, b in zip(one, two, strict=True))
    assert one[1].tolist() == MASK[..., None].repeat(3, -1).tolist()


def test_a_network_that_is_not_told_where_sees_one_panel() -> None:
    mode = Inpaint(2, panels=("holed",))
    (shown,) = mode.condition(Scene(PHOTO, mask=MASK))
    assert (shown == mask_photo(PHOTO, MASK, "magenta")).all()
    assert modes.load(ModelCard(**mode.card_fields() | {"size": 256}), Path()) == Inpaint(
        256, panels=("holed",)
    )


def test_its_card_makes_it_again() -> None:
    mode = Inpaint(256, "mean")
    assert modes.load(ModelCard(**mode.card_fields()), Path()) == mode
    with pytest.raises(ModelError, match="fill"):
        modes.load(ModelCard(**mode.card_fields() | {"fill": "glue"}), Path())
    with pytest.raises(ModelError, match="panels"):
        modes.load(ModelCard(**mode.card_fields() | {"panels": ("mask",)}), Path())
    with pytest.raises(ValueError, match="mask"):
        mode.condition(Scene(PHOTO))
