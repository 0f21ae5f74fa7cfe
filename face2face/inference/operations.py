"""Operations that TensorFlow may run for a graph from a file: TensorFlow itself also has some that read and write files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.errors import ModelError

if TYPE_CHECKING:
    from tensorflow.compat.v1 import GraphDef

#: All that a graph may hold. None of these reads or writes a file, calls a function or runs code.
OPERATIONS = frozenset(
    chain(
        # A pix2pix generator, and the cut, the scaling and the conversion of its pictures, as TensorFlow 1 and 2 write them.
        # affinelayer/pix2pix-tensorflow trains it, datitran/face2face-demo freezes it.
        ("Const", "Identity", "NoOp", "Placeholder", "StopGradient"),
        (
            "Cast",
            "ConcatV2",
            "ExpandDims",
            "Pack",
            "Pad",
            "Reshape",
            "Shape",
            "Squeeze",
            "StridedSlice",
        ),
        (
            "Abs",
            "Add",
            "AddV2",
            "Floor",
            "FloorDiv",
            "GreaterEqual",
            "Mul",
            "RealDiv",
            "Reciprocal",
            "Rsqrt",
            "SelectV2",
            "Square",
            "Sub",
        ),
        ("ClipByValue", "Maximum", "Mean", "Minimum", "SquaredDifference", "Sum"),
        (
            "BiasAdd",
            "Conv2D",
            "Conv2DBackpropInput",
            "DepthwiseConv2dNative",
            "LeakyRelu",
            "Relu",
            "Tanh",
        ),
        (
            "FusedBatchNorm",
            "FusedBatchNormV2",
            "FusedBatchNormV3",
            "RandomUniform",
            "ResizeArea",
            "ResizeNearestNeighbor",
        ),
        # The generators of this program need these besides.
        (
            "AvgPool",
            "BatchToSpaceND",
            "MirrorPad",
            "Neg",
            "ResizeBilinear",
            "Round",
            "SpaceToBatchND",
            "Transpose",
        ),
    )
)


def check_operations(definition: GraphDef, path: Path) -> None:
    """Refuse a graph that holds an operation not in :data:`OPERATIONS`, in the graph itself or in a function of its library.

    Args:
        definition: The graph as parsed, before TensorFlow imports it.
        path: Its file, for the message.

    Raises:
        ModelError: It holds one; the message names it.
    """
    for operation in _operations(definition):
        if operation not in OPERATIONS:
            # As Python writes it: a name from a file can hold line breaks and terminal codes.
            raise ModelError(
                f"{path} holds the operation {operation!r}, which no pix2pix generator needs",
                do="name another model",
            )


def _operations(definition: GraphDef) -> Iterator[str]:
    """Yield the operation of every node, also of those in functions; the library holds all functions side by side."""
    functions = (function.node_def for function in definition.library.function)
    return (node.op for node in chain(definition.node, *functions))
