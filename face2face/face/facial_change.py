"""Changes of a face: expression, lids, gaze and mouth, as moves of its landmarks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face2face.errors import OptionError
from face2face.face.expression import Expression
from face2face.face.expression_model import EXPRESSIONS, NEUTRAL, ExpressionModel
from face2face.face.neutral import close_lips
from face2face.face.part_moves import look, open_mouth, widen_eyes
from face2face.image import Landmarks
from face2face.landmarks import interocular

#: Part of a change -> its states. Left and right are the picture's.
STATES = {
    "expression": EXPRESSIONS,
    "eyes": ("shut", "wide"),
    "gaze": ("left", "right", "up", "down"),
    "mouth": ("open", "closed"),
}
#: Part of a change -> the features that are repainted for it; see also :data:`_LID_GAZES`.
_FEATURES = {"expression": ("eyes", "mouth"), "eyes": ("eyes",), "gaze": (), "mouth": ("mouth",)}
#: Gazes that the lids follow, so that the eyes are repainted.
_LID_GAZES = ("up", "down")
#: Name of a change -> its part and state: an expression's own, or such as ``mouth-open``.
CHANGES = {
    (state if part == "expression" else f"{part}-{state}"): (part, state)
    for part, states in STATES.items()
    for state in states
}
#: Range of the amount of an expression, and that of other parts.
EXPRESSION_AMOUNTS, PART_AMOUNTS = (-1.0, 1.5), (0.0, 1.0)
#: Largest remaining move of a landmark, in interocular distances, where a part has its state.
_MAX_REMAINDER = 0.02
#: Largest move of a landmark to its predicted neutral place, in interocular distances, in a neutral
#: face.
_MAX_FROM_NEUTRAL = 0.03
#: Share of the way from neutral to an expression from which a face has the expression.
_MIN_SHARE = 0.8
#: Least cosine between that way and the face's own way from neutral.
_MIN_COSINE = 0.6


@dataclass(frozen=True)
class FacialChange:
    """A change of one part of a face.

    Attributes:
        part: A name in :data:`STATES`.
        state: The wanted state, one of those of the part.
        amount: 0 leaves the part as it is, 1 brings it all the way to the state. Expressions go
            beyond it with more than 1, and the other way with less than 0.

    Raises:
        OptionError: The part has no such state, or the amount is out of range.

    >>> FacialChange("mouth", "open", 0.3).name
    'mouth-open'
    """

    part: str
    state: str
    amount: float = 1.0

    def __post_init__(self) -> None:
        states = STATES[self.part]
        if self.state not in states:
            raise OptionError(
                f"{self.state!r} is no state of {self.part}.",
                hint=f"Choose {', '.join(states[:-1])} or {states[-1]}.",
            )
        low, high = self.limits
        if not low <= self.amount <= high:
            raise OptionError(
                f"{self.amount:g} is out of range for {self.name}.",
                hint=f"Name a number from {low:g} to {high:g}.",
            )

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that are repainted; see :mod:`face2face.face.features`."""
        return ("eyes",) if self.state in _LID_GAZES else _FEATURES[self.part]

    @classmethod
    def parse(cls, text: str) -> FacialChange:
        """Return the change that a name in :data:`CHANGES` and an amount describe.

        Args:
            text: Such as ``smile=0.5``, or ``mouth-open`` for the whole way.

        Raises:
            OptionError: The name is unknown, or the amount out of range.

        >>> FacialChange.parse("smile=0.5")
        FacialChange(part='expression', state='smile', amount=0.5)
        """
        name, given, amount = text.partition("=")
        if name not in CHANGES:
            raise OptionError(
                f"There is no expression {name!r}.", hint=f"Choose one of {', '.join(CHANGES)}."
            )
        try:
            value = float(amount) if given else 1.0
        except ValueError as error:
            raise OptionError(f"{text} names no number.", hint=f"Write {name}=0.5.") from error
        return cls(*CHANGES[name], value)

    @property
    def name(self) -> str:
        """The change's name in :data:`CHANGES`."""
        return self.state if self.part == "expression" else f"{self.part}-{self.state}"

    @property
    def limits(self) -> tuple[float, float]:
        """Least and greatest amount."""
        return EXPRESSION_AMOUNTS if self.part == "expression" else PART_AMOUNTS

    def applied_to(self, landmarks: Landmarks, expressions: ExpressionModel | None) -> Landmarks:
        """Return landmarks after the change.

        Args:
            landmarks: ``(70, 2)`` float32 in pixels.
            expressions: Knows the ways to expressions; only they need it.

        Returns:
            ``(70, 2)`` float32, in the same pixels.

        >>> from face2face.face.expression import AVERAGE_FACE
        >>> from face2face.face.neutral import lip_gap
        >>> shouting = FacialChange("mouth", "open").applied_to(AVERAGE_FACE, None)
        >>> round(lip_gap(shouting), 2)
        0.25
        """
        if self.part == "expression":
            if expressions is None:
                raise ValueError("an expression needs a model of expressions")
            return _towards(landmarks, self.state, self.amount, expressions)
        if self.part == "gaze":
            return look(landmarks, self.state, self.amount)
        whole = _WAYS[self.part, self.state](landmarks)
        return np.asarray(landmarks + self.amount * (whole - landmarks), np.float32)

    def is_made(self, landmarks: Landmarks, expressions: ExpressionModel | None) -> bool:
        """Return whether a face has the wanted state already.

        Args:
            landmarks: ``(70, 2)`` float32 in pixels.
            expressions: As for :meth:`applied_to`.

        >>> from face2face.face.expression import AVERAGE_FACE
        >>> FacialChange("mouth", "closed").is_made(AVERAGE_FACE, None)
        True
        """
        if self.amount <= 0:
            return False
        if self.part == "expression" and expressions is not None:
            return _has_expression(landmarks, self, expressions)
        moved = FacialChange(self.part, self.state).applied_to(landmarks, expressions)
        return largest_move(landmarks, moved) < _MAX_REMAINDER * interocular(landmarks)


def apply_changes(
    landmarks: Landmarks, changes: Iterable[FacialChange], expressions: ExpressionModel | None
) -> tuple[Landmarks, list[FacialChange]]:
    """Return landmarks after some changes, one after another, and the changes left out.

    A change is left out where the face has its state already.

    Args:
        landmarks: ``(70, 2)`` float32 in pixels.
        changes: In their order.
        expressions: As for :meth:`FacialChange.applied_to`.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> closed = FacialChange("mouth", "closed")
    >>> apply_changes(AVERAGE_FACE, [closed], None)[1] == [closed]
    True
    """
    made = []
    for change in changes:
        if change.is_made(landmarks, expressions):
            made.append(change)
        else:
            landmarks = change.applied_to(landmarks, expressions)
    return landmarks, made


#: Part and state -> function that brings landmarks all the way to the state.
_WAYS: dict[tuple[str, str], Callable[[Landmarks], NDArray[np.floating]]] = {
    ("eyes", "shut"): lambda landmarks: Expression(blink=1.0).applied_to(landmarks),
    ("eyes", "wide"): widen_eyes,
    ("mouth", "open"): open_mouth,
    ("mouth", "closed"): lambda landmarks: close_lips(landmarks, 0.0),
}


def _towards(
    landmarks: Landmarks, state: str, amount: float, expressions: ExpressionModel
) -> Landmarks:
    """Return landmarks moved to an expression by an amount.

    Up to 1, they move straight there. Beyond, and below 0, they move along the way from neutral to
    the expression, so that the expression before isn't turned into its opposite.
    """
    whole = expressions(landmarks, state)
    start = landmarks if state == NEUTRAL else expressions(landmarks, NEUTRAL)
    straight = min(max(amount, 0.0), 1.0)
    moved = landmarks + straight * (whole - landmarks) + (amount - straight) * (whole - start)
    # A strength of 0 only uncrosses lids and lips.
    return expressions(moved.astype(np.float32), NEUTRAL, 0.0)


def _has_expression(
    landmarks: Landmarks, change: FacialChange, expressions: ExpressionModel
) -> bool:
    """Return whether a face has an expression, as far as its landmarks show it."""
    neutral = expressions(landmarks, NEUTRAL)
    own = landmarks - neutral
    if change.state == NEUTRAL:
        return largest_move(landmarks, neutral) < _MAX_FROM_NEUTRAL * interocular(landmarks)
    way = (expressions(landmarks, change.state) - neutral).ravel()
    along, length = float(own.ravel() @ way), float(np.linalg.norm(way))
    far = along >= _MIN_SHARE * max(1.0, change.amount) * length**2
    return far and along >= _MIN_COSINE * length * float(np.linalg.norm(own))


def largest_move(landmarks: Landmarks, wanted: Landmarks) -> float:
    """Return the largest distance from a landmark to its wanted place, in pixels."""
    return float(np.linalg.norm(wanted - landmarks, axis=1).max())
