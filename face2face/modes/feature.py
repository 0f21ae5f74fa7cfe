"""Feature: repaint one feature of any person's face, warped to wanted landmarks."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.face.expression_model import ExpressionModel
from face2face.face.features import FEATURES
from face2face.face.region import cut_smooth
from face2face.face.sketch import PALETTES, SketchSpec
from face2face.image import Image, Landmarks, Scene
from face2face.imaging.masks import polygon_mask
from face2face.landmarks import EYE_CORNERS, IRISES, PARTS

#: Names of the panels: the warped region, the wanted landmarks, the mask of the feature, and the
#: region as it was.
PANELS = ("warped", "sketch", "mask", "photo")
#: Radius of an iris, in widths of the eye.
_IRIS_RADIUS = 0.2
#: Colour of an iris in the sketch, RGB; no part of a face is drawn in it.
_IRIS_COLOUR = (255, 255, 0)
#: Hint of every error about a card that doesn't fit.
_RESTORE = "Restore the card, or export the model again."


@dataclass(frozen=True)
class FeatureMode:
    """The mode ``feature``. It has no target of its own and repaints any person.

    Attributes:
        size: Width and height of a panel, in pixels.
        feature: A name in :data:`face2face.face.features.FEATURES`.
        sketch: How the wanted landmarks are drawn.
        expressions: Moves landmarks to expressions; None where that wasn't learnt.
        panels: :data:`PANELS`.
    """

    size: int
    feature: str
    sketch: SketchSpec = field(default_factory=SketchSpec)
    expressions: ExpressionModel | None = None
    panels: tuple[str, ...] = PANELS

    @classmethod
    def load(cls, card: ModelCard, folder: Path) -> FeatureMode:
        """Return the mode of a card; it needs no other file of the folder.

        Raises:
            ModelError: The card names other panels, or an unknown feature or palette, or its
                expressions are damaged.
        """
        if card.panels != PANELS:
            raise ModelError(
                f"The card's panels are {', '.join(card.panels)}; those of feature are "
                f"{', '.join(PANELS)}.",
                hint=_RESTORE,
            )
        if card.feature not in FEATURES:
            raise ModelError(
                f"The card's feature is {card.feature!r}, not one of {', '.join(FEATURES)}.",
                hint=_RESTORE,
            )
        expressions = ExpressionModel.from_json(card.expressions) if card.expressions else None
        return cls(card.size, card.feature, _sketch_of(card), expressions)

    def condition(self, scene: Scene) -> list[Image]:
        """Return the warped region, the sketch, the mask, and the region as it was.

        Args:
            scene: A photo of any size, its landmarks, and the wanted landmarks.

        Returns:
            Four ``(size, size, 3)`` uint8 RGB panels.
        """
        if scene.landmarks is None or scene.wanted_landmarks is None:
            raise ValueError("the mode feature needs a scene with landmarks and wanted landmarks")
        photo, landmarks, wanted = scene.photo, scene.landmarks, scene.wanted_landmarks
        feature, size = FEATURES[self.feature], self.size
        region = feature.region(landmarks, wanted)
        source, moved = (region.to_cut(each, size) for each in (landmarks, wanted))
        mask = cv2.convertScaleAbs(feature.mask(source, moved, size), alpha=255)
        return [
            feature.warp(photo, landmarks, wanted, size),
            _draw_irises(self.sketch.draw(moved, size), moved),
            np.asarray(cv2.merge([mask] * 3), np.uint8),
            cut_smooth(photo, region.to_picture(size, False), size),
        ]

    def card_fields(self) -> dict[str, Any]:
        """Return mode, size, panels, their roles, sketch, feature and expressions."""
        return {
            "mode": "feature",
            "size": self.size,
            "panels": self.panels,
            "base": "warped",
            "mask": "mask",
            "sketch": asdict(self.sketch),
            "feature": self.feature,
            "expressions": self.expressions.to_json() if self.expressions else {},
        }

    def save(self, folder: Path) -> None:
        """Write nothing: the card is all there is."""


def _sketch_of(card: ModelCard) -> SketchSpec:
    try:
        sketch = SketchSpec(**card.sketch)
    except TypeError as error:
        raise ModelError(
            f"The card's sketch is {card.sketch!r}; its fields are palette, thickness and smooth.",
            hint=_RESTORE,
        ) from error
    if sketch.palette not in PALETTES:
        raise ModelError(
            f"The card's palette is {sketch.palette!r}, not one of {', '.join(PALETTES)}.",
            hint=_RESTORE,
        )
    return sketch


def _draw_irises(sketch: Image, landmarks: Landmarks) -> Image:
    """Return a sketch with the irises drawn between the lids."""
    size = sketch.shape[0]
    for eye, corners, iris in zip(("right_eye", "left_eye"), EYE_CORNERS, IRISES, strict=True):
        width = float(np.linalg.norm(landmarks[corners[1]] - landmarks[corners[0]]))
        disc = np.zeros((size, size), np.float32)
        centre = np.round(16 * landmarks[iris]).astype(int).tolist()
        cv2.circle(disc, centre, round(16 * _IRIS_RADIUS * width), 1.0, -1, cv2.LINE_AA, 4)
        inside = disc[..., None] * polygon_mask(landmarks[PARTS[eye]], size)
        mixed = sketch + inside * (np.array(_IRIS_COLOUR, np.float32) - sketch)
        sketch = np.rint(mixed).astype(np.uint8)
    return sketch
