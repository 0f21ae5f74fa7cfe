"""Choose the donors of mode ``edit`` among semantic samples: as different as possible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.semantic import SemanticSample
from face2face.segmentation.labels import CLASSES, class_mask

#: Share of the donors that show a thing, and the share of a photo from which it is shown. The
#: other donors show none of them.
_KINDS = {"glasses": (0.15, 0.01), "hat": (0.07, 0.02), "mouth": (0.22, 0.004)}
#: Smallest share of a photo that eyes and brows cover in a donor of no kind.
_MIN_EYES = 0.006
#: Size at which maps are compared, in pixels.
_SMALL = 16
#: Weights of classes in the comparison: small features count as much as large surfaces.
_WEIGHTS = {
    **dict.fromkeys(
        ("left_eye", "right_eye", "left_brow", "right_brow", "mouth", "upper_lip", "lower_lip"), 3.0
    ),
    **dict.fromkeys(("nose", "glasses", "hat"), 2.0),
}
#: Weight of maps against colours.
_MAP_WEIGHT = 0.35
#: Parts whose mean colours are compared.
_COLOURED = (
    ("skin",),
    ("hair",),
    ("cloth",),
    ("left_eye", "right_eye"),
    ("left_brow", "right_brow"),
)
#: Weights of lightness and of the two tones.
_LAB_WEIGHTS = (2.0, 4.0, 4.0)
#: Trials and steps of k-means.
_TRIALS, _STEPS = 3, 40


@dataclass(frozen=True, eq=False)
class _Candidate:
    """What decides on a donor: its kind, and numbers that are near for similar faces."""

    kind: str
    numbers: NDArray[np.float32]


def choose_donors(samples: Iterable[SemanticSample], count: int) -> list[int]:
    """Return the places of the samples that make the best donors, in ascending order.

    The samples of each kind are divided into clusters by k-means. The one nearest to the middle of
    each cluster is chosen. The same samples always give the same choice.

    Args:
        samples: Faces of one size.
        count: Number of donors; fewer are returned where there are fewer samples of a kind.
    """
    candidates = [_describe(sample) for sample in samples]
    cv2.setRNGSeed(1)
    chosen: set[int] = set()
    shares = {kind: share for kind, (share, _) in _KINDS.items()}
    for kind, share in {**shares, "": 1 - sum(shares.values())}.items():
        places = [place for place, each in enumerate(candidates) if each.kind == kind]
        chosen |= set(_middles(candidates, places, round(share * count)))
    return sorted(chosen)


def _describe(sample: SemanticSample) -> _Candidate:
    """Return the kind of a sample and its numbers."""
    labels = sample.labels
    kinds = [k for k, (_, least) in _KINDS.items() if class_mask(labels, (k,)).mean() >= least]
    eyes = class_mask(labels, ("left_eye", "right_eye", "left_brow", "right_brow")).mean()
    kind = kinds[0] if kinds else "" if eyes >= _MIN_EYES else "eyeless"
    shown = (labels[..., None] == np.arange(len(CLASSES))).astype(np.float32)
    shares = cv2.resize(shown, (_SMALL, _SMALL), interpolation=cv2.INTER_AREA)
    weights = np.array([_WEIGHTS.get(name, 1.0) for name in CLASSES], np.float32)
    lab = cv2.cvtColor(sample.photo, cv2.COLOR_RGB2LAB) / np.float32(255)
    masks = [class_mask(labels, names) for names in _COLOURED]
    means = [lab[mask].mean(0) if mask.any() else np.full(3, 0.5) for mask in masks]
    numbers = (_MAP_WEIGHT * shares * weights, np.array(means) * _LAB_WEIGHTS)
    return _Candidate(kind, np.concatenate([each.ravel() for each in numbers]).astype(np.float32))


def _middles(candidates: Sequence[_Candidate], places: Sequence[int], count: int) -> Iterable[int]:
    """Return the candidates nearest to the middles of clusters, out of some places."""
    if len(places) <= count or not count:
        return places[:count]
    numbers = np.stack([candidates[place].numbers for place in places])
    criteria = (cv2.TERM_CRITERIA_MAX_ITER, _STEPS, 0.0)
    _, clusters, middles = cv2.kmeans(
        numbers,
        count,
        np.empty((0, 1), np.int32),
        criteria,
        _TRIALS,
        cv2.KMEANS_PP_CENTERS,
    )
    distances = ((numbers - middles[clusters[:, 0]]) ** 2).sum(1)
    order = np.lexsort((distances, clusters[:, 0]))
    _, first = np.unique(clusters[order, 0], return_index=True)
    return [places[each] for each in order[first]]
