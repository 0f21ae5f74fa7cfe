"""Edit: repaint part of a face by its label map.

The pixels come from the part of the photo that stays, and from donors; the network joins them.
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
from face2face.segmentation.donors import Donors
from face2face.segmentation.erased_face import ErasedFace
from face2face.segmentation.exemplars import fill_from_exemplars
from face2face.segmentation.labels import CLASSES, Labels, merge_left_right

#: Share of the picture that a class must still cover to give its colour; fewer pixels are noise.
_MIN_CLASS_SHARE = 2e-4
#: Width of the band around a mask that lends its colours: the photo's height divided by this.
_BAND_DIVISOR = 32
#: Standard deviation of the blur over filled pixels, in pixels: edges in photos are soft.
_BLUR_SIGMA = 0.8
#: Class -> share of the network's change to the filled pixels that is kept; all of it elsewhere.
#: The shares were chosen by LPIPS: what is borrowed is nearer to the truth than what is painted.
_SHARES = {
    **dict.fromkeys(("left_eye", "right_eye", "cloth"), 0.2),
    **dict.fromkeys(("nose", "mouth", "upper_lip", "lower_lip", "glasses"), 0.4),
    **dict.fromkeys(("left_brow", "right_brow"), 0.5),
}
#: Standard deviation of the blur over the shares, in pixels.
_SHARE_SIGMA = 1.5
#: Hint of every error about a card that doesn't fit.
_RESTORE = "Restore the model's folder, or export the model again."
#: Panels of a model that is shown photographed pixels, and of one that is shown a smooth filling.
_COMPOSED = ("composed", "labels", "mask")
_ERASED = ("erased", "labels", "mask")


@dataclass(frozen=True)
class Edit:
    """The mode ``edit``. It has no target of its own and edits any face.

    Attributes:
        size: Width and height of a panel, in pixels.
        donors: Faces of that size that lend the parts which a photo doesn't show. None: the erased
            part is filled smoothly, as models of earlier versions expect.
    """

    size: int
    donors: Donors | None = None

    @classmethod
    def load(cls, card: ModelCard, folder: Path) -> Edit:
        """Return the mode of a card, with the donors next to it.

        Raises:
            ModelError: The card names other panels, or the donors are missing or damaged.
        """
        if card.panels not in (_COMPOSED, _ERASED):
            raise ModelError(
                f"The card's panels are {', '.join(card.panels)}; those of edit are "
                f"{', '.join(_COMPOSED)}.",
                hint=_RESTORE,
            )
        donors = Donors.load(folder) if card.panels == _COMPOSED else None
        if donors is not None and donors.photos.shape[1] != card.size:
            raise ModelError(
                f"The donors in {folder} are {donors.photos.shape[1]} pixels wide, and the card's "
                f"panels {card.size}.",
                hint=_RESTORE,
            )
        return cls(card.size, donors)

    @property
    def panels(self) -> tuple[str, ...]:
        """Names of the panels, in order."""
        return _ERASED if self.donors is None else _COMPOSED

    def condition(self, scene: Scene) -> list[Image]:
        """Return the photo with its masked part filled, the label map in colours, and the mask.

        Args:
            scene: Its photo, labels and mask are ``size`` pixels wide and high.

        Returns:
            Three ``(size, size, 3)`` uint8 RGB panels.
        """
        labels, mask = _labels_and_mask(scene)
        colours = scene.colours or {}
        filled = erase_by_class(scene.photo, labels, mask, colours)
        if self.donors is not None:
            face = ErasedFace(scene.photo, labels, mask > 127, colours, filled)
            filled = fill_from_exemplars(face, self.donors)
        return [filled, merge_left_right(labels), np.asarray(cv2.merge([mask] * 3), np.uint8)]

    def join(self, filled: Image, painted: Image, labels: Labels) -> Image:
        """Return the network's answer, with the filled pixels kept where they are better.

        Args:
            filled: ``(size, size, 3)`` uint8 RGB, the first panel of :meth:`condition`.
            painted: ``(size, size, 3)`` uint8 RGB, the network's answer.
            labels: ``(size, size)`` uint8, the wanted map.

        Returns:
            ``(size, size, 3)`` uint8 RGB.
        """
        if self.donors is None:
            return painted
        table = np.array([_SHARES.get(name, 1.0) for name in CLASSES], np.float32)
        shares = cv2.GaussianBlur(table[labels], (0, 0), _SHARE_SIGMA)[..., None]
        return np.asarray(
            np.rint(filled + shares * (painted.astype(np.float32) - filled)), np.uint8
        )

    def card_fields(self) -> dict[str, Any]:
        """Return mode, size, panels and their roles."""
        return {
            "mode": "edit",
            "size": self.size,
            "panels": self.panels,
            "base": self.panels[0],
            "mask": "mask",
        }

    def save(self, folder: Path) -> None:
        """Write the donors into a folder, if there are any."""
        if self.donors is not None:
            self.donors.save(folder)


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
