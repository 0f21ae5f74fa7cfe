"""Inpaint: a photo with pieces missing, painted over by what belongs there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.face.retarget import TargetStatistics
from face2face.image import Image, Scene
from face2face.keyframes.bank import KeyframeBank

#: What missing pixels are filled with. Magenta hardly occurs in photos, black does.
FILLS = ("magenta", "black", "mean", "noise")
_MAGENTA = (255, 0, 255)
#: What a network is shown: the photo with holes, and where they are.
PANELS = ("holed", "mask")


@dataclass(frozen=True)
class Inpaint:
    """The mode. It has no target of its own: any photo is mended.

    Attributes:
        size: Width and height of a panel, in pixels.
        fill: One of :data:`FILLS`.
        panels: :data:`PANELS`, or the first alone for a network that isn't told where something is missing.
    """

    size: int
    fill: str = FILLS[0]
    shape: TargetStatistics | None = None
    bank: KeyframeBank | None = None
    panels: tuple[str, ...] = PANELS

    @classmethod
    def load(cls, card: ModelCard, folder: Path) -> Inpaint:
        """The mode of a card.

        Raises:
            ModelError: The card is of other panels, or of an unknown fill.
        """
        do = "restore the card, or export the model again"
        if card.panels not in (PANELS, PANELS[:1]):
            raise ModelError(
                f"inpaint's panels are {', '.join(PANELS)}", ", ".join(card.panels), do
            )
        if card.fill not in FILLS:
            raise ModelError(f"a card's fill is one of {', '.join(FILLS)}", repr(card.fill), do)
        return cls(card.size, card.fill, panels=card.panels)

    def condition(self, scene: Scene) -> list[Image]:
        """The photo with what is masked filled, and the mask.

        Args:
            scene: Its photo and mask are ``size`` wide and high.
        """
        if scene.mask is None:
            raise ValueError("inpaint needs a scene with a mask")
        return [
            mask_photo(scene.photo, scene.mask, self.fill),
            np.asarray(cv2.merge([scene.mask] * 3), np.uint8),
        ][: len(self.panels)]

    def target(self, scene: Scene) -> Image:
        """The photo itself."""
        return scene.photo

    def compose(self, frame: Image, answer: Image) -> Image:
        """The answer: who knows the mask takes from it what was missing, and nothing else."""
        return answer

    def card_fields(self) -> dict[str, Any]:
        """Mode, size, panels and their roles, and the fill."""
        return {
            "mode": "inpaint",
            "size": self.size,
            "panels": self.panels,
            "mask": "mask" if "mask" in self.panels else "",
            "fill": self.fill,
        }

    def save(self, folder: Path) -> None:
        """There is nothing to keep."""


def mask_photo(photo: Image, mask: NDArray[np.uint8], fill: str) -> Image:
    """A copy of a photo whose masked pixels tell nothing of what was there.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        mask: ``(h, w)`` uint8, above 127 where it is missing.
        fill: One of :data:`FILLS`: ``mean`` is the mean colour of what is left, ``noise`` the same noise each time.
    """
    missing = mask > 127
    result = photo.copy()
    if fill == "mean":
        result[missing] = np.rint(photo[~missing].mean(0)) if (~missing).any() else 127
    elif fill == "noise":
        result[missing] = np.random.default_rng(0).integers(0, 256, photo.shape, np.uint8)[missing]
    else:
        result[missing] = _MAGENTA if fill == "magenta" else 0
    return result
