"""Photos retouched by a fake network whose answers are known."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face2face.errors import OptionError
from face2face.image import Image, Scene
from face2face.imaging.grain import match_grain
from face2face.imaging.retoucher import Retoucher

SIZE = 64


def ramp(height: int, width: int) -> Image:
    """A smooth picture: red grows with the column, green with the row."""
    photo = np.full((height, width, 3), 90, np.uint8)
    photo[..., 0] = np.linspace(20, 220, width).round()[None]
    photo[..., 1] = np.linspace(30, 230, height).round()[:, None]
    return photo


def remembering(seen: list[Scene]) -> Callable[[Scene], Image]:
    """A network that answers grey and keeps the scenes shown to it."""

    def paint(scene: Scene) -> Image:
        seen.append(scene)
        return np.full_like(scene.photo, 128)

    return paint


@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 1000))
@settings(max_examples=60)
def test_what_is_masked_is_painted_and_nothing_else_touched(
    height: int, width: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    mask = np.zeros((height, width), np.uint8)
    for _ in range(rng.integers(1, 6)):
        ends = rng.integers(-20, max(height, width) + 20, (2, 2)).tolist()
        cv2.line(mask, ends[0], ends[1], 255, int(rng.integers(1, 30)))
    photo = np.full((height, width, 3), 40, np.uint8)
    photo[mask > 0] = 255  # what shall go
    if (mask > 0).all():
        with pytest.raises(OptionError, match="covers the whole photo"):
            Retoucher(SIZE, remembering([]))(photo, mask)
        return
    result = Retoucher(SIZE, remembering([]))(photo, mask)
    assert (result[mask == 0] == photo[mask == 0]).all()
    assert np.abs(result.astype(int) - 40).max() <= 1, (
        "an answer that is off by a tone is brought to the photo's"
    )
    assert (photo[mask > 0] == 255).all(), "the photo itself stays"


def test_without_holes_it_is_the_photo() -> None:
    seen: list[Scene] = []
    photo = ramp(30, 40)
    assert (Retoucher(SIZE, remembering(seen))(photo, np.zeros((30, 40), np.uint8)) == photo).all()
    assert not seen


def test_small_holes_are_seen_as_large_as_they_are_and_large_ones_smaller() -> None:
    seen: list[Scene] = []
    photo = ramp(600, 800)
    mask = np.zeros((600, 800), np.uint8)
    cv2.circle(mask, (100, 100), 5, 255, -1)
    Retoucher(SIZE, remembering(seen))(photo, mask)
    (scene,) = seen
    assert scene.photo.shape == (SIZE, SIZE, 3)
    assert scene.mask is not None
    assert (scene.mask > 0).sum() == (mask > 0).sum()
    assert (scene.photo[scene.mask == 0] == photo[68:132, 68:132][scene.mask == 0]).all()
    seen.clear()
    cv2.circle(mask, (500, 300), 60, 255, -1)
    Retoucher(SIZE, remembering(seen))(photo, mask)
    large, small = seen
    assert large.mask is not None
    assert small.mask is not None
    assert 0.02 < (large.mask > 0).mean() < 0.2, "there is something around it"
    assert (small.mask > 0).sum() == (mask[:200, :200] > 0).sum()


def test_a_long_scratch_is_painted_in_pieces_that_see_each_other() -> None:
    seen: list[Scene] = []
    photo = ramp(400, 900)
    mask = np.zeros((400, 900), np.uint8)
    cv2.line(mask, (10, 20), (880, 380), 255, 3)
    result = Retoucher(SIZE, remembering(seen))(photo, mask)
    assert 12 < len(seen) < 40
    assert all(scene.photo.shape == (SIZE, SIZE, 3) for scene in seen)
    assert np.abs(result.astype(int) - photo).max() <= 6, (
        "a smooth picture is mended by its surroundings' tone"
    )


def test_holes_side_by_side_are_painted_at_once() -> None:
    seen: list[Scene] = []
    mask = np.zeros((200, 200), np.uint8)
    for x in (90, 100, 110):
        cv2.circle(mask, (x, 100), 3, 255, -1)
    Retoucher(SIZE, remembering(seen))(ramp(200, 200), mask)
    assert len(seen) == 1


def test_a_smooth_answer_is_given_the_grain_of_what_looks_like_it() -> None:
    rng = np.random.default_rng(0)
    photo = np.clip(120 + rng.normal(0, 8, (64, 64, 3)), 0, 255).round().astype(np.uint8)
    photo[:, 40:] = 20  # a smooth wall in another colour
    painted = np.zeros((64, 64), bool)
    painted[24:36, 20:32] = True
    added = match_grain(photo, np.full((64, 64, 3), 120.0), ~painted, painted)
    assert not added[~painted].any()
    assert added[painted].std() == pytest.approx(7.5, abs=1.5)
    assert np.abs(added[painted].mean()) < 2
    rough = 120 + rng.normal(0, 8, (64, 64, 3))
    assert match_grain(photo, rough, ~painted, painted)[painted].std() < 3, (
        "an answer with grain of its own needs none"
    )


def test_skin_isnt_given_the_grain_of_a_beard() -> None:
    rng = np.random.default_rng(0)
    photo = np.clip(60 + rng.normal(0, 30, (64, 64, 3)), 0, 255).round().astype(np.uint8)
    painted = np.zeros((64, 64), bool)
    painted[24:36, 20:32] = True
    assert not match_grain(photo, np.full((64, 64, 3), 180.0), ~painted, painted).any()
