"""PoseIndex: distances from a pose to many keyframes at once."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from face2face.image import LANDMARK_COUNT, Landmarks
from face2face.keyframes.pose_metric import POSE_METRICS, PoseMetric, pose_descriptor
from face2face.landmarks import IRISES, interocular

#: Usual uncertainty of landmarks, in interocular distances; only an excess over it counts.
_USUAL_UNCERTAINTY = 0.009
#: Index of the downward shift in a descriptor; the scale follows it.
_SHIFT_DOWN = 2 * LANDMARK_COUNT + 1


class PoseIndex:
    """Keyframes' poses, weighted in advance for each metric.

    Args:
        landmarks: ``(n, 70, 2)``, the keyframes', in pixels.
        uncertainty: ``(n, 70)``, standard deviation of these landmarks, in pixels.
        reference: ``(70, 2)``, the shape to which poses are aligned.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> from face2face.keyframes.pose_metric import HEAD
    >>> poses = np.stack([AVERAGE_FACE, AVERAGE_FACE + np.float32([1, 0])])
    >>> index = PoseIndex(poses, np.zeros((2, 70)), AVERAGE_FACE)
    >>> index.distances(pose_descriptor(AVERAGE_FACE, AVERAGE_FACE), HEAD).round(3).tolist()
    [0.0, 2.0]
    """

    def __init__(
        self,
        landmarks: NDArray[np.floating],
        uncertainty: NDArray[np.floating],
        reference: Landmarks,
    ) -> None:
        self._uncertainty, self._reference = uncertainty, reference
        self._descriptors = np.stack([pose_descriptor(each, reference) for each in landmarks])
        self._headrooms = headroom(self._descriptors, reference)

    def distances(
        self, descriptor: NDArray[np.floating], metric: PoseMetric
    ) -> NDArray[np.floating]:
        """Return the expected distance from a pose to each keyframe, ``(n,)``, at least 0.

        With the metric's weights w and h, the pose p, and a keyframe's descriptor k, its error e
        and the headroom that it lacks::

            sqrt(sum((w * (k - p)) ** 2) + sum((w * e) ** 2) + (h * lack) ** 2)

        The error is the excess of its landmarks' uncertainty, times ``uncertainty_weight``.

        Args:
            descriptor: ``(153,)``, see :func:`face2face.keyframes.pose_metric.pose_descriptor`.
            metric: One of :data:`face2face.keyframes.pose_metric.POSE_METRICS`.
        """
        keyframes, squared = self._weighted[metric]
        pose = descriptor * metric.weights
        # |k - p|^2 = |k|^2 - 2 k.p + |p|^2: the first term is known in advance.
        total = squared - 2 * (keyframes @ pose) + pose @ pose
        if metric.headroom > 0:
            lack = np.maximum(headroom(descriptor, self._reference) - self._headrooms, 0)
            total += (metric.headroom * lack) ** 2
        return np.asarray(np.sqrt(np.maximum(total, 0)))

    @cached_property
    def _weighted(self) -> dict[PoseMetric, tuple[NDArray[np.floating], NDArray[np.floating]]]:
        """Metric -> weighted descriptors, ``(n, 153)``, and their expected squares, ``(n,)``."""
        relative = self._uncertainty / max(interocular(self._reference), 1e-6)
        unusual = np.repeat(np.maximum(relative - _USUAL_UNCERTAINTY, 0), 2, axis=1)

        def weighted(metric: PoseMetric) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
            vectors = self._descriptors * metric.weights
            error = metric.uncertainty_weight * unusual * metric.weights[: 2 * LANDMARK_COUNT]
            return vectors, (vectors**2).sum(1) + (error**2).sum(1)

        return {metric: weighted(metric) for metric in POSE_METRICS}


def headroom(descriptors: NDArray[np.floating], reference: Landmarks) -> NDArray[np.floating]:
    """Return how much of a picture lies above the middle of the face, in interocular distances.

    A keyframe with less than a pose needs shows its upper edge: hair that the edge cuts.

    Args:
        descriptors: ``(..., 153)``, see :class:`PoseIndex`.
        reference: ``(70, 2)``, the shape to which poses are aligned.

    Returns:
        ``(...)``.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> high, low = AVERAGE_FACE + np.float32([0, 1]), AVERAGE_FACE + np.float32([0, 3])
    >>> poses = np.stack([pose_descriptor(each, AVERAGE_FACE) for each in (high, low)])
    >>> float(np.diff(headroom(poses, AVERAGE_FACE))[0].round(3))
    2.0
    """
    middle = reference[: IRISES[0], 1].mean() / max(interocular(reference), 1e-6)
    shift, scale = descriptors[..., _SHIFT_DOWN], 1 + descriptors[..., _SHIFT_DOWN + 1]
    return np.asarray((middle + shift) * scale)
