"""Models of mouth and eyes that answer with the warp, and a few ways to expressions."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from face2face.api import photos
from face2face.card import ModelCard
from face2face.edit import face_painter
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.expression_model import ExpressionModel, MeasuredFace
from face2face.face.features import FEATURES
from face2face.image import Image
from face2face.inference import pretrained
from face2face.inference.pretrained import feature_folder
from face2face.modes.feature import FeatureMode


class Warp:
    """A network that answers with the warp."""

    name = "warp"

    def __call__(self, panels: list[Image]) -> Image:
        return panels[0]


@cache
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
        [
            {name: [MeasuredFace(*[each.applied_to(face)] * 2)] for name, each in shown.items()}
            for face in people
        ]
    )


def use_feature_models(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Make folders mouth and eyes, and have all load these models, also as the pretrained ones."""
    for name in FEATURES:
        (folder / name).mkdir(parents=True)
        mode = FeatureMode(64, name, expressions=expressions())
        ModelCard(**mode.card_fields()).save(folder / name)

    def find(feature: str, models: Path | None = None) -> Path:
        return feature_folder(feature, models or folder)

    def load(feature: str, models: Path | None = None) -> tuple[FeatureMode, Warp]:
        find(feature, models)
        return FeatureMode(64, feature, expressions=expressions()), Warp()

    for room in (pretrained, face_painter):
        patch.setattr(room, "feature_folder", find)
    patch.setattr(face_painter, "load_feature", load)
    patch.setattr(photos, "_loaded", type(photos._loaded)())
