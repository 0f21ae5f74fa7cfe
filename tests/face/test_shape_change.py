"""Changes of the shape of brows, nose and lips."""

import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.shape_change import SHAPE_CHANGES

FACE = (70 * AVERAGE_FACE + (150, 130)).astype(np.float32)
PHOTO = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)


def height(landmarks: np.ndarray, points: slice) -> float:
    return float(landmarks[points, 1].mean())


def test_a_nose_keeps_its_middle_and_gets_another_width_on_a_tilted_face() -> None:
    tilted = Expression(tilt=0.4).applied_to(FACE)
    for words, factor in (("nose=narrow", 0.75), ("nose=wide", 1.25)):
        wanted = SHAPE_CHANGES[words].applied_to(tilted)
        before, after = (np.linalg.norm(each[35] - each[31]) for each in (tilted, wanted))
        assert after / before == pytest.approx(factor, rel=1e-3)
        assert np.allclose(wanted[33], tilted[33])


def test_brows_rise_sink_and_never_cover_an_eye() -> None:
    brows, lids = slice(18, 21), slice(37, 39)
    up, down = (SHAPE_CHANGES[f"brows={way}"].applied_to(FACE) for way in ("up", "down"))
    assert height(up, brows) < height(FACE, brows) - 0.08 * 70
    assert height(FACE, brows) + 0.05 * 70 < height(down, brows) < height(FACE, lids)
    low = FACE.copy()
    low[17:27, 1] = low[37:39, 1].mean() + 3
    assert np.allclose(SHAPE_CHANGES["brows=down"].applied_to(low), low)


def test_raised_brows_leave_the_lashes() -> None:
    rows = np.linspace(0, 250, 300).astype(np.uint8)[:, None, None]
    photo = np.broadcast_to(rows, (300, 300, 3)).copy()
    raised = SHAPE_CHANGES["brows=up"](photo, FACE).astype(int)
    x, lid = FACE[[37, 38]].mean(0)
    brow = float(FACE[18:21, 1].mean())
    lashes, middle = (round(float(lid + share * (brow - lid))) for share in (0.28, 0.7))
    assert abs(raised[lashes, round(float(x)), 0] - photo[lashes, 0, 0]) <= 1
    assert raised[middle, round(float(x)), 0] > photo[middle, 0, 0] + 3


def test_lips_grow_outwards_and_shrink() -> None:
    full, thin = (SHAPE_CHANGES[f"lips={how}"].applied_to(FACE) for how in ("full", "thin"))
    for wanted, sign in ((full, 1), (thin, -1)):
        assert sign * (FACE[51, 1] - wanted[51, 1]) > 1
        assert sign * (wanted[57, 1] - FACE[57, 1]) > 1
        assert np.allclose(wanted[60:68], FACE[60:68])


@pytest.mark.parametrize("words", SHAPE_CHANGES)
def test_only_a_square_around_the_part_changes(words: str) -> None:
    change = SHAPE_CHANGES[words]
    changed = np.argwhere((change(PHOTO, FACE) != PHOTO).any(-1))
    middle = FACE[list(change.moved)].mean(0)[::-1]
    assert len(changed) > 500
    assert np.abs(changed - middle).max() <= change.reach * 71 + 1


def test_shut_lips_grow_too() -> None:
    shut = FACE.copy()
    shut[[61, 62, 63]] = shut[[67, 66, 65]]
    changed = (SHAPE_CHANGES["lips=full"](PHOTO, shut) != PHOTO).any(-1)
    assert changed.sum() > 500
    assert not changed[:100].any()
