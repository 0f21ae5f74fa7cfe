"""A feature repainted at a photo's resolution."""

import numpy as np
import pytest

from face2face.edit.feature import FeaturePainter, repaint, with_detail
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.features import FEATURES
from face2face.image import Image
from face2face.modes.feature import FeatureMode

FACE = (120 * AVERAGE_FACE + (300, 240)).astype(np.float32)
PHOTO = np.random.default_rng(0).integers(0, 256, (600, 600, 3), np.uint8)


class Warp:
    """Answers with the warp, a little brighter."""

    name = "warp"

    def __call__(self, panels: list[Image]) -> Image:
        return np.minimum(panels[0], 250) + np.uint8(5)


@pytest.mark.parametrize("feature", FEATURES)
def test_nothing_outside_the_region_changes(feature: str) -> None:
    wanted = Expression(open=0.3, blink=1.0).applied_to(FACE)
    result = FeaturePainter(FeatureMode(64, feature), Warp())(PHOTO, FACE, wanted)
    region = FEATURES[feature].region(FACE, wanted)
    y, x = np.mgrid[:600, :600]
    outside = np.maximum(np.abs(x - region.x), np.abs(y - region.y)) > region.side / 2 + 1
    assert (result[outside] == PHOTO[outside]).all()
    assert (result != PHOTO)[~outside].mean() > 0.5


def test_a_photo_stays_sharp_where_nothing_moves() -> None:
    class Unchanged(Warp):
        def __call__(self, panels: list[Image]) -> Image:
            return panels[3]

    painter = FeaturePainter(FeatureMode(64, "mouth"), Unchanged())
    assert (painter(PHOTO, FACE, FACE) == PHOTO).all()


def test_features_are_repainted_one_after_another() -> None:
    wanted = Expression(open=0.3, blink=1.0).applied_to(FACE)
    mouth, eyes = (FeaturePainter(FeatureMode(64, name), Warp()) for name in ("mouth", "eyes"))
    both = repaint(PHOTO, FACE, wanted, [mouth, eyes])
    assert (both == eyes(mouth(PHOTO, FACE, wanted), FACE, wanted)).all()


def test_detail_is_kept_where_the_network_changes_little() -> None:
    rng = np.random.default_rng(0)
    fine = rng.integers(90, 110, (256, 256, 3), np.uint8)
    warped = np.full((64, 64, 3), 100, np.uint8)
    refined = warped.copy()
    refined[:, 32:] = 200
    result = with_detail(refined, warped, fine).astype(int)
    assert result[:, :80].std() > 4
    assert result[:, 180:].std() < 0.5
    assert abs(result[:, 180:].mean() - 200) < 1
