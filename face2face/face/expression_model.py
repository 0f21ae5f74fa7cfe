"""Expressions of any person: the landmarks' way to them, learnt over people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from face2face.errors import DataError, ModelError
from face2face.face.expression import AVERAGE_FACE
from face2face.face.head_pose import HeadPose
from face2face.image import LANDMARK_COUNT, Landmarks
from face2face.landmarks import FACING, gaze, with_gaze

#: The expression from which all others are reached.
NEUTRAL = "neutral"
#: Expressions that a model may know.
EXPRESSIONS = (NEUTRAL, "smile", "sad", "angry", "surprised")
#: Number of principal components that describe a face's shape.
_COMPONENTS = 8
#: Least standard deviation along a component, in interocular distances: less is noise.
_MIN_DEVIATION = 0.01
#: Weight of the ridge, in examples of unit variance: few people must not teach details.
_RIDGE = 10.0
#: Length of a way to neutral that is noise: the root mean square over the landmarks, in interocular
#: distances. Ways are shrunk by it, so that a neutral face stays as it is.
_NOISE = 0.01
#: Decimals of the numbers in a card: a thousandth of an interocular distance and less.
_DECIMALS = 4


class MeasuredFace(NamedTuple):
    """The landmarks of one picture by two back ends, ``(70, 2)`` each in pixels.

    Attributes:
        landmarks: Those of the back end that the model will be used with.
        measured: Those of the back end that shows how far the face has moved.
    """

    landmarks: Landmarks
    measured: Landmarks


@dataclass(frozen=True, eq=False)
class ExpressionModel:
    """Moves the landmarks of a face to an expression.

    First the face's own neutral shape is predicted from its shape, whatever its expression. Short
    ways are shrunk as James and Stein do (*Estimation with quadratic loss*, 1961). Then the way
    from there to the expression is predicted. Both are ridge regressions on the principal
    components of shapes in head coordinates, see :class:`face2face.face.head_pose.HeadPose`.

    Attributes:
        mean: ``(140,)``, the mean shape.
        basis: ``(k, 140)``, the components, scaled so that the coordinates of shapes have unit
            variance.
        ways: Expression -> ``(k + 1, 140)``, the regression of the displacement on the coordinates
            and 1. That of :data:`NEUTRAL` starts at any shape, the others start at a neutral one.
    """

    mean: NDArray[np.float64]
    basis: NDArray[np.float64]
    ways: dict[str, NDArray[np.float64]]

    @classmethod
    def fit(cls, people: Sequence[Mapping[str, Sequence[MeasuredFace]]]) -> ExpressionModel:
        """Return the model of some people's pictures.

        Args:
            people: For each person, expression -> the faces of pictures. Names that aren't in
                :data:`EXPRESSIONS` only teach the way to neutral. People without a neutral picture
                are left out.

        Raises:
            DataError: Nobody has a neutral picture and another one.
        """
        starts, moves = _examples(people)
        if not starts:
            raise DataError(
                "Nobody has a neutral picture and another one.", hint="Name other pictures."
            )
        shapes = starts[NEUTRAL]
        mean = shapes.mean(0)
        _, deviations, axes = np.linalg.svd(shapes - mean, full_matrices=False)
        deviations = deviations[:_COMPONENTS] / np.sqrt(len(shapes))
        count = int((deviations > _MIN_DEVIATION).sum())
        basis = axes[:count] / deviations[:count, None]
        ways = {
            name: _regression((starts[name] - mean) @ basis.T, moves[name], name != NEUTRAL)
            for name in starts
        }
        return cls(mean, basis, ways)

    def __call__(self, landmarks: Landmarks, expression: str, strength: float = 1.0) -> Landmarks:
        """Return the landmarks of a face moved to an expression; head and gaze stay.

        Args:
            landmarks: ``(70, 2)`` in pixels.
            expression: A name in :attr:`ways`.
            strength: 0 leaves the face as it is, 1 is the expression, more exaggerates it, less
                than 0 does the opposite.

        Returns:
            ``(70, 2)`` float32, in the same pixels.
        """
        pose = HeadPose.of(landmarks, AVERAGE_FACE)
        shape = pose.shape.ravel()
        wanted = shape + _shrunk(self._way(shape, NEUTRAL))
        if expression != NEUTRAL:
            wanted = wanted + self._way(wanted, expression)
        moved = (shape + strength * (wanted - shape)).reshape(-1, 2)
        return with_gaze(HeadPose(pose.vector, unfolded(moved)).landmarks(), gaze(landmarks))

    def _way(self, shape: NDArray[np.float64], expression: str) -> NDArray[np.float64]:
        """Return the displacement to an expression, ``(140,)``."""
        coordinates = np.append((shape - self.mean) @ self.basis.T, 1.0)
        return coordinates @ self.ways[expression]

    def to_json(self) -> dict[str, Any]:
        """Return the model as values for a card."""
        return {
            "mean": np.round(self.mean, _DECIMALS).tolist(),
            "basis": np.round(self.basis, _DECIMALS).tolist(),
            "ways": {name: np.round(way, _DECIMALS).tolist() for name, way in self.ways.items()},
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> ExpressionModel:
        """Return the model that :meth:`to_json` wrote.

        Raises:
            ModelError: The fields are missing or of another shape, or the numbers aren't finite.
        """
        try:
            mean, basis = (np.array(fields[name], np.float64) for name in ("mean", "basis"))
            ways = {str(name): np.array(way, np.float64) for name, way in fields["ways"].items()}
            numbers = 2 * LANDMARK_COUNT
            # Without components the array has no second axis.
            basis = basis.reshape(-1, numbers) if basis.size == 0 else basis
            fits = mean.shape == (numbers,) and basis.shape == (len(basis), numbers)
            fits &= NEUTRAL in ways and set(ways) <= set(EXPRESSIONS)
            fits &= all(way.shape == (len(basis) + 1, numbers) for way in ways.values())
            fits &= all(np.isfinite(each).all() for each in (mean, basis, *ways.values()))
        except (AttributeError, KeyError, TypeError, ValueError):
            fits = False
        if not fits:
            raise ModelError(
                "The card's expressions aren't those of face2face.",
                hint="Restore the card, or export the model again.",
            )
        return cls(mean, basis, ways)


def unfolded(shape: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a shape in head coordinates whose upper lids and lips lie above the lower ones.

    >>> shape = AVERAGE_FACE.astype(np.float64)
    >>> shape[62, 1] = shape[66, 1] + 0.2  # the upper lip lies below the lower one
    >>> bool(np.isclose(*unfolded(shape)[[62, 66], 1]))
    True
    """
    upper, lower = FACING.T
    overlap = np.maximum(shape[upper, 1] - shape[lower, 1], 0) / 2
    result = shape.copy()
    result[upper, 1] -= overlap
    result[lower, 1] += overlap
    return result


def _shrunk(way: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a way, ``(140,)``, without the share that is noise; nothing of a short one."""
    squared = max(float(way @ way) / LANDMARK_COUNT, 1e-12)
    return way * max(0.0, 1 - _NOISE**2 / squared)


def _examples(
    people: Sequence[Mapping[str, Sequence[MeasuredFace]]],
) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]:
    """Return expression -> shapes at the start of the way to it, and ways, ``(n, 140)`` each."""
    starts: dict[str, list[NDArray[np.float64]]] = {}
    moves: dict[str, list[NDArray[np.float64]]] = {}

    def add(expression: str, start: NDArray[np.float64], move: NDArray[np.float64]) -> None:
        starts.setdefault(expression, []).append(start)
        moves.setdefault(expression, []).append(move)

    for person in people:
        # (2, 140) for each face: the shape of the landmarks, and that of the measured ones.
        shapes = {name: [_shapes(each) for each in faces] for name, faces in person.items()}
        if not shapes.get(NEUTRAL) or sum(map(len, shapes.values())) < 2:
            continue
        neutral = np.mean(shapes[NEUTRAL], 0)
        for name, found in shapes.items():
            for shape in found:
                way = shape[1] - neutral[1]
                add(NEUTRAL, shape[0], -way)
                if name in EXPRESSIONS and name != NEUTRAL:
                    add(name, neutral[0], way)
    stacked = ({name: np.stack(each) for name, each in some.items()} for some in (starts, moves))
    return next(stacked), next(stacked)


def _shapes(face: MeasuredFace) -> NDArray[np.float64]:
    return np.stack([HeadPose.of(each, AVERAGE_FACE).shape.ravel() for each in face])


def _regression(
    coordinates: NDArray[np.float64], displacements: NDArray[np.float64], clear_ones: bool
) -> NDArray[np.float64]:
    """Return the ridge regression of displacements, ``(n, 140)``, on coordinates, ``(n, k)``.

    Args:
        coordinates: Of the shapes at the start.
        displacements: From there to the end.
        clear_ones: Whether examples weigh by their squared length: few people show an expression
            clearly when asked, and the others would halve it.

    Returns:
        ``(k + 1, 140)``; the last row is the constant, on which there is no ridge.
    """
    squared = (displacements**2).sum(1, keepdims=True)
    weights = squared / squared.mean() if clear_ones and squared.any() else np.ones_like(squared)
    centre, mean = ((weights * each).mean(0) for each in (coordinates, displacements))
    spread = coordinates - centre
    system = spread.T @ (weights * spread) + _RIDGE * np.eye(spread.shape[1])
    slopes = np.linalg.solve(system, spread.T @ (weights * (displacements - mean)))
    return np.vstack([slopes, mean - centre @ slopes])
