"""Strips to train the mode feature on, and the ways to expressions in cards."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from face2face.card import ModelCard
from face2face.image import Scene
from face2face.media.stills import read_image, write_image
from face2face.modes.feature import FeatureMode

Command = Callable[..., tuple[int, str, str]]


def test_photos_of_people_become_strips_of_both_features(
    in_folder: Path, face2face: Command, astronaut: Scene
) -> None:
    for folder in ("people/her", "people/held", "singles"):
        Path(folder).mkdir(parents=True)
    brighter = cv2.convertScaleAbs(astronaut.photo, alpha=1.1)
    for folder in ("people/her", "people/held"):
        for name, photo in (("one", astronaut.photo), ("two", brighter)):
            write_image(Path(folder, f"{Path(folder).name}_{name}.png"), photo)
    write_image(Path("singles/other.png"), astronaut.photo)
    write_image(Path("singles/wall.png"), np.zeros((200, 200, 3), np.uint8))
    Path("held.txt").write_text("held_*\n", encoding="utf-8")
    arguments = ("--people", "people", "--singles", "singles", "--held-out", "held.txt")
    status, out, err = face2face(
        "make_feature_data", *arguments, "--repeats", 1, "--size", 64, "--licence", "free"
    )
    assert status == 0, err
    assert "strips of mouth, 2 people" in out
    for feature in ("mouth", "eyes"):
        strips = sorted(Path("feature", feature).glob("*/*.png"))
        assert sorted(each.name for each in strips) == [
            "her.0.0.png",
            "her.1.0.png",
            "other.0.0.png",
            "other.0.1.png",
        ]
        assert read_image(strips[0]).shape == (64, 320, 3)
        card = ModelCard.load(Path("feature", feature))
        assert (card.mode, card.feature, card.size, card.licence) == (
            "feature",
            feature,
            64,
            "free",
        )


def test_no_pictures_are_an_error(in_folder: Path, face2face: Command) -> None:
    status, _, err = face2face("make_feature_data")
    assert status == 2 and "--people" in err


def test_the_ways_to_expressions_are_learnt_again(
    in_folder: Path, face2face: Command, astronaut: Scene
) -> None:
    for folder in ("people", "model"):
        Path(folder).mkdir()
    for name in ("her_neutral", "her_smiling", "other_neutral"):
        write_image(Path("people", f"{name}.png"), astronaut.photo)
    write_image(Path("people", "her_sad.png"), np.zeros((200, 200, 3), np.uint8))
    mode = FeatureMode(64, "mouth")
    ModelCard(**mode.card_fields(), landmarks="mesh").save(Path("model"))
    Path("held.txt").write_text("other_*\n", encoding="utf-8")
    command = ("learn_expressions", "--people", "people", "--held-out", "held.txt", "--model")
    status, out, err = face2face(*command, "model")
    assert status == 0, err
    assert out.splitlines()[-1] == "written: model: neutral, smile"
    model = FeatureMode.load(ModelCard.load(Path("model")), Path("model")).expressions
    assert model is not None and astronaut.landmarks is not None
    assert np.abs(model(astronaut.landmarks, "smile") - astronaut.landmarks).max() < 2
    status, _, err = face2face(*command, "none")
    assert status == 2 and "none" in err
