"""Edit: repaint part of a face by its label map.

The colours come from the part of the photo that stays.
"""

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
from face2face.imaging.fill import pull_push_fill
from face2face.segmentation.labels import Labels, merge_left_right

#: Share of the picture that a class must still cover to give its colour; fewer pixels are noise.
_MIN_CLASS_SHARE = 2e-4
#: Width of the band around a mask that lends its colours: the photo's height divided by this.
_BAND_DIVISOR = 32
#: Standard deviation of the blur over filled pixels, in pixels: edges in photos are soft.
_BLUR_SIGMA = 0.8


@dataclass(frozen=True)
class Edit:
    """The mode ``edit``. It has no target of its own and edits any face.

    Attributes:
        size: Width and height of a panel, in pixels.
    """

    size: int
    panels = ("erased", "labels", "mask")

    @classmethod
    def load(cls, card: ModelCard, folder: Path) -> Edit:
        """Return the mode of a card; it needs no other file of the folder.

        Raises:
            ModelError: The card names other panels.
        """
        if card.panels != cls.panels:
            raise ModelError(
                f"The card's panels are {', '.join(card.panels)}; those of edit are "
                f"{', '.join(cls.panels)}.",
                hint="Restore the card, or export the model again.",
            )
        return cls(card.size)

    def condition(self, scene: Scene) -> list[Image]:
        """Return the photo without its masked part, the label map in colours, and the mask.

        Args:
            scene: Its photo, labels and mask are ``size`` pixels wide and high.

        Returns:
            Three ``(size, size, 3)`` uint8 RGB panels.
        """
        labels, mask = _labels_and_mask(scene)
        erased = erase_by_class(scene.photo, labels, mask, scene.colours or {})
        return [erased, merge_left_right(labels), np.asarray(cv2.merge([mask] * 3), np.uint8)]

    def card_fields(self) -> dict[str, Any]:
        """Return mode, size, panels and their roles."""
        return {
            "mode": "edit",
            "size": self.size,
            "panels": self.panels,
            "base": "erased",
            "mask": "mask",
        }

    def save(self, folder: Path) -> None:
        """Write nothing: the card is all there is."""


def erase_by_class(
    photo: Image, labels: Labels, mask: NDArray[np.uint8], colours: dict[int, NDArray[np.floating]]
) -> Image:
    """Return a copy of a photo whose masked part is filled smoothly, class by class.

    Each class is filled from its own pixels outside the mask. A class with too few of them is
    filled from the band around the mask.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        labels: ``(h, w)`` uint8, the class of each pixel, inside the mask the wanted one.
        mask: ``(h, w)`` uint8, above 127 where the photo is erased.
        colours: Class number -> mean colour of the filled pixels, RGB, 0 to 255, where known.
    """
    erased = np.asarray(mask > 127, bool)
    result = photo.copy()
    if not erased.any():
        return result
    reach = max(1, photo.shape[0] // _BAND_DIVISOR)
    kernel = np.ones((3, 3), np.uint8)
    grown = cv2.dilate(erased.astype(np.uint8), kernel, iterations=reach)
    band = np.asarray(grown > 0, bool) & ~erased
    for number in np.unique(labels[erased]).tolist():
        inside = erased & (labels == number)
        known = (labels == number) & ~erased
        if known.sum() <= _MIN_CLASS_SHARE * known.size:
            known = band
        filled = (
            pull_push_fill(photo, known)[inside]
            if known.any()
            else np.full((int(inside.sum()), 3), 127.0)
        )
        if number in colours:
            filled = filled + (colours[number] - filled.mean(0))
        result[inside] = np.clip(np.rint(filled), 0, 255)
    result[erased] = cv2.GaussianBlur(result, (0, 0), _BLUR_SIGMA)[erased]
    return result


def _labels_and_mask(scene: Scene) -> tuple[Labels, NDArray[np.uint8]]:
    if scene.labels is None or scene.mask is None:
        raise ValueError("the mode edit needs a scene with labels and a mask")
    return scene.labels, scene.mask
