import numpy as np
import pytest

from face2face.evaluation.inpainting import CLASSICAL, baselines, inpainting_score, table
from face2face.image import Image

GREY = np.full((64, 64, 3), 100, np.uint8)


def one_hole() -> np.ndarray:
    """Of 8x8 pixels."""
    mask = np.zeros((64, 64), np.uint8)
    mask[20:28, 30:38] = 255
    return mask


def ten_too_bright(photo: Image, mask: np.ndarray) -> Image:
    assert (photo[mask > 127] == (255, 0, 255)).all(), "what was there isn't told"
    return np.full_like(photo, 110)


def test_only_what_was_missing_is_taken_and_measured() -> None:
    result = inpainting_score(GREY, one_hole(), ten_too_bright, None, None)
    assert (result.picture[one_hole() > 127] == 110).all()
    assert (result.picture[one_hole() == 0] == 100).all()
    (hole,) = result.scores
    assert hole.l1 == pytest.approx(10 / 127.5)
    assert hole.psnr == pytest.approx(20 * np.log10(255 / 10))
    assert hole.diameter == pytest.approx(2 * np.sqrt(64 / np.pi) * 4), (
        "told as if the picture were 256 wide"
    )
    assert np.isnan([result.lpips, result.identity]).all()


def test_whole_pictures_are_judged_by_the_measures_given() -> None:
    def lpips(one: Image, other: Image) -> float:
        return float(one.mean() - other.mean())

    result = inpainting_score(
        GREY, one_hole(), ten_too_bright, lambda picture: float(picture.max()), lpips
    )
    assert (result.identity, result.lpips) == (110, pytest.approx(10 * 64 / 64**2))


@pytest.mark.parametrize("name", CLASSICAL)
def test_opencvs_methods_mend_a_smooth_picture(name: str) -> None:
    result = inpainting_score(GREY, one_hole(), CLASSICAL[name], None, None)
    assert np.abs(result.picture.astype(int) - GREY).max() <= 2
    assert result.scores[0].psnr > 45


def test_patchmatch_continues_a_pattern() -> None:
    pytest.importorskip("patchmatch", reason="the extra [metrics] is not installed")
    stripes = np.repeat(np.where(np.arange(64) // 4 % 2, 200, 50)[None, :, None], 64, axis=0)
    photo = np.repeat(stripes, 3, axis=2).astype(np.uint8)
    result = inpainting_score(photo, one_hole(), baselines()["PatchMatch"], None, None)
    assert (np.abs(result.picture.astype(int) - photo) < 20).mean() > 0.99


def test_holes_are_told_apart_by_size() -> None:
    mask = one_hole()
    mask[40:42, 2:4] = 255
    lines = table({"somebody": [inpainting_score(GREY, mask, ten_too_bright, None, None)]})
    assert [line.split(" | ")[:3] for line in lines if "somebody" in line][1:] == [
        ["| 0 to 10", "somebody", "1"],
        ["| 20 to 40", "somebody", "1"],
        ["| all", "somebody", "2"],
    ]
