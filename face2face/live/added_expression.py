"""AddedExpression: an expression that the driven face wears all the time, on top of its motion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from face2face.errors import ModelError
from face2face.face.expression import AVERAGE_FACE
from face2face.face.expression_model import ExpressionModel
from face2face.face.facial_change import CHANGES, FacialChange
from face2face.face.steady_changes import SteadyChanges
from face2face.image import Landmarks


class AddedExpression:
    """Moves the landmarks of each frame alike towards an expression. Keys change it.

    Args:
        changes: The changes at first, in their order.
        load: Returns the model of expressions. It is called when a change first needs it.

    Attributes:
        selected: The change that keys step; its amount may be 0.

    Raises:
        ModelError: A change needs the model of expressions, and it is missing or damaged, or
            doesn't know the expression.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> from face2face.face.neutral import lip_gap
    >>> from face2face.inference.pretrained import load_expressions
    >>> added = AddedExpression([FacialChange("mouth", "open", 0.5)], load_expressions)
    >>> round(lip_gap(added(AVERAGE_FACE, AVERAGE_FACE)), 1)
    0.1
    """

    def __init__(
        self, changes: Sequence[FacialChange], load: Callable[[], ExpressionModel]
    ) -> None:
        self._changes = {change.name: change for change in changes}
        self._load = load
        self._expressions: ExpressionModel | None = None
        self._neutral: NDArray[Any] = AVERAGE_FACE
        self.selected = changes[0] if changes else FacialChange("expression", "smile", 0.0)
        for change in changes:
            self._prepare(change)
        self._update()

    def __call__(
        self, landmarks: Landmarks, neutral: NDArray[Any], share: float = 1.0
    ) -> Landmarks:
        """Return the landmarks of the next frame with the expression added.

        Args:
            landmarks: ``(70, 2)`` float32 in pixels.
            neutral: ``(70, 2)`` in head coordinates, the same face at rest. The same array as
                before costs nothing.
            share: How far to go, from 0 to 1.

        Returns:
            ``(70, 2)`` float32, in the same pixels.
        """
        if neutral is not self._neutral:
            self._neutral = neutral
            self._update()
        return self._steady(landmarks, share) if self._changes else landmarks

    @property
    def note(self) -> str:
        """The selected change and its amount, in words."""
        text = f"{self.selected.name} {self.selected.amount:.1f}"
        return f"{text}: there already" if self.selected in self._steady.made else text

    def select_next(self) -> None:
        """Select the next change, after the last one the first."""
        names = list(CHANGES)
        name = names[(names.index(self.selected.name) + 1) % len(names)]
        self.selected = self._changes.get(name, FacialChange(*CHANGES[name], 0.0))

    def step(self, step: float) -> None:
        """Add a step to the amount of the selected change, within its limits.

        Raises:
            ModelError: As for the class; nothing changes then.
        """
        low, high = self.selected.limits
        amount = round(min(max(self.selected.amount + step, low), high), 2)
        changed = replace(self.selected, amount=amount)
        self._prepare(changed)
        self.selected = self._changes[changed.name] = changed
        if not amount:
            del self._changes[changed.name]
        self._update()

    def _update(self) -> None:
        """Find the way of the changes from the neutral face."""
        self._steady = SteadyChanges(self._changes.values(), self._neutral, self._expressions)

    def _prepare(self, change: FacialChange) -> None:
        """Load the model of expressions if a change is the first that needs it."""
        if change.part != "expression":
            return
        self._expressions = self._expressions or self._load()
        if change.state not in self._expressions.ways:
            raise ModelError(
                f"The model of expressions doesn't know the way to {change.state}.",
                hint=f"It knows {', '.join(self._expressions.ways)}.",
            )
