"""The operations that a graph may hold: those of a generator, each with the shape of its result.

None reads or writes a file, calls a function or runs code.
"""

from __future__ import annotations

import numpy as np

from face2face.inference import pictures, tensors
from face2face.inference.graph_file import Node
from face2face.inference.tensors import Rule, Tensor, arranging, elementwise


def _constant(node: Node, inputs: object) -> list[Tensor]:
    constant = node.constant()
    return [Tensor(constant.shape, constant.value)]


def _placeholder(node: Node, inputs: object) -> list[Tensor]:
    return [Tensor(node.shape("shape"))]


#: Name of each allowed operation -> the rule that gives its outputs. They are those of a pix2pix
#: generator with the crop, scaling and conversion of its pictures, as TensorFlow 1 and 2 write
#: them (affinelayer/pix2pix-tensorflow, frozen by datitran/face2face-demo), and of our generators.
OPERATIONS: dict[str, Rule] = {
    "Const": _constant,
    "NoOp": lambda node, inputs: [],
    "Placeholder": _placeholder,
    # Shapes, and what they are made of.
    "Cast": tensors.cast,
    "ConcatV2": tensors.concat,
    "ExpandDims": arranging(tensors.expand_dims),
    "Pack": tensors.pack,
    "Reshape": arranging(tensors.reshape),
    "Shape": tensors.shape_of,
    "Squeeze": arranging(tensors.squeeze),
    "StridedSlice": arranging(tensors.strided_slice),
    "Transpose": arranging(tensors.transpose),
    # Each element by itself.
    "Abs": elementwise(np.abs),
    "Add": elementwise(np.add),
    "AddV2": elementwise(np.add),
    "ClipByValue": elementwise(),
    "Floor": elementwise(),
    "FloorDiv": elementwise(tensors.floor_divide),
    "GreaterEqual": elementwise(),
    "Identity": elementwise(np.asarray),
    "LeakyRelu": elementwise(),
    "Maximum": elementwise(np.maximum),
    "Minimum": elementwise(np.minimum),
    "Mul": elementwise(np.multiply),
    "Neg": elementwise(np.negative),
    "RealDiv": elementwise(),
    "Reciprocal": elementwise(),
    "Relu": elementwise(),
    "Relu6": elementwise(),
    "Round": elementwise(),
    "Rsqrt": elementwise(),
    "SelectV2": elementwise(),
    "Softmax": elementwise(),
    "Square": elementwise(),
    "SquaredDifference": elementwise(),
    "StopGradient": elementwise(np.asarray),
    "Sub": elementwise(np.subtract),
    "Tanh": elementwise(),
    # Pictures.
    "AvgPool": pictures.pool,
    "BatchToSpaceND": pictures.batch_to_space,
    "BiasAdd": pictures.bias_add,
    "Conv2D": pictures.convolution,
    "Conv2DBackpropInput": pictures.transposed,
    "DepthwiseConv2dNative": pictures.depthwise,
    "FusedBatchNorm": pictures.batch_norm,
    "FusedBatchNormV2": pictures.batch_norm,
    "FusedBatchNormV3": pictures.batch_norm,
    "MatMul": pictures.matmul,
    "Mean": pictures.reduce,
    "MirrorPad": pictures.pad,
    "Pad": pictures.pad,
    "RandomUniform": pictures.random,
    "ResizeArea": pictures.resize,
    "ResizeBilinear": pictures.resize,
    "ResizeNearestNeighbor": pictures.resize,
    "SpaceToBatchND": pictures.space_to_batch,
    "Sum": pictures.reduce,
}
