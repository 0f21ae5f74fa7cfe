"""Lips that are as far apart as label maps show."""

from dataclasses import replace

import numpy as np
import pytest

from face2face.data.detection_store import Detection
from face2face.data.frame_quality import FrameQuality
from face2face.data.lips import with_measured_lips
from face2face.face.expression import AVERAGE_FACE
from face2face.face.neutral import lip_gap, with_lip_gap

CLEAR = FrameQuality(0.0, 0.03, 0.01, 0.01, 0.0, 0.1, 8.0, 8.0, 0.0)


def detection(gap: float, opening: float) -> Detection:
    """A face whose landmarks have one gap of the lips, and whose map another one."""
    face = with_lip_gap(100 * AVERAGE_FACE, gap)
    return Detection([(face, np.zeros(70, np.float32))], replace(CLEAR, mouth_open=opening))


def gaps(*faces: tuple[float, float]) -> list[float]:
    measured = with_measured_lips({10 + n: detection(*face) for n, face in enumerate(faces)})
    assert list(measured) == [10 + n for n in range(len(faces))]
    return [lip_gap(each.faces[0][0]) for each in measured.values()]


def test_lips_are_as_far_apart_as_maps_show() -> None:
    """Shut lips look apart by 0.1; those of a third frame by more, and teeth by hardly more."""
    found = gaps((0.1, 0.0), (0.1, 0.0), (0.15, 0.0), (0.11, 0.06), (0.3, 0.3))
    assert found == pytest.approx([0.1, 0.1, 0.1, 0.16, 0.4], abs=1e-4)


def test_lips_that_never_shut_keep_their_gap() -> None:
    assert gaps((0.25, 0.2), (0.25, 0.2), (0.45, 0.4)) == pytest.approx(
        [0.25, 0.25, 0.45], abs=1e-4
    )


def test_only_the_inner_lips_move() -> None:
    before = {0: detection(0.1, 0.0), 1: detection(0.2, 0.0)}
    after = with_measured_lips(before)
    moved = np.abs(after[1].faces[0][0] - before[1].faces[0][0]).max(axis=1) > 1e-4
    assert set(np.flatnonzero(moved)) == {61, 62, 63, 65, 66, 67}
