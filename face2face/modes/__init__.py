"""Modes: for each job, the panels that the network is shown.

A mode is a class with the methods of :class:`Mode` and a class method ``load``. "Add a mode" in
docs/architecture.md lists the places to change. The network's answer is always compared with the
scene's photo.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.image import Image, Scene
from face2face.modes.edit import Edit
from face2face.modes.expression import ExpressionExchange
from face2face.modes.feature import FeatureMode
from face2face.modes.inpaint import Inpaint
from face2face.modes.reconstruct import Reconstruct
from face2face.modes.reenact import Reenact


class Mode(Protocol):
    """The interface of a mode.

    Its class also has a class method ``load(card, folder)``, which returns the mode of a card and
    raises ModelError if the card doesn't fit.
    """

    @property
    def size(self) -> int:
        """Width and height of a panel, in pixels."""

    @property
    def panels(self) -> tuple[str, ...]:
        """Names of the panels that :meth:`condition` returns, in order."""

    def condition(self, scene: Scene) -> list[Image]:
        """Return the panels of a scene: ``(size, size, 3)`` uint8 RGB each."""

    def card_fields(self) -> dict[str, Any]:
        """Return the fields of the card from which :func:`load` makes the same mode again."""

    def save(self, folder: Path) -> None:
        """Write the files that belong next to the card; many modes have none."""


#: Name of a mode -> its class. Parsers and emotion classifiers are no modes: their answer is no
#: picture.
MODES: dict[
    str,
    type[Reenact]
    | type[Edit]
    | type[Inpaint]
    | type[Reconstruct]
    | type[FeatureMode]
    | type[ExpressionExchange],
] = {
    "reenact": Reenact,
    "edit": Edit,
    "inpaint": Inpaint,
    "reconstruct": Reconstruct,
    "manipulate": Reconstruct,
    "feature": FeatureMode,
    "expression": ExpressionExchange,
}


def load(card: ModelCard, folder: Path) -> Mode:
    """Return the mode of a card, with the files next to it.

    Args:
        card: The model's card.
        folder: The folder that the card was read from.

    Raises:
        ModelError: The mode is unknown, or a file next to the card is missing or damaged.
    """
    if card.mode not in MODES:
        raise ModelError(
            f"The card's mode is {card.mode!r}, not one of {', '.join(MODES)}.",
            hint="Update face2face, or name another model.",
        )
    return MODES[card.mode].load(card, folder)
