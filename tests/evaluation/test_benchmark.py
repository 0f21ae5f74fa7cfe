"""The benchmark runs, and its figures hang together; how fast it is isn't asserted anywhere."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.evaluation.baselines import make_twin
from face2face.evaluation.benchmark import soak_test
from face2face.evaluation.timing import Timing, portrait_clip
from face2face.inference.models import pretrained
from face2face.keyframes.pose_selectors import PoseSelectors
from face2face.live.model import ReenactmentModel

Command = Callable[..., tuple[int, str, str]]


def test_a_timing_is_median_and_99th_percentile_in_milliseconds() -> None:
    timing = Timing.of([0.010] * 99 + [0.500])
    assert timing.median == pytest.approx(10)
    assert 10 < timing.p99 < 500


def test_a_long_run_is_told_in_parts_of_equal_length() -> None:
    parts = soak_test(pretrained(), portrait_clip(10), seconds=3.0, intervals=2)
    assert len(parts) == 2
    assert all(part.frame.median > 0 for part in parts)


def test_the_twin_keeps_what_its_model_keeps(tmp_path: Path) -> None:
    model, twin = (
        ModelCard.load(each) for each in (pretrained(), make_twin(pretrained(), tmp_path))
    )
    assert (twin.size, twin.panels, twin.generator) == (512, model.panels, model.generator)
    larger, smaller = ReenactmentModel.load(tmp_path), ReenactmentModel.load(pretrained())
    assert larger.mode.shape is not None
    assert smaller.mode.shape is not None
    landmarks = larger.mode.shape.neutral
    assert landmarks == pytest.approx(2 * smaller.mode.shape.neutral, abs=0.1)
    wanted = cv2.resize(smaller.mode.condition_live(landmarks / 2, PoseSelectors())[1], (512, 512))
    panels = larger.mode.condition_live(landmarks, PoseSelectors())
    assert np.abs(wanted - panels[1].astype(float)).mean() < 3
    assert larger.engine(panels).shape == (512, 512, 3)


def test_a_short_benchmark(in_folder: Path, face2face: Command) -> None:
    status, out, err = face2face(
        "benchmark",
        "--model",
        pretrained(),
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
