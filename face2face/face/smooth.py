"""A causal filter that steadies landmarks: the One Euro filter (Casiez, Roussel and Vogel, CHI 2012)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.face.landmarks import interocular
from face2face.image import Landmarks


class OneEuro:
    """Low-pass filter whose cut-off rises with speed: slow motion is steadied, fast motion isn't delayed.

    Speeds are measured in interocular distances a second, so that the face's size in the picture doesn't matter.

    Args:
        cutoff: Cut-off frequency at rest, in Hz; lower is steadier.
        speed: Hz gained for each interocular distance a second; higher lags less.
        derivative_cutoff: Cut-off of the speed's own filter, in Hz.
        strength: The cut-offs are divided by it: 2 steadies twice as much, 0 not at all.
    """

    def __init__(self, cutoff: float = 3.5, speed: float = 20.0, derivative_cutoff: float = 1.5, strength: float = 1.0) -> None:
        self.strength = strength
        self._cutoff, self._speed, self._derivative_cutoff = cutoff, speed, derivative_cutoff
        self.reset()

    def reset(self) -> None:
        """Forgets the past: the next landmarks pass unchanged."""
        self._last: NDArray[np.floating] | None = None
        self._velocity: NDArray[np.floating] | None = None
        self._seconds = 0.0

    def __call__(self, landmarks: Landmarks, seconds: float) -> Landmarks:
        """The filtered landmarks.

        Args:
            landmarks: ``(68, 2)`` float32.
            seconds: Their time; landmarks that aren't later than the last ones begin anew.
        """
        step = seconds - self._seconds
        self._seconds = seconds
        if self._last is None or self._velocity is None or step <= 0:
            self._last, self._velocity = landmarks, np.zeros_like(landmarks)
            return landmarks
        velocity = (landmarks - self._last) / step
        self._velocity = self._velocity + _weight(self._derivative_cutoff, step) * (velocity - self._velocity)
        pace = np.linalg.norm(self._velocity, axis=1, keepdims=True) / max(interocular(landmarks), 1e-6)
        weight = _weight((self._cutoff + self._speed * pace) / max(self.strength, 1e-6), step)
        self._last = (self._last + weight * (landmarks - self._last)).astype(np.float32)
        return self._last


def _weight(cutoff: Any, step: float) -> Any:
    """Exponential smoothing's factor for a cut-off in Hz and a step in seconds."""
    turn = 2 * np.pi * cutoff * step
    return turn / (turn + 1)
