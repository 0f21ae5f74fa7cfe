"""PoseSelectors: the keyframes of one live run, one choice for each pose metric."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from face2face.keyframes.bank import KeyframeBank
from face2face.keyframes.pose_metric import POSE_METRICS, PoseMetric
from face2face.keyframes.selector import KeyframeSelector

#: Pose metric -> index of each chosen keyframe and its weight; the weights of a metric add up to 1.
KeyframeWeights = Mapping[PoseMetric, Mapping[int, float]]


class PoseSelectors:
    """Chooses keyframes for poses that follow each other, without jumps.

    It holds the state of one live run: one keyframe selector for each pose metric. Make a new one
    for every run.
    """

    def __init__(self) -> None:
        self._selectors = {metric: KeyframeSelector(metric.switch_cost) for metric in POSE_METRICS}
        self._started = False

    def __call__(self, bank: KeyframeBank, descriptor: NDArray[np.floating]) -> KeyframeWeights:
        """Return the keyframes to mix for the next pose, and their weights.

        Args:
            bank: The target's keyframes; the same at every call.
            descriptor: ``(153,)`` float64, the pose, from ``bank.pose_descriptor``.
        """
        if not self._started:
            bank.prefetch_nearest(descriptor)
            self._started = True
        chosen = {}
        for metric, selector in self._selectors.items():
            distances = bank.distances(descriptor, metric)
            # The selector may switch to the nearest keyframe at one of the next frames.
            bank.prefetch(int(distances.argmin()))
            chosen[metric] = selector(distances)
        return chosen
