"""The operations that a graph from a file may hold.

TensorFlow itself has operations that read and write files; a graph from a stranger must not.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.errors import ModelError

if TYPE_CHECKING:
    from tensorflow.compat.v1 import GraphDef

#: Allowed operations: none reads or writes a file, calls a function or runs code.
OPERATIONS = frozenset(
    chain(
        # A pix2pix generator with the crop, scaling and conversion of its pictures, as TensorFlow
        # 1 and 2 write them: trained by affinelayer/pix2pix-tensorflow, frozen by
        # datitran/face2face-demo.
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
        # Also used by the generators of face2face.
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
    """Check that a graph, and the functions in its library, hold allowed operations only.


    Args:
        definition: The parsed graph, before TensorFlow imports it.
        path: The graph's file, for the message.

    Raises:
        ModelError: It holds an operation that is not in :data:`OPERATIONS`.
    """
    for operation in _operations(definition):
        if operation not in OPERATIONS:
            # In Python's notation: a name from a file can hold line breaks and terminal codes.
            raise ModelError(
                f"{path} holds the operation {operation!r}, which no pix2pix generator needs.",
                hint="Name another model.",
            )


def _operations(definition: GraphDef) -> Iterator[str]:
    """Yield the operation of every node of a graph and of the functions in its library."""
    functions = (function.node_def for function in definition.library.function)
    return (node.op for node in chain(definition.node, *functions))
