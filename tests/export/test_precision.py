"""Precisions: chosen by what they do to the picture, kept in the card, run when loaded."""

import shutil
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.errors import ModelError, OptionError
from face2face.export.precision import (
    AUTO,
    TOLERANCE,
    PrecisionResult,
    choose_precision,
    examples,
    fewest_bits_worth_it,
    has_nncf,
)
from face2face.inference.engine import capabilities
from face2face.inference.models import pretrained
from face2face.inference.names import QUANTISED
from face2face.live.model import ReenactmentModel
from face2face.media.stills import write_image

needs_nncf = pytest.mark.skipif(not has_nncf(), reason="needs nncf")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(pretrained(), tmp_path / "model"))


@pytest.mark.parametrize("wanted", ["f32", "bf16", pytest.param("int8", marks=needs_nncf)])
def test_a_precision_keeps_the_picture_and_is_run_when_loaded(wanted: str, model: Path) -> None:
    exact = ReenactmentModel.load(pretrained())
    shown = examples(model)
    outcome = choose_precision(model, wanted, shown)
    assert outcome.precision == ModelCard.load(model).precision == wanted
    assert outcome.difference <= TOLERANCE
    puppet = ReenactmentModel.load(model)
    assert (wanted if wanted != "bf16" or "BF16" in capabilities() else "f32") in puppet.engine.name
    assert np.abs(puppet.engine(shown[0]).astype(int) - exact.engine(shown[0])).mean() <= TOLERANCE


@pytest.mark.parametrize(
    ("bf16", "int8", "chosen"),
    [
        ((0.0, 9.5), (0.1, 9.2), "f32"),
        ((0.0, 7.0), (0.1, 6.9), "bf16"),
        ((0.0, 7.0), (0.1, 5.0), "int8"),
        ((0.0, 7.0), (TOLERANCE + 0.1, 1.0), "bf16"),
        ((0.0, 20.0), (0.1, 5.0), "int8"),
    ],
)
def test_fewer_bits_must_be_worth_it(
    bf16: tuple[float, float], int8: tuple[float, float], chosen: str
) -> None:
    outcomes = [
        PrecisionResult("f32", 0.0, 10.0),
        PrecisionResult("bf16", *bf16),
        PrecisionResult("int8", *int8),
    ]
    assert fewest_bits_worth_it(outcomes).precision == chosen


@pytest.mark.parametrize(
    ("knows", "quantised", "run"),
    [
        ({"BF16", "INT8"}, True, "bf16"),
        ({"INT8"}, True, "int8"),
        ({"INT8"}, False, "f32"),
        (set(), True, "f32"),
    ],
)
def test_a_processor_without_bf16_runs_the_next_best(
    knows: set[str], quantised: bool, run: str, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("face2face.inference.engine.capabilities", lambda: knows)
    if not quantised:
        (model / QUANTISED).unlink()
    assert ModelCard.load(model).precision == "bf16"
    puppet = ReenactmentModel.load(model)
    assert run in puppet.engine.name
    assert puppet.engine(examples(model, count=1)[0]).any()


@needs_nncf
@pytest.mark.parametrize(("int8", "kept"), [(7.0, True), (9.5, False)])
def test_int8_is_kept_for_processors_without_bf16_if_it_is_worth_it_there(
    int8: float, kept: bool, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = [
        PrecisionResult("f32", 0.0, 10.0),
        PrecisionResult("bf16", 0.1, 6.0),
        PrecisionResult("int8", 0.1, int8),
    ]
    monkeypatch.setattr("face2face.export.precision._compare", lambda *_: outcomes)
    assert choose_precision(model, AUTO, examples(model, count=3)).precision == "bf16"
    assert (model / QUANTISED).is_file() is kept


@pytest.mark.parametrize(("int8", "kept"), [(0.1, True), (TOLERANCE + 1, False)])
def test_a_refused_trial_leaves_the_model_as_it_was(
    int8: float, kept: bool, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quantise(graph: Path, quantised: Path, *_: object) -> None:
        for suffix in (".xml", ".bin"):
            quantised.with_suffix(suffix).write_text("new")

    outcomes = [PrecisionResult("f32", 0.0, 10.0), PrecisionResult("int8", int8, 5.0)]
    monkeypatch.setattr("face2face.export.precision.has_nncf", lambda: True)
    monkeypatch.setattr("face2face.export.precision._quantise", quantise)
    monkeypatch.setattr("face2face.export.precision._compare", lambda *_: outcomes)
    before = {path.name: path.read_bytes() for path in model.iterdir()}
    with nullcontext() if kept else pytest.raises(ModelError, match="grey levels"):
        choose_precision(model, "int8", examples(model, count=3))
    after = {path.name: path.read_bytes() for path in model.iterdir()}
    assert (after[QUANTISED] == b"new") is kept
    assert (after == before) is not kept


def test_auto_takes_one_that_keeps_the_picture(model: Path) -> None:
    outcome = choose_precision(model, AUTO, examples(model, count=20))
    assert outcome.difference <= TOLERANCE
    assert ModelCard.load(model).precision == outcome.precision


def test_without_nncf_int8_is_refused_and_auto_does_without(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("face2face.export.precision.has_nncf", lambda: False)
    with pytest.raises(OptionError, match="int8"):
        choose_precision(model, "int8", [])
    assert choose_precision(model, AUTO, examples(model, count=20)).precision in ("f32", "bf16")


def test_a_model_without_keyframes_is_tried_on_the_strips_it_was_trained_on(tmp_path: Path) -> None:
    model, strips = tmp_path / "inpaint", tmp_path / "strips"
    shutil.copytree(pretrained("inpaint"), model)
    (strips / "train").mkdir(parents=True)
    shutil.copy(model / "card.json", strips)
    rng = np.random.default_rng(0)
    write_image(strips / "train" / "one.png", rng.integers(0, 256, (256, 768, 3), np.uint8))
    assert choose_precision(model, AUTO, examples(model)).precision == "f32", (
        "without strips nothing can be compared"
    )
    outcome = choose_precision(model, "bf16", examples(model, strips))
    assert (outcome.precision, ModelCard.load(model).precision) == ("bf16", "bf16")
    assert outcome.milliseconds > 0


def test_a_quantised_graph_that_is_missing_is_said(model: Path) -> None:
    replace(ModelCard.load(model), precision="int8").save(model)
    (model / QUANTISED).unlink(missing_ok=True)
    with pytest.raises(ModelError, match="no file"):
        ReenactmentModel.load(model)
