import numpy as np
import pytest

from face2face.image import Image
from face2face.imaging.align import align


def disc(x: int) -> Image:
    """A textured dark disc on a bright wall, its centre in a column."""
    rows, columns = np.mgrid[:256, :256]
    distance = np.hypot(rows - 128, columns - x)
    shade = np.where(distance < 60, 40 + 0.6 * distance, 200).astype(np.uint8)
    return np.repeat(shade[..., None], 3, 2)


def centre(picture: Image) -> float:
    """The column of the centre of the disc."""
    return float(np.nonzero(picture[..., 0] < 140)[1].mean())


@pytest.mark.parametrize("weight", (0.25, 0.5, 0.75))
def test_outlines_meet_at_their_mean(weight: float) -> None:
    discs = [disc(116), disc(128)]
    for each in align(discs, discs, [1 - weight, weight]):
        assert centre(each) == pytest.approx(116 + 12 * weight, abs=1.5)


def test_three_outlines_meet_too() -> None:
    discs = [disc(116), disc(124), disc(132)]
    for each in align(discs, discs, [0.25, 0.5, 0.25]):
        assert centre(each) == pytest.approx(124, abs=1.5)


def test_alike_pictures_stay() -> None:
    first, second = align([disc(128), disc(128)], [disc(128), disc(128)], [0.5, 0.5])
    assert (first == disc(128)).all()
    assert (second == disc(128)).all()


def test_channels_move_with_the_picture_that_is_seen() -> None:
    discs = [disc(116), disc(128)]
    masks = [(each[..., :1] < 140).astype(np.uint8) * 255 for each in discs]
    first, second = align(masks, discs, [0.5, 0.5])
    apart = (masks[0] != masks[1]).mean()
    assert ((first > 127) != (second > 127)).mean() < 0.2 * apart


def test_one_picture_is_returned_itself() -> None:
    (only,) = align([disc(100)], [disc(100)], [1.0])
    assert (only == disc(100)).all()
