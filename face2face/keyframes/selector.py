"""The keyframe selector: keyframes for a moving face, without jumps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Weight that a keyframe loses per frame after it was replaced: a fade of three frames.
FADE = 0.4
#: Distances below this count as equal, in interocular distances.
_MIN_DISTANCE = 0.01


class KeyframeSelector:
    """Selects keyframes for the poses of one moving face, in order of time.

    It keeps a keyframe while that costs little, then fades to the nearest. Each frame adds
    ``distance / nearest_distance - 1`` to a sum. When the sum exceeds the switch cost, the nearest
    keyframe replaces the kept one (a ski-rental rule).

    A replaced keyframe that adds more than the switch cost in one frame doesn't fit the pose at
    all, as shut lids when an eye opens. Its weight is at most ``switch cost / what it adds``.

    Args:
        switch_cost: See :class:`face2face.keyframes.pose_metric.PoseMetric`.

    >>> select = KeyframeSelector(switch_cost=4.0)
    >>> select(np.array([0.1, 0.5])), select(np.array([0.5, 0.1]))
    ({0: 1.0}, {0: 1.0})
    """

    def __init__(self, switch_cost: float) -> None:
        self._switch_cost = switch_cost
        self._kept: int | None = None
        self._cost = 0.0
        self._weights: dict[int, float] = {}

    def __call__(self, distances: NDArray[np.floating]) -> dict[int, float]:
        """Return the keyframes to blend for the next pose: index -> weight.

        Args:
            distances: ``(n,)``, from the pose to each keyframe, at least 0: see
                :meth:`face2face.keyframes.bank.KeyframeBank.distances`.

        Returns:
            Weights above 0 that add up to 1; one keyframe alone unless a fade is under way.
        """
        nearest = int(distances.argmin())
        if self._kept is None:
            self._weights = {nearest: 1.0}
            self._kept = nearest
        kept_distance = max(distances[self._kept], _MIN_DISTANCE)
        self._cost += kept_distance / max(distances[nearest], _MIN_DISTANCE) - 1
        if self._cost > self._switch_cost:
            self._kept, self._cost = nearest, 0.0
        # Others fade; the kept one takes their weight.
        kept_distance = max(distances[self._kept], _MIN_DISTANCE)
        faded = {
            index: min(
                weight - FADE, self._greatest_weight(float(distances[index] / kept_distance - 1))
            )
            for index, weight in self._weights.items()
            if index != self._kept
        }
        self._weights = {index: weight for index, weight in faded.items() if weight > 0}
        self._weights[self._kept] = 1.0 - sum(self._weights.values())
        return dict(self._weights)

    def _greatest_weight(self, excess: float) -> float:
        """Return the greatest weight of a replaced keyframe that adds an excess at each frame."""
        return self._switch_cost / max(excess, self._switch_cost)
