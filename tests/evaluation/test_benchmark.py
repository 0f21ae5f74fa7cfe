"""The benchmark runs, and its figures hang together; how fast it is isn't asserted anywhere."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.commands.run_webcam import shipped_model
from face2face.evaluation.baselines import make_twin
from face2face.evaluation.benchmark import soak_test
from face2face.evaluation.timing import Timing, portrait_clip
from face2face.image import Scene
from face2face.live.model import ReenactmentModel

Command = Callable[..., tuple[int, str, str]]


def test_a_timing_is_median_and_99th_percentile_in_milliseconds() -> None:
    timing = Timing.of([0.010] * 99 + [0.500])
    assert timing.median == pytest.approx(10)
    assert 10 < timing.p99 < 500


def test_a_long_run_is_told_in_parts_of_equal_length() -> None:
    parts = soak_test(shipped_model(), portrait_clip(10), seconds=3.0, intervals=2)
    assert len(parts) == 2
    assert all(part.frame.median > 0 for part in parts)


def test_the_twin_keeps_what_its_model_keeps(tmp_path: Path) -> None:
    model, twin = (
        ModelCard.load(each) for each in (shipped_model(), make_twin(shipped_model(), tmp_path))
    )
    assert (twin.size, twin.panels, twin.generator) == (512, model.panels, model.generator)
    scene = Scene(
        np.zeros((512, 512, 3), np.uint8), 2 * np.array(model.shape["neutral"], np.float32)
    )
    larger, smaller = ReenactmentModel.load(tmp_path), ReenactmentModel.load(shipped_model())
    wanted = cv2.resize(
        smaller.condition(replace(scene, landmarks=scene.landmarks / 2))[1], (512, 512)
    )
    panels = larger.condition(scene)
    assert np.abs(wanted - panels[1].astype(float)).mean() < 3
    assert larger.answer(scene, panels).shape == (512, 512, 3)


def test_a_short_benchmark(in_folder: Path, face2face: Command) -> None:
    status, out, err = face2face(
        "benchmark",
        "--model",
        shipped_model(),
        "--frames",
        40,
        "--rounds",
        1,
        "--json",
        "speed.json",
    )
    assert status == 0, err
    assert "frames a second, times the predecessors'" in out
    report = json.loads(Path("speed.json").read_text())
    assert [model["size"] for model in report["models"].values()] == [256]
    for model in report["models"].values():
        assert model["times_predecessors"] == pytest.approx(
            report["predecessors"]["frame_ms"] / model["frame_ms"]
        )
        assert model["frame_ms"] <= model["frame_ms_99"]
        assert set(model["steps_ms"]) == {"face", "pose", "condition", "generate", "compose"}
        assert not model["tensorflow_imported"]
        assert model["first_picture_s"] > 0
