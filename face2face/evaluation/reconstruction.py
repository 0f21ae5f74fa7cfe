"""How well faces are rebuilt from maps, colours and identity; and whether a new map is followed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from face2face.data.reconstruction_pairs import with_map_of
from face2face.data.semantic import SemanticSample
from face2face.evaluation.metrics import ssim
from face2face.evaluation.parsing import Agreement
from face2face.image import Image, Scene
from face2face.segmentation.labels import Labels

#: A network with its mode: a scene in, the picture that it makes of it out.
Painter = Callable[[Scene], Image]


@dataclass(frozen=True)
class ReconstructionScore:
    """How like its photo a picture is.

    Attributes:
        ssim: See :func:`face2face.evaluation.metrics.ssim`.
        lpips: See :func:`face2face.evaluation.metrics.lpips`; not a number where that isn't installed.
        identity: The distance of the descriptors, up to 0.6 for one person.
    """

    ssim: float
    lpips: float
    identity: float


def reconstruction_score(
    study: SemanticSample,
    picture: Image,
    distance: Callable[[Image], float],
    lpips: Callable[[Image, Image], float] | None,
) -> ReconstructionScore:
    """Of a picture, ``(size, size, 3)`` uint8 RGB, of a study; distance: of its face from the photo's."""
    return ReconstructionScore(
        ssim(picture, study.photo),
        lpips(picture, study.photo) if lpips else float("nan"),
        distance(picture),
    )


@dataclass(frozen=True)
class Following:
    """A face painted with another person's map.

    Attributes:
        picture: ``(size, size, 3)`` uint8 RGB.
        new: Mean intersection over union of its parsed map and the map it was given, over the classes of the latter.
        old: The same with the map of the photo.
    """

    picture: Image
    new: float
    old: float


def following(
    study: SemanticSample, other: SemanticSample, paint: Painter, parse: Callable[[Image], Labels]
) -> Following:
    """Of a face painted with another one's map, and parsed again."""
    picture = paint(with_map_of(study, other))
    said = parse(picture)
    new, old = (Agreement.of([(each.labels, said)]).mean_iou for each in (other, study))
    return Following(picture, new, old)
