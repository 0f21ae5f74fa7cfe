"""Scores of faces painted from label maps: likeness to the photo, agreement with a new map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from face2face.data.reconstruction_pairs import with_map_of
from face2face.data.semantic import SemanticSample
from face2face.evaluation.metrics import ssim
from face2face.evaluation.parsing import Agreement
from face2face.image import Image, Scene
from face2face.segmentation.labels import Labels

#: Paints the picture of a scene: a network with its mode.
Painter = Callable[[Scene], Image]


@dataclass(frozen=True)
class ReconstructionScore:
    """The likeness of a painted face to its photo.

    Attributes:
        ssim: See :func:`face2face.evaluation.metrics.ssim`.
        lpips: See :func:`face2face.evaluation.metrics.lpips`; NaN where it is not installed.
        identity: Distance of the descriptors; up to 0.6 is the same person.
    """

    ssim: float
    lpips: float
    identity: float


def reconstruction_score(
    sample: SemanticSample,
    picture: Image,
    distance: Callable[[Image], float],
    lpips: Callable[[Image, Image], float] | None,
) -> ReconstructionScore:
    """Return the score of a picture of a sample.

    Args:
        sample: The photo with its labels.
        picture: ``(size, size, 3)`` uint8 RGB.
        distance: Returns the identity distance of a picture from the photo.
        lpips: See :func:`face2face.evaluation.metrics.lpips`.
    """
    return ReconstructionScore(
        ssim(picture, sample.photo),
        lpips(picture, sample.photo) if lpips else float("nan"),
        distance(picture),
    )


@dataclass(frozen=True)
class MapAgreement:
    """A face painted with another person's map.

    Attributes:
        picture: ``(size, size, 3)`` uint8 RGB.
        new: Mean IoU of the parsed picture with the new map, over the classes of that map.
        old: Mean IoU of the parsed picture with the map of the photo.
    """

    picture: Image
    new: float
    old: float


def map_agreement(
    sample: SemanticSample,
    other: SemanticSample,
    paint: Painter,
    parse: Callable[[Image], Labels],
) -> MapAgreement:
    """Paint a face with another person's map, and parse the result.

    Args:
        sample: The face.
        other: The sample with the new map.
        paint: Paints a scene.
        parse: Returns the label map of a picture.
    """
    picture = paint(with_map_of(sample, other))
    labels = parse(picture)
    new, old = (Agreement.of([(each.labels, labels)]).mean_iou for each in (other, sample))
    return MapAgreement(picture, new, old)
