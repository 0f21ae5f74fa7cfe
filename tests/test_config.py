import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from face2face.config import MAX_BYTES, from_json, load_json, save_json, to_json
from face2face.errors import DataError
from face2face.image import Box


@dataclass(frozen=True)
class Recipe:
    name: str
    rate: float = 0.5
    file: Path | None = None
    crops: tuple[Box, ...] = ()
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Points:
    points: NDArray[np.float32]


RECIPE = Recipe("a", 0.25, Path("clip.mp4"), (Box(1, 2, 3),), {"steps": [1, 2], "é": None})


def test_a_dataclass_is_read_as_it_was_written(tmp_path: Path) -> None:
    save_json(tmp_path / "recipe.json", RECIPE)
    assert load_json(Recipe, tmp_path / "recipe.json", DataError) == RECIPE


def test_defaults_fill_absent_fields() -> None:
    assert from_json(Recipe, '{"name": "b", "rate": 1}', "r.json", DataError) == Recipe("b", 1.0)


def test_arrays_keep_their_type_and_shape() -> None:
    points = np.arange(6, dtype=np.float32).reshape(3, 2) / 3
    read = from_json(Points, to_json(Points(points)), "p.json", DataError).points
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, points)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "r.json is not valid JSON. Copy it."),
        ("[" * 100_000, "r.json is not valid JSON. Copy it."),
        (b"\xff", "r.json is not valid JSON. Copy it."),
        ('{"name": "a", "rate": NaN}', "r.json is not valid JSON. Copy it."),
        ('{"name": "a", "notes": {"b": -Infinity}}', "r.json is not valid JSON. Copy it."),
        ('{"name": "a", "notes": {"b": [1e999]}}', "r.json is not valid JSON. Copy it."),
        ('{"name": "a", "\\ud800": 1}', "r.json is not valid JSON. Copy it."),
        ('{"name": "a", "notes": {"\\udfff": "\\ud800"}}', "r.json is not valid JSON. Copy it."),
        (f'{{"name": {"1" * 5000}}}', "r.json is not valid JSON. Copy it."),
        (
            f'{{"name": "a", "rate": {"1" * 400}}}',
            "r.json is not valid: Number out of range - at `$.rate`. Copy it.",
        ),
        (
            '{"name": "a", "' + 50 * "z" + '": 1, "b\\u001b\\n": 2}',
            f"r.json has unknown fields: b??, {37 * 'z'}.... Copy it.",
        ),
        (
            '{"name": "a", ' + ", ".join(f'"x{number}": 0' for number in range(10)) + "}",
            "r.json has unknown fields: x0, x1, x2, x3, x4, x5, x6, x7 and 2 more. Copy it.",
        ),
        ("[1]", "r.json is not valid: Expected `object`, got `array`. Copy it."),
        ("{}", "r.json is not valid: Object missing required field `name`. Copy it."),
        (
            '{"name": "a", "rate": "fast"}',
            "r.json is not valid: Expected `float`, got `str` - at `$.rate`. Copy it.",
        ),
        (
            '{"name": "a", "crops": [{"x": 1, "y": 2, "side": 0}]}',
            "r.json is not valid: side is 0, but a box is at least one pixel wide "
            "- at `$.crops[0]`. Copy it.",
        ),
        ('{"name": "a", "z": 1, "b": 2}', "r.json has unknown fields: b, z. Copy it."),
        (
            '{"name": "a", "crops": [{"x": 1, "y": 2, "side": 3, "depth": 4}]}',
            "r.json has unknown fields: crops.0.depth. Copy it.",
        ),
    ],
)
def test_text_of_another_form_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(DataError) as error:
        from_json(Recipe, text, "r.json", DataError, hint="Copy it.")
    assert str(error.value) == message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no file .*r\.json\. Make it again\."):
        load_json(Recipe, tmp_path / "r.json", DataError, hint="Make it again.")


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "r.json").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(DataError, match="larger than 8 MiB"):
        load_json(Recipe, tmp_path / "r.json", DataError)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_pipes_and_folders_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "r.json")
    for path in (tmp_path, tmp_path / "r.json"):
        with pytest.raises(DataError, match="is not a regular file"):
            load_json(Recipe, path, DataError)
