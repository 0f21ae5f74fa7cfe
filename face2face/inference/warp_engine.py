"""The engine of a target without a network: it answers with the warped keyframes."""

from __future__ import annotations

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.image import Image


class WarpEngine:
    """Answers with the panel that a network would refine: the warped keyframes.

    Args:
        card: The target's.

    Raises:
        ModelError: The card names no such panel.

    >>> import numpy as np
    >>> card = ModelCard("reenact", 256, ("sketch", "warp", "mask"), base="warp")
    >>> panels = [np.full((256, 256, 3), level, np.uint8) for level in (0, 1, 2)]
    >>> int(WarpEngine(card)(panels).max())
    1
    """

    name = "warped keyframes"

    def __init__(self, card: ModelCard) -> None:
        if not card.base:
            raise ModelError(
                "The card names no warped keyframes, and there is no network.",
                hint="Train a model first, or name another folder.",
            )
        self._index = card.panels.index(card.base)

    def __call__(self, panels: list[Image]) -> Image:
        """Return the warped keyframes, see :class:`face2face.inference.engine.Engine`."""
        return panels[self._index]
