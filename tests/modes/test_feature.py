"""What a network that repaints a feature is shown."""

from pathlib import Path

import numpy as np
import pytest

from face2face import modes
from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.features import FEATURES
from face2face.image import Scene
from face2face.modes.feature import FeatureMode

FACE = (60 * AVERAGE_FACE + (150, 120)).astype(np.float32)
PHOTO = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)


@pytest.mark.parametrize("feature", FEATURES)
def test_four_panels_show_warp_sketch_mask_and_photo(feature: str) -> None:
    wanted = Expression(open=0.3, blink=1.0).applied_to(FACE)
    scene = Scene(PHOTO, FACE, wanted_landmarks=wanted)
    warped, sketch, mask, photo = FeatureMode(64, feature).condition(scene)
    assert {each.shape for each in (warped, sketch, mask, photo)} == {(64, 64, 3)}
    assert (warped[28:36, 28:36] != photo[28:36, 28:36]).any()
    assert sketch.any() and mask[32, 32].tolist() == [255] * 3 and not mask[0].any()


def test_irises_are_drawn_between_open_lids_only() -> None:
    shut = FACE.copy()
    shut[[37, 38, 43, 44]] = shut[[41, 40, 47, 46]]
    for wanted, drawn in ((FACE, True), (shut, False)):
        scene = Scene(PHOTO, FACE, wanted_landmarks=wanted)
        sketch = FeatureMode(128, "eyes").condition(scene)[1]
        yellow = (sketch == (255, 255, 0)).all(2).sum()
        assert (yellow > 30) == drawn and drawn == (yellow > 20)


def test_its_card_makes_it_again() -> None:
    mode = FeatureMode(128, "mouth")
    assert modes.load(ModelCard(**mode.card_fields()), Path()) == mode
    for change, words in (
        ({"feature": "nose"}, "feature"),
        ({"panels": ("warped", "mask")}, "panels"),
        ({"sketch": {"palette": "neon"}}, "palette"),
        ({"sketch": {"colour": 1}}, "sketch"),
    ):
        with pytest.raises(ModelError, match=words):
            modes.load(ModelCard(**mode.card_fields() | change), Path())


def test_a_scene_without_wanted_landmarks_is_refused() -> None:
    with pytest.raises(ValueError, match="wanted landmarks"):
        FeatureMode(64, "mouth").condition(Scene(PHOTO, FACE))
