"""Scores of changed expressions, by worked-out answers."""

import numpy as np
import pytest

from face2face.evaluation.expressions import ExpressionMeter, aligned
from face2face.face.expression import AVERAGE_FACE
from face2face.image import Box, Image
from face2face.segmentation.features import FaceMap
from face2face.segmentation.labels import CLASSES

LANDMARKS = (60 * AVERAGE_FACE + 128).astype(np.float32)


def labels() -> np.ndarray:
    result = np.full((256, 256), CLASSES.index("skin"), np.uint8)
    result[180:196, 100:150] = CLASSES.index("upper_lip")
    return result


def mean_colour(picture: Image, landmarks: object) -> np.ndarray:
    return np.asarray(picture.mean((0, 1)))


def test_a_changed_face_is_compared_inside_the_region() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    face = FaceMap(Box(0, 0, 256), photo, labels())
    meter = ExpressionMeter(lambda *_: labels(), mean_colour, classify=lambda _: "sad")
    far = photo.copy()
    far[:100] = 0  # above the mouth's region
    score = meter(face, LANDMARKS, photo, far, "mouth")
    assert (score.ssim, score.identity, score.emotion) == (1.0, 0.0, "sad")
    assert np.isnan(score.lpips)
    near = photo.copy()
    near[170:200, 110:140] = 0
    score = meter(face, LANDMARKS, near, photo, "mouth")
    assert score.ssim < 0.9
    assert score.identity > 0
    with pytest.raises(ValueError, match="eyes"):
        meter(face, LANDMARKS, photo, photo, "eyes")


def test_the_truth_is_laid_over_the_face_by_nose_and_eyes() -> None:
    photo = np.zeros((500, 500, 3), np.uint8)
    theirs = (2 * LANDMARKS + (30, -20)).astype(np.float32)
    tip = theirs[30]
    y, x = np.rint(tip[::-1]).astype(int)
    photo[y - 4 : y + 5, x - 4 : x + 5] = 255
    theirs[48:68] += 40  # an open mouth moves nothing
    moved = aligned(photo, theirs, LANDMARKS)
    rows, columns = np.nonzero(moved[..., 0] > 127)
    assert np.allclose((columns.mean(), rows.mean()), LANDMARKS[30], atol=1)
