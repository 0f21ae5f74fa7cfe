"""Reconstruct: rebuild a face from its label map, mean colours and identity.

The network is shown nothing of the photo itself. Manipulate: the same with a changed label map. Its
network may also be shown the photo, warped to that map.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.image import Image, Scene, vector_panel
from face2face.segmentation.labels import (
    CLASSES,
    GROUPS,
    fill_groups,
    group_labels,
    mean_colours,
    merge_left_right,
)
from face2face.segmentation.map_warp import warp_to_map

#: Panel of the photo warped to the label map. Only ``manipulate`` may show it.
WARPED = "warped"
#: Names of the panels without the photo.
PANELS = ("labels", "colours", "numbers")
#: Scale of an identity's numbers: their absolute value is hardly ever larger.
_IDENTITY_SCALE = 0.5
#: Hint of every error about a card that doesn't fit.
_RESTORE = "Restore the card, or export the model again."


@dataclass(frozen=True)
class Reconstruct:
    """The modes ``reconstruct`` and ``manipulate``.

    The network of ``manipulate`` was also trained on changed label maps.

    Attributes:
        size: Width and height of a panel, in pixels.
        panels: ``labels``: the map, left and right in the same colours. ``colours``: each group of
            classes in its mean colour. ``numbers``: these colours and the identity, as bars.
            ``warped``: the photo warped to the map.
        name: ``reconstruct`` or ``manipulate``.
    """

    size: int
    panels: tuple[str, ...] = PANELS
    name: str = "reconstruct"

    @classmethod
    def load(cls, card: ModelCard, folder: Path) -> Reconstruct:
        """Return the mode of a card; it needs no other file of the folder.

        Raises:
            ModelError: The card names other panels.
        """
        known = (*PANELS, WARPED) if card.mode == "manipulate" else PANELS
        if not set(card.panels) <= set(known):
            raise ModelError(
                f"The card's panels are {', '.join(card.panels)}; those of {card.mode} are among "
                f"{', '.join(known)}.",
                hint=_RESTORE,
            )
        return cls(card.size, card.panels, card.mode)

    def condition(self, scene: Scene) -> list[Image]:
        """Return the panels of a scene.

        Args:
            scene: Its photo and labels are ``size`` pixels wide and high; its identity is known. A
                group takes the mean of the scene's colours of its classes, or the photo's own.

        Returns:
            ``(size, size, 3)`` uint8 RGB each.
        """
        if scene.labels is None or scene.identity is None:
            raise ValueError(f"the mode {self.name} needs a scene with labels and an identity")
        groups = group_labels(scene.labels)
        colours = _colours(scene, groups)
        numbers = np.concatenate([colours.ravel() / 127.5 - 1, scene.identity / _IDENTITY_SCALE])
        drawn = {
            "labels": merge_left_right(scene.labels),
            "colours": fill_groups(groups, colours),
            "numbers": vector_panel(numbers, self.size),
        }
        if WARPED in self.panels:
            drawn[WARPED] = warped_photo(scene)
        return [drawn[name] for name in self.panels]

    def card_fields(self) -> dict[str, Any]:
        """Return mode, size, panels and their roles."""
        roles = {
            role: name if name in self.panels else ""
            for role, name in (("base", WARPED), ("colours", "colours"), ("bars", "numbers"))
        }
        return {"mode": self.name, "size": self.size, "panels": self.panels} | roles

    def save(self, folder: Path) -> None:
        """Write nothing: the card is all there is."""


def warped_photo(scene: Scene) -> Image:
    """Return the photo of a scene with labels, warped from its own map to the scene's."""
    assert scene.labels is not None
    own_labels = scene.labels if scene.photo_labels is None else scene.photo_labels
    return warp_to_map(scene.photo, own_labels, scene.labels)


def _colours(scene: Scene, groups: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the colour of each group: ``(7, 3)`` uint8 RGB, zeros for a group not in the map."""
    colours = mean_colours(scene.photo, groups)
    wanted = scene.colours or {}
    for index, names in enumerate(GROUPS.values()):
        numbers = map(CLASSES.index, names)
        known = [wanted[number] for number in numbers if number in wanted]
        if known and groups[..., index].any():
            colours[index] = np.rint(np.mean(known, axis=0))
    return colours
