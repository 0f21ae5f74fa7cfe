"""Eyes and mouth moved to wanted landmarks."""

from pathlib import Path

import numpy as np
import pytest

from face2face.edit import face_painter
from face2face.edit.face_painter import FacePainter
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.modes.feature import FeatureMode
from tests.feature_models import use_feature_models

FACE = (60 * AVERAGE_FACE + (150, 120)).astype(np.float32)
PHOTO = np.tile(np.linspace(80, 170, 300)[:, None, None], (1, 300, 3)).astype(np.uint8)


def test_without_refining_the_warp_is_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_feature_models(tmp_path, monkeypatch)
    smiling = Expression(smile=1.0).applied_to(FACE)
    warped = FacePainter()(PHOTO, FACE, smiling)
    monkeypatch.setattr(
        face_painter,
        "load_feature",
        lambda path: (FeatureMode(64, path.name), lambda panels: np.zeros_like(panels[0])),
    )
    assert (FacePainter(refine=False)(PHOTO, FACE, smiling) == warped).all()
    assert (FacePainter()(PHOTO, FACE, smiling) != warped).any()
