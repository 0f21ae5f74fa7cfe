"""Jitter and lag of the landmark filter."""

from collections.abc import Callable
from pathlib import Path

import pytest

from face2face.evaluation.jitter_lag import JitterLag

Command = Callable[..., tuple[int, str, str]]


def test_without_smoothing_all_is_left_and_nothing_is_late() -> None:
    point = JitterLag.measure(0.0)
    assert (point.jitter, point.blink, point.speech) == pytest.approx((1, 1, 1), abs=0.1)
    assert point.lag_ms < 4


def test_at_the_default_a_third_is_left_at_most_forty_milliseconds_late_and_blinks_pass() -> None:
    point = JitterLag.measure(1.0)
    assert point.jitter < 1 / 3
    assert point.lag_ms <= 40
    assert point.blink > 0.9
    assert point.speech > 0.85


@pytest.mark.parametrize("jitter", [0.0018, 0.0072])
def test_a_better_or_worse_camera_is_steadied_alike(jitter: float) -> None:
    point = JitterLag.measure(1.0, jitter)
    assert point.jitter < 0.4
    assert point.lag_ms <= 50


def test_the_curve_is_printed_and_drawn(in_folder: Path, face2face: Command) -> None:
    status, out, err = face2face("steadiness", "--strengths", 0.5, 2, "--plot", "curve.png")
    assert status == 0, err
    assert "| 0.5 |" in out
    assert Path("curve.png").stat().st_size > 5000
