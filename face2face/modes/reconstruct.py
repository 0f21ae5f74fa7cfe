"""Reconstruct: a face from its label map, its mean colours and its identity. Nothing of the photo itself is shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.face.retarget import TargetStatistics
from face2face.image import Image, Scene, vector_panel
from face2face.keyframes.bank import KeyframeBank
from face2face.segmentation.labels import (
    CLASSES,
    GROUPS,
    fill_groups,
    group_labels,
    mean_colours,
    merge_left_right,
)

#: The numbers of an identity are hardly ever farther from zero than this.
_FARTHEST = 0.5


@dataclass(frozen=True)
class Reconstruct:
    """The mode, and ``manipulate``, whose network sees the same and has besides been trained to paint what was never photographed.

    Attributes:
        size: Width and height of a panel, in pixels.
        panels: ``labels``: the map, left and right alike; ``colours``: each group in its mean colour; ``numbers``: these colours and
            the identity, as bars.
        name: ``reconstruct`` or ``manipulate``.
    """

    size: int
    panels: tuple[str, ...] = ("labels", "colours", "numbers")
    name: str = "reconstruct"
    shape: TargetStatistics | None = None
    bank: KeyframeBank | None = None

    @classmethod
    def load(cls, card: ModelCard, folder: Path) -> Reconstruct:
        """The mode of a card.

        Raises:
            ModelError: The card is of other panels.
        """
        if not set(card.panels) <= set(cls.panels):
            do = "restore the card, or export the model again"
            raise ModelError(
                f"{card.mode}'s panels are among {', '.join(cls.panels)}",
                ", ".join(card.panels),
                do,
            )
        return cls(card.size, card.panels, card.mode)

    def condition(self, scene: Scene) -> list[Image]:
        """The panels.

        Args:
            scene: Its photo and labels are ``size`` wide and high, its identity is known. A group has the mean of the colours that are
                told for its classes, and the photo's own where none are.
        """
        if scene.labels is None or scene.identity is None:
            raise ValueError("a face is rebuilt from a scene with labels and an identity")
        groups = group_labels(scene.labels)
        colours = _colours(scene, groups)
        numbers = np.concatenate([colours.ravel() / 127.5 - 1, scene.identity / _FARTHEST])
        drawn = {
            "labels": merge_left_right(scene.labels),
            "colours": fill_groups(groups, colours),
            "numbers": vector_panel(numbers, self.size),
        }
        return [drawn[name] for name in self.panels]

    def target(self, scene: Scene) -> Image:
        """The photo."""
        return scene.photo

    def compose(self, frame: Image, answer: Image) -> Image:
        """The answer."""
        return answer

    def card_fields(self) -> dict[str, Any]:
        """Mode, size, panels and their roles."""
        roles = {
            role: name if name in self.panels else ""
            for role, name in (("colours", "colours"), ("bars", "numbers"))
        }
        return {"mode": self.name, "size": self.size, "panels": self.panels} | roles

    def save(self, folder: Path) -> None:
        """There is nothing to keep."""


def _colours(scene: Scene, groups: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``(7, 3)`` uint8 RGB, zeros where a group isn't in the map."""
    colours = mean_colours(scene.photo, groups)
    for place, names in enumerate(GROUPS.values()):
        told = [(scene.colours or {}).get(CLASSES.index(name)) for name in names]
        if (known := [each for each in told if each is not None]) and groups[..., place].any():
            colours[place] = np.rint(np.mean(known, axis=0))
    return colours
