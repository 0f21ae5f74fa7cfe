"""PoseMetric: poses as numbers, what makes two of them alike, and those that cover many."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from face2face.image import Landmarks
from face2face.landmarks import FACING, INNER_LIPS, LIDS, Similarity, interocular

#: Lids and lips nearer than this, in interocular distances, are shut; and the weight of the logarithm of how far they are open.
_SHUT = 0.02
_OPENING = 0.15
#: Lips nearer than this, in interocular distances, count as nearly shut: a difference there has this additional weight. A warp can't hide
#: the teeth of parted lips behind shut ones.
_NEARLY_SHUT, _NEARLY_SHUT_WEIGHT = 0.08, 2


@dataclass(frozen=True)
class PoseMetric:
    """What makes two poses alike.

    Attributes:
        cheeks: Weight of the jaw's ends (0 to 3, 13 to 16).
        chin: Of what is between them (4 to 12).
        brows: Of theirs (17 to 26).
        nose: Of its (27 to 35).
        eyes: Of theirs (36 to 47).
        mouth: Of its (48 to 67).
        pose: Weight of the head's place, size and roll, in landmarks' worth.
        doubt: So many times as far from the truth as from each other landmarks count that were found farther apart than usual; 0 where
            what is misread is not what is sought.
        patience: Live, a keyframe is kept until what was lost by keeping it adds up to this: each frame, how many times farther it was
            than the nearest, less one.
    """

    cheeks: float
    chin: float
    brows: float
    nose: float
    eyes: float
    mouth: float
    pose: float
    uncertainty_weight: float
    switch_cost: float

    @cached_property
    def weights(self) -> NDArray[np.floating]:
        """``(147,)`` float64, one for each number of a :func:`description`."""
        parts = (self.cheeks, self.chin, self.cheeks, self.brows, self.nose, self.eyes, self.mouth)
        shape = np.repeat(parts, np.multiply(2, (4, 9, 4, 10, 9, 12, 20)))
        opening = _OPENING * np.repeat((self.eyes, self.mouth), (len(LIDS), len(INNER_LIPS)))
        return np.concatenate([shape, np.full(4, self.pose), opening])


#: Alike in how the head is held, whatever brows, eyes, mouth and chin do: for hair, neck and shoulders. Alike in eyes or in mouth, nearly
#: wherever the head is: for the two halves of the face.
HEAD = PoseMetric(
    cheeks=1,
    chin=0,
    brows=0.3,
    nose=1,
    eyes=0,
    mouth=0,
    pose=2,
    uncertainty_weight=0,
    switch_cost=4,
)
EYES = PoseMetric(
    cheeks=0.5,
    chin=0.5,
    brows=2,
    nose=1,
    eyes=3,
    mouth=0,
    pose=1,
    uncertainty_weight=0,
    switch_cost=0.25,
)
MOUTH = PoseMetric(
    cheeks=1,
    chin=1,
    brows=0,
    nose=1,
    eyes=0,
    mouth=3,
    pose=1,
    uncertainty_weight=6,
    switch_cost=0.5,
)
POSE_METRICS = (HEAD, EYES, MOUTH)


def pose_descriptor(landmarks: Landmarks, reference: Landmarks) -> NDArray[np.floating]:
    """A pose as numbers that can be compared: ``(147,)`` float64, in units of the reference's interocular distance.

    The shape after similarity alignment to the reference, followed by what the alignment took out, and by the logarithms of how far
    lids and lips are open: what shut ones hide can't be stretched out of them, so half open is like open. For lips the logarithm is
    steeper where they are nearly shut.
    """
    unit = max(interocular(reference), 1e-6)
    fit = Similarity.between(landmarks, reference)
    aligned = fit(landmarks)
    shift = (landmarks - reference).mean(0) / unit
    upper, lower = FACING.T
    gaps = np.linalg.norm(aligned[lower] - aligned[upper], axis=1) / unit
    open_by = np.log(gaps + _SHUT)
    open_by[len(LIDS) :] += _NEARLY_SHUT_WEIGHT * np.log(
        np.minimum(gaps[len(LIDS) :], _NEARLY_SHUT) + _SHUT
    )
    return np.concatenate(
        [(aligned - reference).ravel() / unit, shift, (fit.scale - 1, fit.angle), open_by]
    )


def farthest_point_sample(
    landmarks: NDArray[np.float32], reference: Landmarks, count: int
) -> list[int]:
    """Indices of at most ``count`` of ``(n, 68, 2)`` landmarks that cover what the rest show.

    Farthest-point sampling (Gonzalez 1985) on all likenesses, beginning with the most ordinary one.
    """
    weights = np.concatenate([like.weights for like in POSE_METRICS])
    vectors = (
        np.stack(
            [np.tile(pose_descriptor(each, reference), len(POSE_METRICS)) for each in landmarks]
        )
        * weights
    )
    chosen = [int(np.linalg.norm(vectors - vectors.mean(0), axis=1).argmin())]
    distance = np.linalg.norm(vectors - vectors[chosen[0]], axis=1)
    while len(chosen) < min(count, len(vectors)):
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(vectors - vectors[chosen[-1]], axis=1))
    return chosen
