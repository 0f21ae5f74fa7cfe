"""Tensors without their elements: shapes, and the few integers that shapes are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.inference.graph_file import MAX_VALUES, SHAPE_TYPES, Node

Integers = NDArray[np.int64]

#: Largest integer that is followed: the product of two stays within 64 bits.
_MAX_INTEGER = 2**31 - 1


@dataclass(frozen=True)
class Tensor:
    """The shape of a tensor, and perhaps its integers.

    Attributes:
        shape: Its shape.
        value: Its integers; None where they depend on the picture, or are too many for a shape.
    """

    shape: tuple[int, ...]
    value: Integers | None = None

    @classmethod
    def of(cls, value: Integers) -> Tensor:
        """Return the tensor of some integers."""
        fits = value.size <= MAX_VALUES and np.abs(value).max(initial=0) <= _MAX_INTEGER
        return cls(value.shape, value if fits else None)

    @property
    def size(self) -> int:
        """Number of elements."""
        return prod(self.shape)

    def integers(self) -> list[int]:
        """Return the integers as one list; raise ValueError where they are not known."""
        if self.value is None:
            raise ValueError("A size depends on the picture.")
        return [int(each) for each in self.value.ravel()]


#: Function of a node and its inputs that returns its outputs. It raises ValueError, IndexError or
#: TypeError where they don't fit.
Rule = Callable[[Node, Sequence[Tensor]], list[Tensor]]
#: Function that arranges the elements of an array, given the node and its other inputs.
Arrangement = Callable[[Node, Integers, Sequence[Tensor]], Integers]


def blank(shape: Sequence[int]) -> Integers:
    """Return an array of a shape that takes no memory."""
    return np.broadcast_to(np.int64(0), tuple(shape))


def elementwise(function: Callable[..., Integers] | None = None) -> Rule:
    """Return the rule of an operation on each element.

    Args:
        function: The operation on integers; None where no shape is made of its result.
    """

    def rule(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
        shape = np.broadcast_shapes(*(each.shape for each in inputs))
        values = [each.value for each in inputs if each.value is not None]
        if function is None or len(values) < len(inputs) or prod(shape) > MAX_VALUES:
            return [Tensor(shape)]
        return [Tensor.of(np.asarray(function(*values), np.int64))]

    return rule


def arranging(function: Arrangement) -> Rule:
    """Return the rule of an operation that only arranges the elements of its first input."""

    def rule(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
        first, *others = inputs
        if first.value is None:
            return [Tensor(function(node, blank(first.shape), others).shape)]
        return [Tensor.of(function(node, first.value, others))]

    return rule


def floor_divide(dividend: Integers, divisor: Integers) -> Integers:
    """Return a quotient; raise ValueError for a division by 0."""
    if not divisor.all():
        raise ValueError("A size is divided by 0.")
    return np.asarray(dividend // divisor)


def cast(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``Cast``: only int32 and int64 keep their values."""
    (tensor,) = inputs
    return [tensor if node.integer("DstT") in SHAPE_TYPES else Tensor(tensor.shape)]


def shape_of(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``Shape``."""
    return [Tensor.of(np.array(inputs[0].shape, np.int64))]


def reshape(node: Node, array: Integers, others: Sequence[Tensor]) -> Integers:
    """Arrangement of ``Reshape``."""
    target = others[0].integers()
    if target.count(-1) == 1:
        rest = -prod(target)
        target[target.index(-1)] = array.size // rest if rest else 0
    if prod(target) != array.size or min(target, default=0) < 0:
        raise ValueError(f"{array.shape} does not fill {target}.")
    # Only a small array is reshaped: NumPy may copy a large one.
    return array.reshape(target) if array.size <= MAX_VALUES else blank(target)


def squeeze(node: Node, array: Integers, others: Sequence[Tensor]) -> Integers:
    """Arrangement of ``Squeeze``."""
    return np.squeeze(array, tuple(node.integers("squeeze_dims")) or None)


def expand_dims(node: Node, array: Integers, others: Sequence[Tensor]) -> Integers:
    """Arrangement of ``ExpandDims``."""
    (axis,) = others[0].integers()
    return np.expand_dims(array, axis)


def transpose(node: Node, array: Integers, others: Sequence[Tensor]) -> Integers:
    """Arrangement of ``Transpose``."""
    return array.transpose(others[0].integers())


def strided_slice(node: Node, array: Integers, others: Sequence[Tensor]) -> Integers:
    """Arrangement of ``StridedSlice``."""
    begin, end, ellipsis, new, shrink = (
        node.integer(f"{name}_mask")
        for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    )
    index: list[Any] = []
    for number, (first, last, step) in enumerate(
        zip(*(each.integers() for each in others), strict=True)
    ):
        bit = 1 << number
        if ellipsis & bit:
            index.append(...)
        elif new & bit:
            index.append(None)
        elif shrink & bit:
            index.append(first)
        else:
            index.append(slice(None if begin & bit else first, None if end & bit else last, step))
    return np.asarray(array[tuple(index)])


def concat(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``ConcatV2``."""
    *parts, along = inputs
    (axis,) = along.integers()
    return _joined(parts, axis)


def pack(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``Pack``."""
    axis = node.integer("axis")
    raised = arranging(lambda node, array, others: np.expand_dims(array, axis))
    return _joined([raised(node, [each])[0] for each in inputs], axis)


def _joined(parts: Sequence[Tensor], axis: int) -> list[Tensor]:
    """Return parts put together along an axis."""
    shape = list(parts[0].shape)
    length = sum(each.shape[axis] for each in parts)
    for each in parts:
        other = list(each.shape)
        other[axis] = shape[axis]
        if other != shape:
            raise ValueError(f"{each.shape} does not continue {parts[0].shape}.")
    shape[axis] = length
    values = [each.value for each in parts if each.value is not None]
    if len(values) < len(parts) or prod(shape) > MAX_VALUES:
        return [Tensor(tuple(shape))]
    return [Tensor.of(np.concatenate(values, axis))]
