"""Progress of a training, its forecast, and when it ends."""

from pathlib import Path

import pytest

from face2face.learn import history
from face2face.learn.callbacks import Limits
from face2face.learn.checkpoint import Run


def test_progress_is_the_nearest_limit() -> None:
    assert Limits(10, 100, 1.0).progress(1, 50, 6) == 0.5
    assert Limits(minutes=1.0).progress(0, 0, 90) == 1
    assert Limits().progress(5, 5, 5) == 0


def test_a_run_without_settings_is_none(tmp_path: Path) -> None:
    assert Run(tmp_path).settings() is None


def epochs_with(*errors: float) -> list[history.Epoch]:
    return [
        history.Epoch(number, number, 60.0 * number, 0, 0, 0, error)
        for number, error in enumerate(errors, 1)
    ]


def test_the_forecast_goes_on_as_the_history_went() -> None:
    falling = epochs_with(*(0.02 + 0.04 / minute for minute in range(1, 9)))
    assert history.forecast(falling, 20 * 60) == pytest.approx(0.022, abs=1e-4)
    assert history.forecast(falling[:3], 20 * 60) is None
    stuck = epochs_with(0.05, 0.03, 0.04, 0.05, 0.06)
    assert history.forecast(stuck, 20 * 60) == pytest.approx(0.03)


def test_patience_ends_after_steps_that_were_no_better() -> None:
    limits = Limits(patience=2)
    assert not limits.exhausted(epochs_with())
    assert not limits.exhausted(epochs_with(0.3, 0.2, 0.25))
    assert limits.exhausted(epochs_with(0.3, 0.2, 0.25, 0.2))
    assert not Limits().exhausted(epochs_with(0.1, 0.2, 0.3, 0.4))
