"""The modes: what the network is shown, what it should answer, and where the answer goes.

A mode is one small module with one class of this shape; a new mode is one file, one line here and one test.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.face.retarget import TargetStatistics
from face2face.image import Image, Scene
from face2face.keyframes.bank import KeyframeBank
from face2face.modes.edit import Edit
from face2face.modes.inpaint import Inpaint
from face2face.modes.reconstruct import Reconstruct
from face2face.modes.reenact import Reenact


class Mode(Protocol):
    """What a mode can do."""

    @property
    def size(self) -> int:
        """Width and height of a panel, in pixels."""

    @property
    def shape(self) -> TargetStatistics | None:
        """The target's, onto which a driver's landmarks are carried; None where they are taken as they lie."""

    @property
    def bank(self) -> KeyframeBank | None:
        """The target's keyframes, if it has any."""

    @property
    def panels(self) -> tuple[str, ...]:
        """Names of what :meth:`condition` returns, in order."""

    def condition(self, scene: Scene) -> list[Image]:
        """What the network is shown of a scene: ``(size, size, 3)`` uint8 panels."""

    def target(self, scene: Scene) -> Image:
        """What the network should answer: ``(size, size, 3)`` uint8."""

    def compose(self, frame: Image, answer: Image) -> Image:
        """How the answer goes back into the frame it was made from."""

    def card_fields(self) -> dict[str, Any]:
        """Fields of the card by which :func:`load` makes the same mode again."""

    def save(self, folder: Path) -> None:
        """Writes what the mode keeps beside the card."""


#: Name -> the class of that mode.
MODES: dict[str, type[Reenact] | type[Edit] | type[Inpaint] | type[Reconstruct]] = {
    "reenact": Reenact,
    "edit": Edit,
    "inpaint": Inpaint,
    "reconstruct": Reconstruct,
    "manipulate": Reconstruct,
}
#: Those that a driver moves.
DRIVEN = frozenset({"reenact"})


def load(card: ModelCard, folder: Path) -> Mode:
    """The mode of a card, with what is kept beside it.

    Raises:
        ModelError: The mode is unknown, or something beside the card is missing or damaged.
    """
    if card.mode not in MODES:
        raise ModelError(
            f"a card's mode is one of {', '.join(MODES)}", repr(card.mode), "update face2face"
        )
    return MODES[card.mode].load(card, folder)
