import json
from pathlib import Path

import pytest

from face2face.card import FILE_NAME, ModelCard
from face2face.errors import ModelError

CARD = ModelCard(
    mode="reenact",
    size=256,
    panels=("sketch", "warp"),
    sketch={"palette": "parts"},
    consent="her own",
)


def test_a_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    CARD.save(tmp_path)
    assert ModelCard.load(tmp_path) == CARD


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "format 2"),
        ({"format": 99, "surprise": 1, "size": "large"}, "format 2"),
        ({"size": 300}, "multiple of 64 up to 512"),
        ({"size": "256"}, r"Expected `int`, got `str` - at `\$\.size`"),
        ({"panels": "sketch"}, r"Expected `array`, got `str` - at `\$\.panels`"),
        ({"panels": []}, "panels is empty"),
        ({"base": "photo"}, "base names 'photo'"),
        ({"consent": 1}, "consent"),
        ({"surprise": 1}, "unknown fields: surprise"),
        ({"data": {"crop": 5}}, r"data: Expected `array`, got `int` - at `\$\.crop`"),
        ({"data": {"crop": [1, 2]}}, r"data: Expected `array` of length 3"),
        ({"data": {"crop": [0, 0, 10**9]}}, r"data: Expected `int` <= 32768"),
        ({"data": {"crop": [0, 0, 10**400]}}, r"data: "),
        ({"data": {"trained_until": "late"}}, r"data: Expected `float`, got `str`"),
        ({"data": {"file": "a\u001b[2J.mp4"}}, "data: file holds control characters"),
        ({"training": {"minutes": None}}, r"training: Expected `float`, got `null`"),
        ({"training": {"steps": -1}}, r"training: Expected `int` >= 0"),
        ({"sketch": {"thickness": 10**6}}, r"sketch: Expected `int` <= 64"),
        ({"sketch": {"palette": ["white"]}}, r"sketch: Expected `str`, got `array`"),
        ({"mode": "m" * 1000, "format": 1}, "mode is longer than 60 characters"),
        ({"panels": ["sketch\n"]}, "panels is longer than 60 characters, or not printable"),
        ({"panels": ["sketch"] * 17}, "panels has more than 16 names"),
        ({"consent": "\u001b]0;title\u0007"}, "consent holds control characters"),
    ],
)
def test_a_card_of_another_kind_is_refused(tmp_path: Path, change: dict, message: str) -> None:
    CARD.save(tmp_path)
    values = json.loads((tmp_path / FILE_NAME).read_text())
    (tmp_path / FILE_NAME).write_text(json.dumps(values | change))
    with pytest.raises(ModelError, match=message):
        ModelCard.load(tmp_path)


def test_a_reenactment_of_an_earlier_version_is_refused_with_the_commands(tmp_path: Path) -> None:
    CARD.save(tmp_path)
    values = json.loads((tmp_path / FILE_NAME).read_text())
    (tmp_path / FILE_NAME).write_text(json.dumps(values | {"format": 1, "shape": {"neutral": []}}))
    with pytest.raises(ModelError) as refused:
        ModelCard.load(tmp_path)
    assert "format 1" in refused.value.problem
    assert "face2face prepare --file" in refused.value.hint
    assert "face2face train --input_dir" in refused.value.hint
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("mode", ["edit", "inpaint", "manipulate", "parse", "reconstruct"])
def test_cards_of_other_modes_keep_their_format(tmp_path: Path, mode: str) -> None:
    card = ModelCard(mode, 256, ("photo",))
    card.save(tmp_path)
    assert json.loads((tmp_path / FILE_NAME).read_text())["format"] == 1
    assert ModelCard.load(tmp_path) == card


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"format": 1}'])
def test_a_damaged_card_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(ModelError):
        ModelCard.load(tmp_path)


def test_a_card_of_another_program_is_not_own(tmp_path: Path) -> None:
    values = {"format": 2, "mode": "reenact", "size": 256, "panels": ["sketch"]}
    (tmp_path / FILE_NAME).write_text(json.dumps(values))
    assert not ModelCard.load(tmp_path).is_own


def test_a_missing_card_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"There is no file .*card\.json\."):
        ModelCard.load(tmp_path)
