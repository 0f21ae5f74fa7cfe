"""Filling holes with texture of known pixels."""

import numpy as np
import pytest

from face2face.imaging.patch_fill import patch_fill

pytest.importorskip("patchmatch", reason="needs Python 3.11")


def _stripes() -> np.ndarray:
    """Return stripes of 4 pixels, black and white, ``(64, 64, 3)``."""
    row = np.where(np.arange(64) // 4 % 2 > 0, 255, 0).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(row[None, :, None], (64, 64, 3)))


def test_a_hole_in_stripes_keeps_their_contrast() -> None:
    photo = _stripes()
    holes = np.zeros((64, 64), bool)
    holes[24:40, 24:40] = True
    damaged = np.where(holes[..., None], 127, photo).astype(np.uint8)
    filled = patch_fill(damaged, holes, ~holes)
    assert filled[holes].std() > 60
    assert (filled[~holes] == photo[~holes]).all()


def test_pixels_that_are_not_known_lend_nothing() -> None:
    photo = np.full((48, 48, 3), 60, np.uint8)
    photo[:, 30:] = (250, 0, 0)
    holes, known = np.zeros((2, 48, 48), bool)
    holes[16:32, 20:30], known[:, :20] = True, True
    filled = patch_fill(photo, holes, known)
    assert (filled[holes] == 60).all()
    assert (filled[:, 30:] == (250, 0, 0)).all()


def test_the_same_holes_are_filled_alike() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (48, 48, 3), np.uint8)
    holes = np.zeros((48, 48), bool)
    holes[20:30, 20:30] = True
    first, second = (patch_fill(noise, holes, ~holes) for _ in range(2))
    assert (first == second).all()
