"""Scores of repainted features."""

import numpy as np

from face2face.data.feature_pairs import FeaturePair, Picture
from face2face.evaluation.features import feature_score, table_row, worst_first
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.modes.feature import FeatureMode

FACE = (60 * AVERAGE_FACE + (150, 120)).astype(np.float32)
PHOTO = np.tile(np.linspace(80, 170, 300)[:, None, None], (1, 300, 3)).astype(np.uint8)


def test_an_answer_like_the_truth_scores_best() -> None:
    smiling = Expression(smile=1.0, open=0.2).applied_to(FACE)
    changed = PHOTO.copy()
    changed[170:200, 130:170] = 240
    pair = FeaturePair.of(Picture(PHOTO, FACE), Picture(changed, smiling))
    assert pair is not None
    mode = FeatureMode(64, "mouth")
    panels = pair.panels(mode)
    assert panels is not None
    distance = lambda one, other: float(np.abs(one.astype(int) - other).mean())  # noqa: E731
    score = feature_score("her", pair, mode, lambda shown: panels[-1], distance)
    assert score is not None
    assert score.lpips[2] == 0 < score.lpips[0]
    assert score.ssim[2] == 1 > score.ssim[0]
    assert table_row([score]).split(" | ")[0] == "1"
    assert table_row([score]).split(" | ")[-1] == "1"
    assert worst_first([score, score], 1).shape == (64, 256, 3)
