"""Lips that are pulled together over teeth."""

import cv2
import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.imaging.shut_lips import shut_lips
from face2face.landmarks import PARTS

SKIN, LIPS, TEETH = (200, 160, 140), (170, 80, 80), (255, 255, 255)


@pytest.mark.parametrize("roll", [0.0, 0.3])
def test_teeth_vanish_between_the_lips(roll: float) -> None:
    face = Expression(open=0.2, tilt=roll).applied_to(50 * AVERAGE_FACE + np.float32((128, 90)))
    photo = np.full((256, 256, 3), SKIN, np.uint8)
    cv2.fillPoly(photo, [np.rint(face[48:60]).astype(np.int32)], LIPS)
    cv2.fillPoly(photo, [np.rint(face[PARTS["inner_mouth"]]).astype(np.int32)], TEETH)

    shown, shut = shut_lips(photo, face)

    before, after = ((each == 255).all(axis=2).sum() for each in (photo, shown))
    assert after < 0.02 * before, "some pixels at the corners"
    middle = tuple(np.rint(shut[62]).astype(int)[::-1])
    assert np.abs(shown[middle] - np.array(LIPS)).max() < 20, "lips meet where the teeth were"
    assert (shown[:90] == photo[:90]).all(), "the rest of the face stays"
    assert (shut[[48, 54, 51, 57, 8]] == face[[48, 54, 51, 57, 8]]).all()
