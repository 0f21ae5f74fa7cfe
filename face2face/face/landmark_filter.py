"""A causal low-pass filter for landmarks."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from face2face.image import LANDMARK_COUNT, Landmarks
from face2face.landmarks import IRISES, PARTS, interocular

#: Parts of the face that share a cut-off frequency: a lid's motion is measured by its whole eye.
_PARTS = ("jaw", "right_eyebrow", "left_eyebrow", "nose", "right_eye", "left_eye", "mouth")
#: The first landmark of each part; the irises are one more part, as they move together.
_STARTS = [*(PARTS[name].start for name in _PARTS), IRISES[0]]
#: Number of landmarks in each part.
_COUNTS = np.diff([*_STARTS, LANDMARK_COUNT])
#: Noise of a part before any was measured, in interocular distances.
_INITIAL_NOISE = 0.005
#: Least noise, in interocular distances: repeated frames have none, and motion is divided by it.
_MIN_NOISE = 0.003
#: Greatest noise, in interocular distances: more is motion.
_MAX_NOISE = 0.02
#: Quantile of the measured noise that counts as the noise at rest; frames above it show motion.
_REST_QUANTILE = 0.3
#: Step size of the running quantile, as a share of the noise.
_NOISE_STEP = 0.08
#: Scale from second differences of white noise (6 times its variance) to first ones (twice).
_SECOND_DIFFERENCE_SCALE = (2 / 6) ** 0.5


@dataclass
class _State:
    """The past of the landmarks.

    Attributes:
        seconds: Time of the last landmarks.
        filtered: ``(70, 2)`` float32, the last result; None before the first.
        previous: The last two landmarks, or fewer, before filtering.
        noise: ``(8,)`` float64, each part's noise at rest, in interocular distances.
    """

    seconds: float = 0.0
    filtered: Landmarks | None = None
    previous: list[Landmarks] = field(default_factory=list)
    noise: NDArray[np.floating] = field(
        default_factory=lambda: np.full(len(_COUNTS), _INITIAL_NOISE)
    )

    def update_noise(self, landmarks: Landmarks, unit: float) -> None:
        """Update each part's noise from second differences, which steady motion doesn't have.

        The noise follows a quantile of its measurements. One above it raises it by a step, one
        below lowers it, and the ratio of the two steps sets the quantile.
        """
        if len(self.previous) == 2:
            second_difference = landmarks - 2 * self.previous[1] + self.previous[0]
            measured = _part_sizes(second_difference) / unit * _SECOND_DIFFERENCE_SCALE
            steps = np.where(measured > self.noise, _REST_QUANTILE, _REST_QUANTILE - 1)
            self.noise = np.clip(self.noise * (1 + _NOISE_STEP * steps), _MIN_NOISE, _MAX_NOISE)
        self.previous = [*self.previous[-1:], landmarks]


class LandmarkFilter:
    """Reduces jitter at rest, without delaying motion.

    Like the One Euro filter (Casiez, Roussel and Vogel, CHI 2012), it is a first-order low-pass
    filter whose cut-off frequency rises with motion. Motion is measured without delay, for a whole
    part of the face: its distance from its last filtered place, divided by its noise at rest::

        motion = distance / noise
        frequency = (cutoff + speed_gain * max(motion - motion_threshold, 0) ** 2) / strength

    So a blink passes within a frame.

    Args:
        cutoff: Cut-off frequency at rest, in Hz. A lower one reduces more jitter.
        speed_gain: Hz added for the square of the motion above the threshold.
        motion_threshold: Motion, in units of the noise, up to which a part is at rest.
        strength: Divides the cut-off frequency: 2 filters twice as much, 0 not at all.

    Attributes:
        strength: The same; may be changed at any time.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> smooth = LandmarkFilter()
    >>> noisy = AVERAGE_FACE + np.float32([0.001, 0])
    >>> first, second = smooth(AVERAGE_FACE, 0.0), smooth(noisy, 1 / 30)
    >>> bool(np.abs(second - first).max() < 0.0002)
    True
    """

    def __init__(
        self,
        cutoff: float = 0.8,
        speed_gain: float = 12.0,
        motion_threshold: float = 1.7,
        strength: float = 1.0,
    ) -> None:
        self.strength = strength
        self._cutoff = cutoff
        self._speed_gain = speed_gain
        self._motion_threshold = motion_threshold
        self._state = _State()

    def reset(self) -> None:
        """Forget the past: the next landmarks pass unchanged."""
        self._state = _State()

    def __call__(self, landmarks: Landmarks, seconds: float) -> Landmarks:
        """Return the filtered landmarks, ``(70, 2)`` float32.

        Args:
            landmarks: ``(70, 2)`` float32, in pixels.
            seconds: Their time. If it isn't later than the last one, the filter restarts.
        """
        state = self._state
        step = seconds - state.seconds
        state.seconds = seconds
        if state.filtered is None or step <= 0 or self.strength <= 0:
            state.filtered, state.previous = landmarks, [landmarks]
            return landmarks
        unit = max(interocular(landmarks), 1e-6)
        state.update_noise(landmarks, unit)
        difference = landmarks - state.filtered
        motion = _part_sizes(difference) / unit / state.noise
        excess = np.maximum(motion - self._motion_threshold, 0)
        # First-order low pass: alpha = a / (a + 1) with a = 2 pi * step * frequency.
        angle = 2 * np.pi * step * (self._cutoff + self._speed_gain * excess**2) / self.strength
        alpha = np.repeat(angle / (angle + 1), _COUNTS)[:, None]
        state.filtered = (state.filtered + alpha * difference).astype(np.float32)
        return state.filtered


def _part_sizes(vectors: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the root mean square length of ``(70, 2)`` vectors in each part, ``(8,)``."""
    return np.asarray(np.sqrt(np.add.reduceat((vectors**2).sum(1), _STARTS) / _COUNTS))
