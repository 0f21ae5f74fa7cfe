"""Jitter against lag: what the landmark filter removes, and what it delays or flattens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from skimage.data import astronaut

from face2face.evaluation.motion import FEATURES, face_features
from face2face.face.back_ends import make_detector
from face2face.face.expression import AVERAGE_FACE
from face2face.face.landmark_filter import LandmarkFilter
from face2face.face.tracker import Tracker
from face2face.files import atomic_write
from face2face.landmarks import interocular
from face2face.synthetic.motion import PERFORMANCE_SECONDS, scripted_expression

#: Standard deviation of live landmarks on a still photo, in interocular distances. Measured with
#: camera noise of three grey levels; its spectrum is flat.
JITTER = 0.0016
#: Frames a second of the simulated camera.
FPS = 30
#: Standard deviation of a camera's noise, in grey levels.
_CAMERA_NOISE = 3.0
#: Delays that are tried, in seconds.
_LAGS = np.arange(0, 0.2, 0.002)
#: Frames at the start that are ignored: the filter settles.
_WARM_UP = 60
#: Size of the simulated face in pixels: the filter works in pixels.
_PIXELS = 100


@dataclass(frozen=True)
class JitterLag:
    """One point of the curve.

    Attributes:
        strength: Strength of the filter.
        jitter: Share of a still face's jitter that is left.
        lag_ms: Delay behind a moving face, in milliseconds: the delay that fits best.
        blink: Depth of a blink, as a share of the true one.
        speech: Speed of the mouth, as a share of the true one.
    """

    strength: float
    jitter: float
    lag_ms: float
    blink: float
    speech: float

    @classmethod
    def measure(cls, strength: float, jitter: float = JITTER) -> JitterLag:
        """Measure the filter on the scripted expression with noise.

        Args:
            strength: Strength of the filter, 0 to 2.
            jitter: Standard deviation of the noise, in interocular distances.

        >>> JitterLag.measure(0.0).lag_ms < 4
        True
        """
        times = np.arange(0, PERFORMANCE_SECONDS, 1 / FPS)
        unit = interocular(AVERAGE_FACE.astype(np.float32))
        true = np.stack([scripted_expression(time).applied_to(AVERAGE_FACE) for time in times])
        noise = np.random.default_rng(0).normal(0, jitter * unit, true.shape)
        still = _filtered(true[:1] + noise, times, strength)[_WARM_UP:]
        moving = _filtered(true + noise, times, strength)
        left = still.std(0).mean() / noise[_WARM_UP:].std(0).mean()
        return cls(
            strength,
            float(left),
            1000 * _lag(moving, true),
            _blink_depth(moving) / _blink_depth(true),
            _mouth_speed(moving) / _mouth_speed(true),
        )


def still_jitter(landmarks: str) -> float:
    """Return the jitter of a still portrait's live landmarks, in interocular distances.

    It is their standard deviation, with a camera's noise of three grey levels.

    Args:
        landmarks: The landmark back end.
    """
    photo, rng = astronaut(), np.random.default_rng(0)
    track = Tracker(make_detector(landmarks).for_video(FPS), FPS)
    found = []
    for _ in range(_WARM_UP):
        noisy = np.clip(photo + rng.normal(0, _CAMERA_NOISE, photo.shape), 0, 255)
        found.extend(track(noisy.astype(np.uint8)))
    return float(np.std(found, axis=0).mean()) / interocular(found[0])


def _filtered(
    landmarks: NDArray[np.floating], times: NDArray[np.floating], strength: float
) -> NDArray[np.floating]:
    """Return landmarks ``(n, 70, 2)`` after the filter."""
    smooth = LandmarkFilter(strength=strength)
    pixels = (_PIXELS * landmarks).astype(np.float32)
    frames = [smooth(each, float(time)) for each, time in zip(pixels, times, strict=True)]
    return np.stack(frames) / _PIXELS


def _lag(moving: NDArray[np.floating], true: NDArray[np.floating]) -> float:
    """Return the delay in seconds with which the true landmarks are nearest to the filtered."""
    frames = np.arange(len(true))
    errors = []
    for lag in _LAGS:
        at = np.clip(frames - lag * FPS, 0, None)
        before, share = at.astype(int), (at % 1)[:, None, None]
        delayed = (1 - share) * true[before] + share * true[np.minimum(before + 1, len(true) - 1)]
        errors.append(float(((delayed - moving)[_WARM_UP:] ** 2).mean()))
    return float(_LAGS[int(np.argmin(errors))])


def _blink_depth(landmarks: NDArray[np.floating]) -> float:
    """Return the distance from the usual opening of the eye to the smallest."""
    opening = _feature(landmarks, "eyes_open")
    return float(np.median(opening) - np.percentile(opening, 1))


def _mouth_speed(landmarks: NDArray[np.floating]) -> float:
    """Return the standard deviation of the change of the mouth's opening per frame."""
    return float(np.diff(_feature(landmarks, "mouth_open")).std())


def _feature(landmarks: NDArray[np.floating], name: str) -> NDArray[np.floating]:
    """Return a feature of the average face in each frame, ``(n,)``."""
    column = list(FEATURES).index(name)
    return np.array([face_features(each, AVERAGE_FACE)[column] for each in landmarks])


def table(points: list[JitterLag]) -> str:
    """Return the curve as a Markdown table."""
    lines = ["| strength | jitter left | lag, ms | blinks | speech |", "|---|---|---|---|---|"]
    lines += [
        f"| {each.strength:.2g} | {each.jitter:.2f} | {each.lag_ms:.0f} | {each.blink:.2f} "
        f"| {each.speech:.2f} |"
        for each in points
    ]
    return "\n".join(lines)


def plot(points: list[JitterLag], path: Path) -> None:
    """Draw lag against jitter into a PNG file, one point per strength."""
    matplotlib.use("Agg")
    figure, axis = plt.subplots(figsize=(6, 4), layout="constrained")
    axis.plot([each.jitter for each in points], [each.lag_ms for each in points], marker="o")
    for each in points:
        axis.annotate(
            f"{each.strength:.2g}",
            (each.jitter, each.lag_ms),
            textcoords="offset points",
            xytext=(6, 6),
        )
    axis.set(
        xlabel="share of a still face's jitter that is left",
        ylabel="lag in milliseconds",
        title="--smoothing",
    )
    with atomic_write(path) as aside:
        figure.savefig(aside, format="png", dpi=100)
    plt.close(figure)
