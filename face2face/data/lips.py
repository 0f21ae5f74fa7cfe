"""The gap between the lips, measured in label maps.

Landmarks of lips have a bias that differs from person to person: dark or thick lips look apart
when they touch, and teeth lie between landmarks that are nearly shut. A parser's map shows where
the mouth is open, so that it sets the gap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from face2face.data.detection_store import Detection
from face2face.face.neutral import lip_gap, with_lip_gap

#: Percentile of the openings of a person's frames up to which lips count as shut.
_SHUT_PERCENTILE = 10


def with_measured_lips(detections: Mapping[int, Detection]) -> dict[int, Detection]:
    """Return one person's detections with lips that are as far apart as label maps show.

    Lips that are shut get the gap that the landmarks of such frames usually have; others add their
    opening. So they stay comparable with landmarks for which there is no map.

    Args:
        detections: Number -> the face of a frame and its figures, at least one.
    """
    openings = np.array(
        [each.quality.mouth_open if each.quality else 0.0 for each in detections.values()]
    )
    gaps = np.array([lip_gap(each.faces[0][0]) for each in detections.values()])
    shut = openings <= np.percentile(openings, _SHUT_PERCENTILE)
    usual = max(float(np.median((gaps - openings)[shut])), 0.0)
    measured = {}
    for (number, each), opening in zip(detections.items(), openings, strict=True):
        landmarks, uncertainty = each.faces[0]
        face = with_lip_gap(landmarks, usual + opening), uncertainty
        measured[number] = replace(each, faces=[face])
    return measured
