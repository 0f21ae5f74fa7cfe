"""Edit: a part of a face painted anew, as its label map says, in the colours of what is left around it."""

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
from face2face.imaging.fill import pull_push_fill
from face2face.keyframes.bank import KeyframeBank
from face2face.segmentation.labels import Labels, merge_left_right

#: A class of which fewer pixels are left than this share of the picture lends no colour.
_LEAST = 2e-4
#: What is around a mask is as far from it as the photo's height over this.
_AROUND = 32
#: How soft the borders are between what is painted over, in pixels: a photo's are no steps.
_SOFT = 0.8


@dataclass(frozen=True)
class Edit:
    """The mode. It has no target of its own: any face is edited.

    Attributes:
        size: Width and height of a panel, in pixels.
    """

    size: int
    shape: TargetStatistics | None = None
    bank: KeyframeBank | None = None
    panels = ("erased", "labels", "mask")

    @classmethod
    def load(cls, card: ModelCard, folder: Path) -> Edit:
        """The mode of a card.

        Raises:
            ModelError: The card is of other panels.
        """
        if card.panels != cls.panels:
            do = "restore the card, or export the model again"
            raise ModelError(
                f"edit's panels are {', '.join(cls.panels)}", ", ".join(card.panels), do
            )
        return cls(card.size)

    def condition(self, scene: Scene) -> list[Image]:
        """The photo with what is masked painted over, the map in colours, and the mask.

        Args:
            scene: Its photo, labels and mask are ``size`` wide and high.
        """
        labels, mask = _of(scene)
        erased = painted_over(scene.photo, labels, mask, scene.colours or {})
        return [erased, merge_left_right(labels), np.asarray(cv2.merge([mask] * 3), np.uint8)]

    def target(self, scene: Scene) -> Image:
        """The photo itself."""
        return scene.photo

    def compose(self, frame: Image, answer: Image) -> Image:
        """The answer: beyond the mask it is the photo."""
        return answer

    def card_fields(self) -> dict[str, Any]:
        """Mode, size, panels and their roles."""
        return {
            "mode": "edit",
            "size": self.size,
            "panels": self.panels,
            "base": "erased",
            "mask": "mask",
        }

    def save(self, folder: Path) -> None:
        """There is nothing to keep."""


def painted_over(
    photo: Image, labels: Labels, mask: NDArray[np.uint8], colours: dict[int, NDArray[np.floating]]
) -> Image:
    """A copy of a photo with what is masked painted over smoothly, each class in the colours of what is left of it nearby.

    Where nothing is left of a class, or too little, with those of whatever is around the mask.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        labels: ``(h, w)`` uint8: what each pixel shows, or shall show.
        mask: ``(h, w)`` uint8, above 127 where it is painted.
        colours: Class number -> the mean colour that it has there, RGB, where that is known.
    """
    erased = np.asarray(mask > 127, bool)
    result = photo.copy()
    if not erased.any():
        return result
    reach = max(1, photo.shape[0] // _AROUND)
    around = (
        np.asarray(
            cv2.dilate(erased.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=reach) > 0,
            bool,
        )
        & ~erased
    )
    for place in np.unique(labels[erased]).tolist():
        here = erased & (labels == place)
        left = (labels == place) & ~erased
        if left.sum() <= _LEAST * left.size:
            left = around
        painted = (
            pull_push_fill(photo, left)[here]
            if left.any()
            else np.full((int(here.sum()), 3), 127.0)
        )
        if place in colours:
            painted = painted + (colours[place] - painted.mean(0))
        result[here] = np.clip(np.rint(painted), 0, 255)
    result[erased] = cv2.GaussianBlur(result, (0, 0), _SOFT)[erased]
    return result


def _of(scene: Scene) -> tuple[Labels, NDArray[np.uint8]]:
    if scene.labels is None or scene.mask is None:
        raise ValueError("edit needs a scene with labels and a mask")
    return scene.labels, scene.mask
