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
        # Others fade; the kept one takes their weight. So no sequence of choices makes a jump.
        faded = {
            index: max(weight - FADE, 0.0)
            for index, weight in self._weights.items()
            if index != self._kept
        }
        self._weights = {index: weight for index, weight in faded.items() if weight > 0}
        self._weights[self._kept] = 1.0 - sum(self._weights.values())
        return dict(self._weights)
