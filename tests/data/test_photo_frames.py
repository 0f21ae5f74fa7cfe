"""Frames made of one photo: the painter moves eyes and mouth, the head stays."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.data.batch import Failures
from face2face.data.build_pairs import build_pairs
from face2face.data.folders import DatasetConfig, DatasetDirs, Footage
from face2face.data.kept_target import kept_target
from face2face.data.photo_frames import KEYFRAMES, frames_of_photos
from face2face.errors import FaceError
from face2face.face.expression_model import ExpressionModel
from face2face.image import Image, Landmarks, Scene
from face2face.landmarks import interocular
from face2face.media.stills import read_image, write_image
from face2face.modes.reenact import Reenact
from face2face.segmentation.labels import Labels
from tests.feature_models import expressions


class Spots:
    """A painter that paints a green spot where the mouth should be."""

    def __init__(self, fingerprint: str = "spots") -> None:
        self.fingerprint = fingerprint

    def __call__(self, photo: Image, landmarks: Landmarks, wanted: Landmarks) -> Image:
        painted = photo.copy()
        if wanted is not landmarks:
            x, y = wanted[48:68].mean(0).round().astype(int)
            painted[y - 4 : y + 4, x - 4 : x + 4] = (0, 255, 0)
        return painted

    def expressions(self) -> ExpressionModel:
        return expressions()


def parse(photo: Image, landmarks: Landmarks) -> Labels:
    """Return a map that knows the face alone."""
    labels = np.zeros(photo.shape[:2], np.uint8)
    (left, top), (right, bottom) = landmarks.min(0).astype(int), landmarks.max(0).astype(int)
    labels[top:bottom, left:right] = 1
    return labels


@pytest.fixture
def config(in_folder: Path, astronaut: Scene) -> DatasetConfig:
    write_image(Path("me.png"), astronaut.photo)
    return DatasetConfig(Path("me.png"), num=32, landmarks="mesh")


def made(config: DatasetConfig) -> tuple[Footage, list[Image]]:
    """Return the frames of a photo, and their pictures."""
    folders = DatasetDirs(Path("made"))
    folders.original.mkdir(parents=True)
    footage = frames_of_photos(config, [config.file], folders, Failures(), parse, Spots())
    return footage, [read_image(folders.original / each.name) for each in footage.kept]


def test_the_photo_then_painted_poses_of_the_same_head(config: DatasetConfig) -> None:
    footage, pictures = made(config)
    frames = footage.kept
    assert len(frames) == 32
    photo, face = pictures[0], frames[0].landmarks
    for frame, picture in zip(frames[1:], pictures[1:], strict=True):
        spot = (picture == (0, 255, 0)).all(-1)
        assert spot.any()
        assert (picture[~spot] == photo[~spot]).all(), "nothing but the painter's work changes"
        assert np.abs(frame.landmarks[27:36] - face[27:36]).max() < 0.1 * interocular(face)


def test_training_pairs_have_the_bank_of_a_target_without_training(config: DatasetConfig) -> None:
    build_pairs(config, Path("pairs"), Reenact.fit, parse, Spots())
    trained, untrained = (
        Reenact.load(ModelCard.load(folder), folder)
        for folder in (
            Path("pairs/combined"),
            kept_target(
                replace(config, num=KEYFRAMES), Reenact.fit, parse, Spots(), lambda target: None
            ),
        )
    )
    assert trained.bank is not None
    assert untrained.bank is not None
    assert len(trained.bank) == KEYFRAMES
    assert trained.bank.shows_one_pose, "its head moves as a rigid body"
    assert (trained.bank.landmarks == untrained.bank.landmarks).all()
    assert trained.shape is not None
    assert untrained.shape is not None
    assert trained.shape.to_json() == untrained.shape.to_json()


def test_the_background_is_known_and_does_not_move(config: DatasetConfig) -> None:
    footage, pictures = made(config)
    assert footage.background is not None
    assert footage.background.static_mask[2, 2] == 255
    assert all((each[:2, :2] == pictures[0][:2, :2]).all() for each in pictures)


def test_a_smile_is_no_neutral_face(config: DatasetConfig) -> None:
    footage, _ = made(config)
    assert footage.neutral is not None
    neutral, photo = footage.neutral.landmarks, footage.kept[0].landmarks
    width = np.linalg.norm(photo[54] - photo[48])
    assert np.linalg.norm(neutral[54] - neutral[48]) < 0.95 * width, "the astronaut smiles"


def test_other_networks_make_another_target(config: DatasetConfig) -> None:
    few = DatasetConfig(config.file, num=10, keyframes=10, landmarks="mesh")

    def kept(paint: Spots) -> Path:
        return kept_target(few, Reenact.fit, parse, paint, lambda target: None)

    first = kept(Spots())
    assert kept(Spots()) == first
    assert kept(Spots("better")) != first


def test_a_face_in_profile_is_refused(
    config: DatasetConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("face2face.face.photo_checks.faces_camera", lambda landmarks: False)
    with pytest.raises(FaceError, match="turned too far"):
        made(config)
