"""Ways to change an expression that are compared: repainting and exchange of the features."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from face2face.card import FILE_NAME as CARD
from face2face.edit.exchange import FeatureExchange, load_exchange
from face2face.edit.face_painter import move_face
from face2face.edit.feature import FeaturePainter
from face2face.errors import FaceError, ModelError
from face2face.evaluation.expressions import ExpressionChange
from face2face.face.expression_model import EXPRESSIONS, NEUTRAL, ExpressionModel
from face2face.image import Image, Landmarks
from face2face.modes.feature import PANELS, FeatureMode
from face2face.segmentation.features import FEATURES, FaceMap
from face2face.segmentation.labels import Labels

#: Changes a photo; None where the way doesn't know the expression.
Way = Callable[[ExpressionChange], Image | None]
#: Folder of the models that change an expression back to neutral, inside that of the others.
_BACK = "back"
#: Side of the region in which a feature is warped, in pixels, as in the pretrained models.
_WARP_SIZE = 128


@dataclass(frozen=True)
class Repainting:
    """Warps the features, and may refine them by networks.

    Attributes:
        paint: Returns a photo whose landmarks are moved to wanted ones.
        expressions: Predicts the landmarks; None to move them to those of the true photo.
    """

    paint: Callable[[Image, Landmarks, Landmarks], Image]
    expressions: ExpressionModel | None = None

    def __call__(self, change: ExpressionChange) -> Image | None:
        """Return the changed photo; None where the expression can't be predicted."""
        picture, wanted = change.pair.picture, change.pair.wanted
        if self.expressions:
            if change.end not in self.expressions.ways:
                return None
            wanted = self.expressions(picture.landmarks, change.end)
        return self.paint(picture.photo, picture.landmarks, wanted)


def warp_face(photo: Image, landmarks: Landmarks, wanted: Landmarks) -> Image:
    """Return a photo with the face's landmarks moved by the warp alone; no network refines it.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)`` in the photo's pixels.
        wanted: ``(70, 2)``, the places to which they should move.
    """

    def painter(feature: str) -> FeaturePainter:
        return FeaturePainter(FeatureMode(_WARP_SIZE, feature), _warped)

    return move_face(photo, landmarks, wanted, painter)


def _warped(panels: list[Image]) -> Image:
    """Return the warped region."""
    return panels[PANELS.index("warped")]


@dataclass(frozen=True)
class Exchange:
    """Exchanges the features by models of mode ``expression``.

    Attributes:
        models: Expression before and wanted expression -> the models of its features.
        parse: Function from a photo and landmarks to its label map.
    """

    models: Mapping[tuple[str, str], Sequence[FeatureExchange]]
    parse: Callable[[Image, Landmarks | None], Labels]

    @classmethod
    def load(cls, folder: Path, parse: Callable[[Image, Landmarks | None], Labels]) -> Exchange:
        """Return the way of the models in a folder.

        Args:
            folder: Holds a folder for each expression but neutral. That holds a folder for each
                feature, with the model from neutral and, in a folder ``back``, that to neutral.
            parse: Function from a photo and landmarks to its label map.

        Raises:
            ModelError: There is no model, or one is damaged.
        """
        models: dict[tuple[str, str], list[FeatureExchange]] = {}
        for expression, feature in product(EXPRESSIONS, FEATURES):
            model = folder / expression / feature
            for ends, path in (
                ((NEUTRAL, expression), model),
                ((expression, NEUTRAL), model / _BACK),
            ):
                if (path / CARD).is_file():
                    models.setdefault(ends, []).append(load_exchange(path, parse))
        if not models:
            raise ModelError(
                f"{folder} holds no model of an expression.",
                hint=f"Train one into {folder / EXPRESSIONS[1] / 'mouth'}.",
            )
        return cls(models, parse)

    def __call__(self, change: ExpressionChange) -> Image | None:
        """Return the changed photo; None where there is no model of the expression.

        A feature that the photo doesn't show, or that has no model, stays as it is.
        """
        models = self.models.get((change.start, change.end))
        if models is None:
            return None
        photo, landmarks = change.pair.picture.photo, change.pair.picture.landmarks
        for exchange in models:
            try:
                photo = exchange(photo, FaceMap.of(photo, landmarks, self.parse))
            except FaceError:
                continue
        return photo
