import numpy as np
import pytest

from face2face.evaluation import metrics
from face2face.learn.ssim_loss import ssim_loss


def test_it_is_one_minus_the_metric_away_from_the_border() -> None:
    one, other = np.random.default_rng(0).integers(0, 256, (2, 40, 40, 3), np.uint8)
    loss = np.asarray(
        ssim_loss(*(picture[None].astype(np.float32) / 127.5 - 1 for picture in (one, other)))
    )
    assert loss.shape == (1, 30, 30, 3)
    assert loss.mean() == pytest.approx(1 - metrics.ssim(one, other), abs=0.05)


def test_equal_pictures_are_not_dissimilar() -> None:
    picture = np.random.default_rng(0).uniform(-1, 1, (1, 16, 16, 3)).astype(np.float32)
    assert np.abs(np.asarray(ssim_loss(picture, picture))).max() < 1e-5
