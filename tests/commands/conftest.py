"""Fixtures of the commands' tests."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.expression_model import ExpressionModel
from face2face.face.features import FEATURES
from face2face.image import Image, Scene
from face2face.imaging.retoucher import Retoucher
from face2face.modes.feature import FeatureMode
from tests.screen import VirtualScreen, virtual_screen


class Warp:
    """A network that answers with the warp."""

    name = "warp"

    def __call__(self, panels: list[Image]) -> Image:
        return panels[0]


def expressions() -> ExpressionModel:
    """Ways to a smile and to surprise, the same for three people."""
    shown = {
        "neutral": Expression(),
        "smile": Expression(smile=1.0),
        "surprised": Expression(open=0.2, brows=1.0),
    }
    people = [
        (AVERAGE_FACE * np.array(stretch, np.float32)).astype(np.float32)
        for stretch in ((1.0, 1.0), (1.04, 0.98), (0.97, 1.03))
    ]
    return ExpressionModel.fit(
        [{name: [each.applied_to(face)] for name, each in shown.items()} for face in people]
    )


@pytest.fixture
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualScreen]:
    with virtual_screen(tmp_path_factory.mktemp("screen")) as running:
        yield running


@pytest.fixture
def painter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that knows one method."""

    def paint(scene: Scene) -> Image:
        assert scene.mask is not None
        return np.asarray(cv2.inpaint(scene.photo, scene.mask, 3, cv2.INPAINT_TELEA), np.uint8)

    monkeypatch.setattr(
        "face2face.inference.pretrained.load_retoucher", lambda folder=None: Retoucher(256, paint)
    )


@pytest.fixture
def feature_models(in_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders models/mouth and models/eyes, and what they are loaded as."""
    for name in FEATURES:
        (in_folder / "models" / name).mkdir(parents=True)
    known = expressions()
    monkeypatch.setattr(
        "face2face.edit.face_painter.load_feature",
        lambda folder: (FeatureMode(64, folder.name, expressions=known), Warp()),
    )
