"""Keyframes for a face that moves, without jumps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: How much of a keyframe that is left goes with each frame.
FADE = 0.4
#: Keyframes nearer than this, in interocular distances, are equally near.
_EXACT = 0.01


class KeyframeSelector:
    """Chooses keyframes for a face that moves, without jumps: it keeps one until another was clearly or lastingly more alike, then fades.

    When to leave is the ski-rental problem: rent, until the rent paid comes to the price.

    Args:
        patience: See :class:`face2face.keyframes.pose_metric.Likeness`.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._kept: int | None = None
        self._lost = 0.0
        self._weights: dict[int, float] = {}

    def __call__(self, distances: NDArray[np.floating]) -> dict[int, float]:
        """Keyframes to be mixed for the next pose: index -> weight above 0; the weights add up to 1.

        Args:
            distances: Of each keyframe from it, see :meth:`face2face.keyframes.bank.Bank.distances`.
        """
        nearest = int(distances.argmin())
        if self._kept is None:
            self._weights = {nearest: 1.0}
            self._kept = nearest
        self._lost += max(distances[self._kept], _EXACT) / max(distances[nearest], _EXACT) - 1
        if self._lost > self._patience:
            self._kept, self._lost = nearest, 0.0
        # All weights fall, that of the kept one rises by what they lose: any sequence of choices stays smooth.
        faded = {
            index: max(weight - FADE, 0.0)
            for index, weight in self._weights.items()
            if index != self._kept
        }
        self._weights = {index: weight for index, weight in faded.items() if weight > 0}
        self._weights[self._kept] = 1.0 - sum(self._weights.values())
        return dict(self._weights)
