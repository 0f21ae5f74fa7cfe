"""Shapes of the operations on pictures: convolution, pooling, resizing, padding."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from face2face.inference.graph_file import Node
from face2face.inference.tensors import Tensor


def convolution(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``Conv2D``."""
    picture, kernel = inputs
    rows, columns, channels, count = kernel.shape
    if not channels or picture.shape[3] % channels:
        raise ValueError(f"{kernel.shape} has not the channels of {picture.shape}.")
    return [Tensor((*_slid(node, picture, (rows, columns)), count))]


def depthwise(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``DepthwiseConv2dNative``."""
    picture, kernel = inputs
    rows, columns, channels, count = kernel.shape
    if picture.shape[3] != channels:
        raise ValueError(f"{kernel.shape} has not the channels of {picture.shape}.")
    return [Tensor((*_slid(node, picture, (rows, columns)), channels * count))]


def transposed(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``Conv2DBackpropInput``: a transposed convolution to a given shape."""
    target, kernel, picture = inputs
    result = Tensor(tuple(target.integers()))
    rows, columns, channels, count = kernel.shape
    expected = (*_slid(node, result, (rows, columns)), count)
    if result.shape[3] != channels or picture.shape != expected:
        raise ValueError(f"{picture.shape} does not fill {result.shape}.")
    return [result]


def pool(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``AvgPool``."""
    (picture,) = inputs
    _, rows, columns, _ = node.integers("ksize")
    return [Tensor((*_slid(node, picture, (rows, columns)), picture.shape[3]))]


def _slid(node: Node, picture: Tensor, window: tuple[int, int]) -> tuple[int, int, int]:
    """Return batch, height and width of the places of a window on pictures."""
    if node.text("data_format") not in (b"", b"NHWC"):
        raise ValueError("The channels are not last.")
    batch, *sides, _ = picture.shape
    padding = node.text("padding")
    strides = node.integers("strides")
    dilations = node.integers("dilations") or [1, 1, 1, 1]
    places = []
    for axis in (1, 2):
        side, stride, dilation = sides[axis - 1], strides[axis], dilations[axis]
        if min(stride, dilation, window[axis - 1]) < 1:
            raise ValueError("A window has no size, or does not move.")
        reach = (window[axis - 1] - 1) * dilation
        if padding == b"EXPLICIT":
            side += sum(node.integers("explicit_paddings")[2 * axis : 2 * axis + 2])
        elif padding == b"SAME":
            side += reach
        elif padding != b"VALID":
            raise ValueError("The padding has no such name.")
        # SAME gives ceil(side / stride): the same, since reach is added before.
        places.append(max(0, -((reach - side) // stride)))
    return batch, places[0], places[1]


def batch_norm(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``FusedBatchNorm`` and its versions: the pictures, and statistics of channels."""
    picture, scale = inputs[:2]
    if node.text("data_format") not in (b"", b"NHWC"):
        raise ValueError("The channels are not last.")
    return [picture, *[Tensor(scale.shape)] * 5]


def resize(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of the resizing operations."""
    picture, size = inputs
    batch, _, _, channels = picture.shape
    rows, columns = size.integers()
    return [Tensor((batch, rows, columns, channels))]


def pad(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``Pad`` and ``MirrorPad``."""
    picture, margins = inputs
    around = margins.integers()
    if len(around) != 2 * len(picture.shape) or min(around, default=0) < 0:
        raise ValueError(f"{around} are no margins of {picture.shape}.")
    sides = zip(picture.shape, around[::2], around[1::2], strict=True)
    return [Tensor(tuple(map(sum, sides)))]


def space_to_batch(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``SpaceToBatchND``."""
    picture, block, margins = inputs
    steps, around = block.integers(), margins.integers()
    batch, *rest = picture.shape
    if min(steps, default=1) < 1 or min(around, default=0) < 0:
        raise ValueError("A block or a margin is too small.")
    sides = [
        (side + low + high) // step
        for side, low, high, step in zip(rest, around[::2], around[1::2], steps, strict=False)
    ]
    return [Tensor((batch * prod(steps), *sides, *rest[len(steps) :]))]


def batch_to_space(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``BatchToSpaceND``."""
    picture, block, crops = inputs
    steps, around = block.integers(), crops.integers()
    batch, *rest = picture.shape
    if min(steps, default=1) < 1 or batch % prod(steps):
        raise ValueError("A batch is not made of whole blocks.")
    sides = [
        side * step - low - high
        for side, low, high, step in zip(rest, around[::2], around[1::2], steps, strict=False)
    ]
    return [Tensor((batch // prod(steps), *sides, *rest[len(steps) :]))]


def reduce(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``Mean`` and ``Sum``."""
    values, along = inputs
    axes = {range(len(values.shape))[axis] for axis in along.integers()}
    keeps = node.integer("keep_dims")
    sizes = enumerate(values.shape)
    return [Tensor(tuple(1 if n in axes else size for n, size in sizes if keeps or n not in axes))]


def matmul(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``MatMul``."""
    (rows, inner), (other, columns) = (
        each.shape[::-1] if node.integer(f"transpose_{name}") else each.shape
        for name, each in zip("ab", inputs, strict=True)
    )
    if inner != other:
        raise ValueError(f"{inner} columns do not meet {other} rows.")
    return [Tensor((rows, columns))]


def random(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``RandomUniform``."""
    return [Tensor(tuple(inputs[0].integers()))]


def bias_add(node: Node, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Rule of ``BiasAdd``."""
    values, bias = inputs
    if node.text("data_format") not in (b"", b"NHWC") or bias.shape != values.shape[-1:]:
        raise ValueError(f"{bias.shape} is no bias of {values.shape}.")
    return [Tensor(values.shape)]


def multiplications(node: Node, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    """Return the number of multiplications in sums over a window or a row, or 0."""
    if node.op in ("Conv2D", "DepthwiseConv2dNative"):
        rows, columns, channels, _ = inputs[1].shape
        return outputs[0].size * rows * columns * (channels if node.op == "Conv2D" else 1)
    if node.op == "Conv2DBackpropInput":
        rows, columns, channels, _ = inputs[1].shape
        return inputs[2].size * rows * columns * channels
    if node.op == "AvgPool":
        return outputs[0].size * prod(node.integers("ksize"))
    if node.op == "MatMul":
        return inputs[0].size * outputs[0].shape[1]
    return 0
