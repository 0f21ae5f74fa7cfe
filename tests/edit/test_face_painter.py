"""Eyes and mouth moved to wanted landmarks."""

from pathlib import Path

import numpy as np
import pytest

from face2face.edit import face_painter
from face2face.edit.face_painter import FacePainter
from face2face.evaluation.expression_ways import warp_face
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.modes.feature import FeatureMode
from tests.feature_models import use_feature_models

FACE = (60 * AVERAGE_FACE + (150, 120)).astype(np.float32)
PHOTO = np.tile(np.linspace(80, 170, 300)[:, None, None], (1, 300, 3)).astype(np.uint8)


def test_networks_repaint_what_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_feature_models(tmp_path, monkeypatch)
    smiling = Expression(smile=1.0).applied_to(FACE)
    warped = FacePainter()(PHOTO, FACE, smiling)
    monkeypatch.setattr(
        face_painter,
        "load_feature",
        lambda feature, folder: (FeatureMode(64, feature), lambda panels: np.zeros_like(panels[0])),
    )
    assert (FacePainter()(PHOTO, FACE, smiling) != warped).any()
    assert (FacePainter()(PHOTO, FACE, FACE) == PHOTO).all()


def test_the_warp_alone_needs_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_painter, "load_feature", None)
    photo = np.random.default_rng(0).integers(0, 256, PHOTO.shape, np.uint8)
    warped = warp_face(photo, FACE, Expression(smile=1.0).applied_to(FACE))
    changed = (warped != photo).any(-1)
    assert changed.any()
    assert not changed[:100].any(), "brows and forehead stay"
