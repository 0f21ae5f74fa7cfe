import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face2face.image import Image
from face2face.synthetic.blemishes import KINDS, draw_blemishes

UNIT = 50.0


def face() -> tuple[Image, np.ndarray]:
    photo = np.full((200, 200, 3), (200, 155, 130), np.uint8)
    y, x = np.mgrid[:200, :200]
    return photo, (x - 100) ** 2 + (y - 100) ** 2 < 80**2


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(0, 12))
def test_only_masked_pixels_are_altered_and_only_in_the_skin(seed: int, count: int) -> None:
    photo, skin = face()
    before = photo.copy()
    altered, mask = draw_blemishes(photo, skin, UNIT, np.random.default_rng(seed), count)
    assert (photo == before).all()
    assert set(np.unique(mask)) <= {0, 255}
    assert ((altered != photo).any(-1) == (mask > 0)).all()
    assert skin[mask > 0].all()
    assert mask.any() == (count > 0)


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_has_its_colour_and_size(kind: str) -> None:
    photo, skin = face()
    for seed in range(8):
        altered, mask = draw_blemishes(photo, skin, UNIT, np.random.default_rng(seed), 1, [kind])
        there = mask > 0
        change = altered[there].astype(int) - photo[there]
        if kind in ("pimple", "mole"):
            assert change.mean() < 0, "it takes light away"
            assert there.sum() < (0.4 * UNIT) ** 2
        if kind == "pimple":
            assert change[:, 0].mean() > change[:, 1].mean(), "and leaves it redder"
        if kind == "shine":
            assert (change >= 0).all()
            assert change[:, 2].sum() > change[:, 0].sum(), "and less coloured"
        if kind == "scratch":
            length = np.hypot(*cv2.boundingRect(mask)[2:])
            assert there.sum() < 0.5 * length**2


def test_the_same_seed_draws_the_same() -> None:
    photo, skin = face()
    (one, _), (same, _), (other, _) = (
        draw_blemishes(photo, skin, UNIT, np.random.default_rng(seed), 5) for seed in (1, 1, 2)
    )
    assert (one == same).all()
    assert (one != other).any()


def test_where_there_is_no_room_nothing_is_drawn() -> None:
    photo, skin = face()
    skin[:] = False
    skin[100:103] = True
    altered, mask = draw_blemishes(photo, skin, UNIT, np.random.default_rng(0), 5)
    assert (altered == photo).all()
    assert not mask.any()
