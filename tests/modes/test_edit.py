"""The mode that edits photos."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.image import Scene
from face2face.modes.edit import Edit
from face2face.segmentation.donors import Donors
from face2face.segmentation.labels import CLASSES

EYE = CLASSES.index("left_eye")


def _edit() -> Edit:
    """Return a mode with one donor, whose eye is red."""
    photos, labels = np.full((1, 64, 64, 3), 120, np.uint8), np.ones((1, 64, 64), np.uint8)
    labels[0, 24:34, 38:52] = EYE
    photos[labels == EYE] = (220, 30, 30)
    return Edit(64, Donors(photos, labels))


def test_an_eye_is_borrowed() -> None:
    edit = _edit()
    assert edit.donors is not None
    labels = edit.donors.labels[0]
    mask = np.where(labels == EYE, 255, 0).astype(np.uint8)
    scene = Scene(np.full((64, 64, 3), 120, np.uint8), labels=labels, mask=mask)
    composed, _, shown = edit.condition(scene)
    red, green, _ = composed[29, 45].astype(int)
    assert red > green + 100
    assert (composed[mask == 0] == 120).all()
    assert (shown[..., 0] == mask).all()


def test_a_model_is_loaded_with_its_donors(tmp_path: Path) -> None:
    edit = _edit()
    edit.save(tmp_path)
    card = ModelCard(**edit.card_fields())
    loaded = Edit.load(card, tmp_path)
    assert loaded.panels == ("composed", "labels", "mask")
    assert loaded.donors is not None
    assert len(loaded.donors) == 2


def test_an_earlier_model_is_shown_a_smooth_filling(tmp_path: Path) -> None:
    card = ModelCard(**Edit(64).card_fields())
    assert card.base == "erased"
    assert Edit.load(card, tmp_path).donors is None


def test_a_model_without_its_donors_is_refused(tmp_path: Path) -> None:
    card = ModelCard(**_edit().card_fields())
    with pytest.raises(ModelError, match="donors"):
        Edit.load(card, tmp_path)


def test_donors_of_another_size_are_refused(tmp_path: Path) -> None:
    edit = _edit()
    edit.save(tmp_path)
    with pytest.raises(ModelError, match="64 pixels wide"):
        Edit.load(replace(ModelCard(**edit.card_fields()), size=128), tmp_path)


def test_the_network_changes_a_borrowed_eye_less_than_skin() -> None:
    edit = _edit()
    assert edit.donors is not None
    labels = edit.donors.labels[0]
    filled, painted = np.full((2, 64, 64, 3), 100, np.uint8)
    painted += 50
    joined = edit.join(filled, painted, labels)
    assert joined[5, 5].tolist() == [150, 150, 150]
    assert joined[29, 45].tolist() == [110, 110, 110]
    assert (Edit(64).join(filled, painted, labels) == painted).all()
