"""A causal filter that steadies landmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from face2face.image import LANDMARK_COUNT, Landmarks
from face2face.landmarks import PARTS, interocular

#: The first of the points that move together, and how many they are: a lid is seen to move by its eye, not by itself.
_FIRST = [
    PARTS[name].start
    for name in ("jaw", "right_eyebrow", "left_eyebrow", "nose", "right_eye", "left_eye", "mouth")
]
_COUNTS = np.diff([*_FIRST, LANDMARK_COUNT])
#: How far landmarks of a face at rest tremble, in interocular distances: at first, and its limits.
_TREMBLE, _LEAST, _MOST = 0.005, 0.003, 0.02
#: How far it trembles at rest is what it trembles less than in this share of the frames: the others show motion. It is learnt in steps of
#: such a share.
_AT_REST, _LEARNT = 0.3, 0.08


class LandmarkFilter:
    """A low-pass filter whose cut-off rises with surprise.

    As in the One Euro filter (Casiez, Roussel and Vogel, CHI 2012) slow motion is steadied and fast motion isn't delayed, but the cut-off
    is not set by each point's filtered speed, which comes late and trembles itself: it is set by how far a whole part of
    the face is from where it was expected, over how far it trembles at rest. So a blink passes within a frame.

    Args:
        cutoff: Cut-off frequency at rest, in Hz; lower is steadier.
        rise: Hz gained by the square of the surprise above the knee.
        knee: Surprise, in units of the trembling, up to which a part counts as at rest.
        strength: The cut-offs are divided by it: 2 steadies twice as much, 0 not at all.
    """

    def __init__(
        self, cutoff: float = 0.8, rise: float = 12.0, knee: float = 1.7, strength: float = 1.0
    ) -> None:
        self.strength = strength
        self._cutoff, self._rise, self._knee = cutoff, rise, knee
        self.reset()

    def reset(self) -> None:
        """Forgets the past: the next landmarks pass unchanged."""
        self._last: NDArray[np.floating] | None = None
        self._before: list[Landmarks] = []
        self._tremble = np.full(len(_COUNTS), _TREMBLE)
        self._seconds = 0.0

    def __call__(self, landmarks: Landmarks, seconds: float) -> Landmarks:
        """The filtered landmarks.

        Args:
            landmarks: ``(68, 2)`` float32.
            seconds: Their time; landmarks that aren't later than the last ones begin anew.
        """
        step = seconds - self._seconds
        self._seconds = seconds
        if self._last is None or step <= 0 or self.strength <= 0:
            self._last, self._before = landmarks, [landmarks]
            return landmarks
        unit = max(interocular(landmarks), 1e-6)
        self._learn(landmarks, unit)
        off = landmarks - self._last
        away = _sizes(off) / unit
        surprise = np.maximum(away / self._tremble - self._knee, 0)
        turn = 2 * np.pi * step * (self._cutoff + self._rise * surprise**2) / self.strength
        self._last = (self._last + np.repeat(turn / (turn + 1), _COUNTS)[:, None] * off).astype(
            np.float32
        )
        return self._last

    def _learn(self, landmarks: Landmarks, unit: float) -> None:
        """How far each part trembles, from second differences: steady motion has none, white noise the square root of six."""
        if len(self._before) == 2:
            trembles = (
                _sizes(landmarks - 2 * self._before[1] + self._before[0]) / unit * (2 / 6) ** 0.5
            )
            steps = np.where(trembles > self._tremble, _AT_REST, _AT_REST - 1)
            self._tremble = np.clip(self._tremble * (1 + _LEARNT * steps), _LEAST, _MOST)
        self._before = [*self._before[-1:], landmarks]


def _sizes(off: NDArray[np.floating]) -> NDArray[np.floating]:
    """The root mean square of each part's distances."""
    return np.asarray(np.sqrt(np.add.reduceat((off**2).sum(1), _FIRST) / _COUNTS))
