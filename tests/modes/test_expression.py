"""The mode that exchanges a feature: the network is shown its region alone."""

from pathlib import Path

import numpy as np
import pytest

from face2face import modes
from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.image import Scene
from face2face.modes.expression import ExpressionExchange


def test_the_network_is_shown_the_region_alone() -> None:
    region = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    (panel,) = ExpressionExchange(64, "mouth").condition(Scene(region))
    assert (panel == region).all()


@pytest.mark.parametrize("size", [64, 128])
def test_its_card_makes_it_again(size: int, tmp_path: Path) -> None:
    mode = ExpressionExchange(size, "eyes")
    ModelCard(**mode.card_fields(), objective="cyclegan").save(tmp_path)
    assert modes.load(ModelCard.load(tmp_path), tmp_path) == mode


@pytest.mark.parametrize("panels", [("nose",), ("eyes", "mouth")])
def test_a_card_without_one_feature_is_refused(panels: tuple[str, ...], tmp_path: Path) -> None:
    card = ModelCard("expression", 64, panels)
    with pytest.raises(ModelError, match="one of eyes, mouth"):
        modes.load(card, tmp_path)
