"""Figures of changed expressions, by worked-out answers."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from face2face.data.feature_pairs import Picture
from face2face.evaluation import expression_ways, metrics
from face2face.evaluation.expression_ways import Exchange, Repainting
from face2face.evaluation.expressions import (
    ExpressionMeter,
    expression_changes,
    tables,
    worst_first,
)
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.image import Image, Landmarks, Scene
from face2face.inference import pretrained
from face2face.media.stills import write_image
from tests.feature_models import expressions, use_feature_models

FACE = (60 * AVERAGE_FACE + (150, 120)).astype(np.float32)
PHOTO = np.tile(np.linspace(80, 170, 300)[:, None, None], (1, 300, 3)).astype(np.uint8)
SMILE = PHOTO.copy()
SMILE[170:200, 130:170] = 240
#: A person who smiles, and who is shown with an expression without a name.
PICTURES = [
    Picture(PHOTO, FACE, "ann_neutral"),
    Picture(SMILE, Expression(smile=1.0, open=0.2).applied_to(FACE), "ann_smiling"),
    Picture(SMILE, FACE, "ann_bored"),
]


def mean_colour(photo: Image, landmarks: Landmarks) -> np.ndarray:
    return np.asarray(photo.mean((0, 1)))


def difference(one: Image, other: Image) -> float:
    return float(np.abs(one.astype(int) - other).mean())


METER = ExpressionMeter(
    lambda photo: [FACE],
    mean_colour,
    lambda photo, landmarks: np.zeros(photo.shape[:2], np.uint8),
    difference,
    lambda labels: "happy",
)


def test_a_person_changes_from_neutral_to_each_expression_and_back() -> None:
    changes = expression_changes(PICTURES)
    assert {(each.direction, each.emotion) for each in changes} == {
        ("neutral to smile", "happy"),
        ("neutral to others", None),
        ("smile to neutral", "neutral"),
        ("others to neutral", "neutral"),
    }


def test_the_true_photo_is_the_best_answer() -> None:
    (change,) = (each for each in expression_changes(PICTURES) if each.end == "smile")
    measured = METER(change, {"unchanged": PHOTO, "copied": SMILE})
    unchanged, best, truth = (each.figures for each in measured)
    assert best["LPIPS of the mouth"] < 0.1 < unchanged["LPIPS of the mouth"]
    assert best["SSIM of the mouth"] > 0.99 > unchanged["SSIM of the mouth"]
    assert best["identity distance from the true photo"] == 0
    assert unchanged["identity distance from the photo before"] == 0
    assert unchanged["wanted emotion recognised"] == 1
    assert truth["identity distance from the photo before"] > 0
    assert "identity distance from the true photo" not in truth
    lines = tables(measured)
    assert "| LPIPS of the mouth | photos | unchanged | copied |" in lines
    assert "| wanted emotion recognised | photos | unchanged | copied | true photo |" in lines
    assert "| neutral to smile | 1 | 1.000 | 1.000 | 1.000 |" in lines
    sheet = worst_first(measured, "copied", 5)
    assert sheet.shape == (128, 3 * 128, 3)
    assert (sheet[:, 128:256] == sheet[:, 256:]).mean() > 0.99


def test_the_last_row_compares_the_same_photos() -> None:
    changes = expression_changes(PICTURES)
    measured = [
        each
        for change in changes
        for each in METER(
            change, {"unchanged": PHOTO} | ({"smiles": SMILE} if change.end == "smile" else {})
        )
    ]
    lines = tables(measured)
    start = lines.index("| SSIM of the mouth | photos | unchanged | smiles |")
    (smile, last) = (
        next(line for line in lines[start:] if line.startswith(name)).split(" | ")
        for name in ("| neutral to smile", "| all")
    )
    assert smile[1] == "1" and smile[-1] == "1.000 |"
    assert last[1] == "4" and last[-1] == " |"


def test_a_prediction_knows_only_its_expressions() -> None:
    way = Repainting(lambda photo, landmarks, wanted: photo, expressions())
    changed = {each.direction: way(each) is not None for each in expression_changes(PICTURES)}
    assert changed["neutral to smile"] and changed["others to neutral"]
    assert not changed["neutral to others"]


def test_an_exchange_uses_the_models_of_the_two_expressions() -> None:
    exchange = Exchange({("neutral", "smile"): []}, METER.parse)
    answers = {each.direction: exchange(each) for each in expression_changes(PICTURES)}
    assert answers.pop("neutral to smile") is PHOTO
    assert set(answers.values()) == {None}


def test_the_way_back_has_models_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("smile/mouth", "smile/eyes", "smile/eyes/back", "sad/mouth/back"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "card.json").touch()
    monkeypatch.setattr(
        expression_ways,
        "load_exchange",
        lambda folder, parse: folder.relative_to(tmp_path).as_posix(),
    )
    assert Exchange.load(tmp_path, METER.parse).models == {
        ("neutral", "smile"): ["smile/eyes", "smile/mouth"],
        ("smile", "neutral"): ["smile/eyes/back"],
        ("sad", "neutral"): ["sad/mouth/back"],
    }


def test_held_out_people_are_compared(
    in_folder: Path,
    face2face: Callable[..., tuple[int, str, str]],
    astronaut: Scene,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_feature_models(Path("models"), monkeypatch)
    monkeypatch.setattr(metrics, "lpips", lambda: None)
    monkeypatch.setattr(pretrained, "load_parser", lambda folder: METER.parse)
    Path("people").mkdir()
    for name, gain in (("her_neutral", 1.0), ("her_smiling", 1.05), ("other_neutral", 1.0)):
        photo = cv2.convertScaleAbs(astronaut.photo, alpha=gain)
        write_image(Path("people", f"{name}.png"), np.asarray(photo, np.uint8))
    Path("held.txt").write_text("her_*\n", encoding="utf-8")
    command = ("evaluate_expression", "--people", "people", "--held-out", "held.txt")
    status, out, err = face2face(*command, "--output", "sheet.png")
    assert status == 0, err
    assert "| neutral to smile | 1 |" in out and "other" not in out
    assert Path("sheet.png").is_file()
    status, _, err = face2face(*command, "--exchange", "CycleGAN", "none")
    assert status == 2 and "none holds no model" in err
