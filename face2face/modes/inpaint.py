"""Inpaint: complete a photo whose masked pixels are missing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.image import Image, Scene

#: Fills of missing pixels. Magenta is the default: it hardly occurs in photos.
FILLS = ("magenta", "black", "mean", "noise")
#: RGB colour of the fill ``magenta``.
_MAGENTA = (255, 0, 255)
#: Names of the panels: the photo with its holes filled, and the mask of the holes.
PANELS = ("holed", "mask")
#: Hint of every error about a card that doesn't fit.
_RESTORE = "Restore the card, or export the model again."


@dataclass(frozen=True)
class Inpaint:
    """The mode ``inpaint``. It has no target of its own and completes any photo.

    Attributes:
        size: Width and height of a panel, in pixels.
        fill: One of :data:`FILLS`.
        panels: :data:`PANELS`, or the first alone for a network that isn't shown the mask.
    """

    size: int
    fill: str = FILLS[0]
    panels: tuple[str, ...] = PANELS

    @classmethod
    def load(cls, card: ModelCard, folder: Path) -> Inpaint:
        """Return the mode of a card; it needs no other file of the folder.

        Raises:
            ModelError: The card names other panels or an unknown fill.
        """
        if card.panels not in (PANELS, PANELS[:1]):
            raise ModelError(
                f"The card's panels are {', '.join(card.panels)}; those of inpaint are "
                f"{', '.join(PANELS)}.",
                hint=_RESTORE,
            )
        if card.fill not in FILLS:
            raise ModelError(
                f"The card's fill is {card.fill!r}, not one of {', '.join(FILLS)}.", hint=_RESTORE
            )
        return cls(card.size, card.fill, panels=card.panels)

    def condition(self, scene: Scene) -> list[Image]:
        """Return the photo with its masked pixels filled, and the mask.

        Args:
            scene: Its photo and mask are ``size`` pixels wide and high.

        Returns:
            One or two ``(size, size, 3)`` uint8 RGB panels.
        """
        if scene.mask is None:
            raise ValueError("the mode inpaint needs a scene with a mask")
        return [
            mask_photo(scene.photo, scene.mask, self.fill),
            np.asarray(cv2.merge([scene.mask] * 3), np.uint8),
        ][: len(self.panels)]

    def card_fields(self) -> dict[str, Any]:
        """Return mode, size, panels, their roles, and the fill."""
        return {
            "mode": "inpaint",
            "size": self.size,
            "panels": self.panels,
            "mask": "mask" if "mask" in self.panels else "",
            "fill": self.fill,
        }

    def save(self, folder: Path) -> None:
        """Write nothing: the card is all there is."""


def mask_photo(photo: Image, mask: NDArray[np.uint8], fill: str) -> Image:
    """Return a copy of a photo whose masked pixels are replaced by a fill.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        mask: ``(h, w)`` uint8, above 127 where the photo is missing.
        fill: One of :data:`FILLS`. ``mean`` is the mean colour of the other pixels, ``noise`` the
            same noise at every call.

    >>> photo, mask = np.zeros((1, 2, 3), np.uint8), np.array([[0, 255]], np.uint8)
    >>> mask_photo(photo, mask, "magenta").tolist()
    [[[0, 0, 0], [255, 0, 255]]]
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
