"""How steady the landmarks' filter is, and what that costs: the trembling that it leaves, its lag, the blinks and words that pass."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from face2face.evaluation.metrics import movement
from face2face.face.expression import AVERAGE_FACE
from face2face.face.landmark_filter import LandmarkFilter
from face2face.files import atomic_write
from face2face.landmarks import interocular
from face2face.synthetic.motion import PERFORMANCE_SECONDS, scripted_expression

#: Landmarks found live on one photo with a camera's noise of three grey levels tremble by this much, in interocular distances, evenly in
#: all frequencies.
TREMBLE = 0.0016
FPS = 30
#: Lags that are tried, in seconds, and frames at the start in which the filter settles.
_LAGS = np.arange(0, 0.2, 0.002)
_SETTLED = 60


@dataclass(frozen=True)
class Steadiness:
    """One point of the curve.

    Attributes:
        strength: Of the filter.
        tremble: What it leaves of a still face's trembling, as a share.
        lag_ms: How far it is behind a face that talks, blinks and turns, in milliseconds: the delay that explains it best.
        blink: How far the eyes are shut in a blink, as a share of how far they were.
        words: The mouth's speed, as a share of what it was.
    """

    strength: float
    tremble: float
    lag_ms: float
    blink: float
    words: float

    @classmethod
    def of(cls, strength: float, tremble: float = TREMBLE) -> Steadiness:
        """Measured on the scripted performance with noise.

        Args:
            strength: Of the filter.
            tremble: Of the landmarks, in interocular distances.
        """
        times = np.arange(0, PERFORMANCE_SECONDS, 1 / FPS)
        unit = interocular(AVERAGE_FACE.astype(np.float32))
        true = np.stack([scripted_expression(time).applied_to(AVERAGE_FACE) for time in times])
        noise = np.random.default_rng(0).normal(0, tremble * unit, true.shape)
        still = _filtered(true[:1] + noise, times, strength)[_SETTLED:]
        moving = _filtered(true + noise, times, strength)
        left = still.std(0).mean() / noise[_SETTLED:].std(0).mean()
        return cls(
            strength,
            float(left),
            1000 * _lag(moving, true),
            _blink(moving) / _blink(true),
            _words(moving) / _words(true),
        )


def _filtered(
    landmarks: NDArray[np.floating], times: NDArray[np.floating], strength: float
) -> NDArray[np.floating]:
    smooth = LandmarkFilter(strength=strength)
    # In units of pixels, as everywhere.
    return (
        np.stack(
            [
                smooth((100 * each).astype(np.float32), float(time))
                for each, time in zip(landmarks, times, strict=True)
            ]
        )
        / 100
    )


def _lag(moving: NDArray[np.floating], true: NDArray[np.floating]) -> float:
    """The delay, in seconds, with which the truth is nearest to what is seen."""
    frames = np.arange(len(true))
    errors = []
    for lag in _LAGS:
        at = np.clip(frames - lag * FPS, 0, None)
        before, share = at.astype(int), (at % 1)[:, None, None]
        delayed = (1 - share) * true[before] + share * true[np.minimum(before + 1, len(true) - 1)]
        errors.append(float(((delayed - moving)[_SETTLED:] ** 2).mean()))
    return float(_LAGS[int(np.argmin(errors))])


def _blink(landmarks: NDArray[np.floating]) -> float:
    opening = [movement(each.astype(np.float32))["right_eye"] for each in landmarks]
    return float(np.median(opening) - np.percentile(opening, 1))


def _words(landmarks: NDArray[np.floating]) -> float:
    return float(np.diff([movement(each.astype(np.float32))["mouth"] for each in landmarks]).std())


def table(points: list[Steadiness]) -> str:
    """The curve in Markdown."""
    lines = ["| strength | trembling left | lag, ms | blinks | words |", "|---|---|---|---|---|"]
    lines += [
        f"| {each.strength:.2g} | {each.tremble:.2f} | {each.lag_ms:.0f} | {each.blink:.2f} | {each.words:.2f} |"
        for each in points
    ]
    return "\n".join(lines)


def plot(points: list[Steadiness], path: Path) -> None:
    """Lag against the trembling that is left, a point a strength."""
    matplotlib.use("Agg")
    figure, axis = plt.subplots(figsize=(6, 4), layout="constrained")
    axis.plot([each.tremble for each in points], [each.lag_ms for each in points], marker="o")
    for each in points:
        axis.annotate(
            f"{each.strength:.2g}",
            (each.tremble, each.lag_ms),
            textcoords="offset points",
            xytext=(6, 6),
        )
    axis.set(
        xlabel="share of a still face's trembling that is left",
        ylabel="lag in milliseconds",
        title="--smoothing",
    )
    with atomic_write(path) as aside:
        figure.savefig(aside, format="png", dpi=100)
    plt.close(figure)
