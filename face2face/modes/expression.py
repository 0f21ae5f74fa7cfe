"""Expression: exchange a feature of a face for the same feature with another expression."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.image import Image, Scene
from face2face.segmentation.features import FEATURES


@dataclass(frozen=True)
class ExpressionExchange:
    """The mode ``expression``. There is a network for each feature and each pair of expressions.

    Attributes:
        size: Width and height of a region, in pixels.
        feature: A name in :data:`face2face.segmentation.features.FEATURES`.
    """

    size: int
    feature: str

    @classmethod
    def load(cls, card: ModelCard, folder: Path) -> ExpressionExchange:
        """Return the mode of a card; it needs no other file of the folder.

        Raises:
            ModelError: The card's only panel is not a feature.
        """
        if len(card.panels) != 1 or card.panels[0] not in FEATURES:
            raise ModelError(
                f"The card's panels are {', '.join(card.panels)}; mode expression has one of "
                f"{', '.join(FEATURES)}.",
                hint="Restore the card, or export the model again.",
            )
        return cls(card.size, card.panels[0])

    @property
    def panels(self) -> tuple[str, ...]:
        """The feature: the network is shown its region alone."""
        return (self.feature,)

    def condition(self, scene: Scene) -> list[Image]:
        """Return the region.

        Args:
            scene: Its photo is the region, ``size`` pixels wide and high.

        Returns:
            One ``(size, size, 3)`` uint8 RGB panel.
        """
        return [scene.photo]

    def card_fields(self) -> dict[str, Any]:
        """Return mode, size and the panel."""
        return {"mode": "expression", "size": self.size, "panels": self.panels}

    def save(self, folder: Path) -> None:
        """Write nothing: the card is all there is."""
