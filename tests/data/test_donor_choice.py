"""The choice of donors."""

import numpy as np

from face2face.data.donor_choice import choose_donors
from face2face.data.semantic import SemanticSample
from face2face.segmentation.labels import CLASSES, group_labels, mean_colours


def _sample(level: int, thing: str = "left_brow") -> SemanticSample:
    """Return a plain face of some brightness that shows a thing."""
    photo = np.full((64, 64, 3), level, np.uint8)
    labels = np.full((64, 64), CLASSES.index("skin"), np.uint8)
    labels[20:30, 20:30] = CLASSES.index(thing)
    groups = group_labels(labels)
    identity = np.zeros(128, np.float32)
    return SemanticSample(photo, labels, groups, mean_colours(photo, groups), identity)


def test_faces_that_differ_are_chosen() -> None:
    samples = [_sample(level) for level in (50, 51, 52, 200, 201, 202)]
    chosen = choose_donors(samples, 4)  # 15, 7 and 22 % are for kinds that no sample has
    assert len(chosen) == 2
    assert min(chosen) < 3 <= max(chosen)


def test_each_kind_has_its_share() -> None:
    samples = [_sample(level) for level in range(40, 60)]
    samples += [_sample(level, "glasses") for level in range(40, 60)]
    chosen = choose_donors(samples, 20)
    assert sum(place >= 20 for place in chosen) == 3  # 15 % of 20


def test_faces_without_eyes_are_left_out() -> None:
    assert choose_donors([_sample(50, "neck"), _sample(60)], 2) == [1]
