"""Poses as vectors, metrics that compare them, and samples that cover them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from face2face.image import Landmarks
from face2face.landmarks import FACING, INNER_LIPS, IRISES, LIDS, Similarity, gaze, interocular

#: Lids and lips nearer than this count as shut, in interocular distances; keeps logarithms finite.
_SHUT_GAP = 0.02
#: Weight of the logarithms of the gaps between lids and lips against landmark positions.
_GAP_WEIGHT = 0.15
#: Lips nearer than this are nearly shut, in interocular distances: they hide the teeth.
_NEARLY_SHUT_GAP = 0.08
#: Added weight of differences below that gap: a warp can't hide teeth behind shut lips.
_NEARLY_SHUT_WEIGHT = 2
#: Points that are aligned: all but the irises, which follow the gaze.
_SHAPE_COUNT = IRISES[0]
#: Points of each landmark group in the order of :class:`PoseMetric`'s weights, the jaw split in
#: three, and the irises.
_GROUP_SIZES = (4, 9, 4, 10, 9, 12, 20, 2)


@dataclass(frozen=True)
class PoseMetric:
    """Weights of a distance between poses.

    Attributes:
        cheeks: Weight of the jaw's ends (points 0 to 3 and 13 to 16).
        chin: Weight of the rest of the jaw (4 to 12).
        brows: Weight of the brows (17 to 26).
        nose: Weight of the nose (27 to 35).
        eyes: Weight of the eyes (36 to 47).
        mouth: Weight of the mouth (48 to 67).
        gaze: Weight of the irises' places between the corners of the eyes.
        pose: Weight of the head's shift, scale and roll.
        headroom: Weight of the headroom that a keyframe lacks, see
            :func:`face2face.keyframes.pose_index.headroom`.
        uncertainty_weight: Factor from a landmark's uncertainty beyond the usual to its assumed
            error; 0 ignores uncertainty.
        switch_cost: Hysteresis of :class:`face2face.keyframes.selector.KeyframeSelector`.

    >>> EYES.weights.shape
    (153,)
    """

    cheeks: float
    chin: float
    brows: float
    nose: float
    eyes: float
    mouth: float
    gaze: float
    pose: float
    headroom: float
    uncertainty_weight: float
    switch_cost: float

    @cached_property
    def weights(self) -> NDArray[np.floating]:
        """``(153,)`` float64, a weight for each number of :func:`pose_descriptor`."""
        groups = (
            *(self.cheeks, self.chin, self.cheeks),
            *(self.brows, self.nose, self.eyes, self.mouth, 0.0),
        )
        shape = np.repeat(groups, np.multiply(2, _GROUP_SIZES))
        gaps = _GAP_WEIGHT * np.repeat((self.eyes, self.mouth), (len(LIDS), len(INNER_LIPS)))
        return np.concatenate([shape, np.full(4, self.pose), gaps, np.full(2, self.gaze)])


#: Compares head poses: chooses hair, neck and shoulders. Keyframes that fade are aligned first, so
#: that a switch is hardly seen, while a kept one stretches. Of 2, 4 and 12 this cost came nearest
#: to the truth, on average over five blocks of three videos that were left out of the bank.
HEAD = PoseMetric(
    cheeks=1,
    chin=0,
    brows=0.3,
    nose=1,
    eyes=0,
    mouth=0,
    gaze=0,
    pose=2,
    headroom=4,
    uncertainty_weight=0,
    switch_cost=2,
)
#: Compares eyes and brows nearly wherever the head is: chooses the face's upper half.
EYES = PoseMetric(
    cheeks=0.5,
    chin=0.5,
    brows=2,
    nose=1,
    eyes=3,
    mouth=0,
    gaze=2.5,
    pose=1,
    headroom=0,
    uncertainty_weight=0,
    switch_cost=0.25,
)
#: Compares mouth and jaw nearly wherever the head is: chooses the face's lower half.
MOUTH = PoseMetric(
    cheeks=1,
    chin=1,
    brows=0,
    nose=1,
    eyes=0,
    mouth=3,
    gaze=0,
    pose=1,
    headroom=0,
    uncertainty_weight=6,
    switch_cost=0.5,
)
#: Every metric by which keyframes are chosen.
POSE_METRICS = (HEAD, EYES, MOUTH)


def pose_descriptor(landmarks: Landmarks, reference: Landmarks) -> NDArray[np.floating]:
    """Return a pose as a vector that weighted Euclidean distance can compare.

    The vector has four parts:

    - the landmarks after similarity alignment to the reference, less the reference (140 numbers);
    - the shift, scale and roll that the alignment removed (4);
    - the logarithms of the gaps between lids and lips (7);
    - where the eyes look, across and down, in widths of an eye (2).

    Logarithms put half-open eyes nearer to open ones than to shut ones. A warp can open them
    further, but it can't uncover an eyeball that shut lids hide.

    Args:
        landmarks: ``(70, 2)``, in pixels.
        reference: ``(70, 2)``, in the same pixels.

    Returns:
        ``(153,)`` float64; lengths in the reference's interocular distances, roll in radians.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> moved = pose_descriptor(AVERAGE_FACE + np.float32([0.5, 0]), AVERAGE_FACE)
    >>> bool(np.allclose(moved[:140], 0, atol=1e-6)), float(moved[140].round(2))
    (True, 0.5)
    """
    unit = max(interocular(reference), 1e-6)
    fit = Similarity.between(landmarks[:_SHAPE_COUNT], reference[:_SHAPE_COUNT])
    aligned = fit(landmarks)
    shift = (landmarks - reference)[:_SHAPE_COUNT].mean(0) / unit
    upper, lower = FACING.T
    gaps = np.linalg.norm(aligned[lower] - aligned[upper], axis=1) / unit
    log_gaps = np.log(gaps + _SHUT_GAP)
    lips = gaps[len(LIDS) :]
    log_gaps[len(LIDS) :] += _NEARLY_SHUT_WEIGHT * np.log(
        np.minimum(lips, _NEARLY_SHUT_GAP) + _SHUT_GAP
    )
    return np.concatenate(
        [
            (aligned - reference).ravel() / unit,
            shift,
            (fit.scale - 1, fit.angle),
            log_gaps,
            gaze(landmarks).mean(0),
        ]
    )


def farthest_point_sample(
    landmarks: NDArray[np.float32], reference: Landmarks, count: int
) -> list[int]:
    """Return indices of poses that cover all poses.

    Farthest-point sampling (Gonzalez 1985) under all metrics together, from the most average pose.

    Args:
        landmarks: ``(n, 70, 2)``, in pixels, n at least 1.
        reference: ``(70, 2)``, in the same pixels.
        count: Greatest number of indices.

    >>> from face2face.face.expression import AVERAGE_FACE, Expression
    >>> poses = [AVERAGE_FACE] * 3 + [Expression(open=0.3).applied_to(AVERAGE_FACE)]
    >>> farthest_point_sample(np.stack(poses), AVERAGE_FACE, 2)
    [0, 3]
    """
    weights = np.concatenate([metric.weights for metric in POSE_METRICS])
    descriptors = [
        np.tile(pose_descriptor(each, reference), len(POSE_METRICS)) for each in landmarks
    ]
    vectors = np.stack(descriptors) * weights
    sample = [int(np.linalg.norm(vectors - vectors.mean(0), axis=1).argmin())]
    distance = np.linalg.norm(vectors - vectors[sample[0]], axis=1)
    while len(sample) < min(count, len(vectors)):
        sample.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(vectors - vectors[sample[-1]], axis=1))
    return sample
