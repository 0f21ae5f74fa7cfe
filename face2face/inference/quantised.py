"""Check a graph in OpenVINO's format, which holds a model in 8-bit integers."""

from __future__ import annotations

from io import BytesIO
from math import prod
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from face2face.errors import ModelError
from face2face.inference.graph_file import MAX_NODES, UINT8, check_size, damaged
from face2face.inference.limits import (
    CONSTANT_COST,
    ELEMENT_BYTES,
    ELEMENT_COST,
    Shape,
    Step,
    check_demands,
    check_inputs,
)

#: Largest description of a graph, in bytes. That of the shipped model has 164,465.
_MAX_XML_BYTES = 8 << 20
#: Largest number of XML elements. The shipped model's has 5,861.
_MAX_ELEMENTS = 30 * MAX_NODES
#: Elements computed from constants, for each byte of weights: they are converted and scaled.
_FOLDED_PER_BYTE = 16
#: Kinds of layers that NNCF makes of a generator's operations. None reads a file or holds a graph.
LAYERS = frozenset(
    (
        *("Parameter", "Const", "Result", "Convert", "FakeQuantize"),
        *("Concat", "Pad", "Reshape", "Squeeze", "StridedSlice", "Transpose", "Unsqueeze"),
        *("AvgPool", "BatchToSpace", "Interpolate", "ReduceMean", "SpaceToBatch"),
        *("Add", "Clamp", "Divide", "Maximum", "Minimum", "Multiply", "Negative", "Power"),
        *("PReLU", "ReLU", "Round", "SoftMax", "SquaredDifference", "Subtract", "Tanh"),
        *("Convolution", "ConvolutionBackpropData", "GroupConvolution", "MatMul"),
    )
)
#: Of these, the convolutions and matrix products.
_PRODUCTS = frozenset(("Convolution", "ConvolutionBackpropData", "GroupConvolution", "MatMul"))
#: Kind of layer -> its inputs that are sizes, axes or margins. These must be constants of the file:
#: no size is computed.
_SIZES = {
    "BatchToSpace": (1, 2, 3),
    "ConvolutionBackpropData": (2,),
    "Interpolate": (1, 2, 3),
    "Pad": (1, 2),
    "ReduceMean": (1,),
    "Reshape": (1,),
    "SpaceToBatch": (1, 2, 3),
    "Squeeze": (1,),
    "StridedSlice": (1, 2, 3),
    "Transpose": (1,),
    "Unsqueeze": (1,),
}


def check_quantised(core: Any, path: Path, inputs: dict[str, Shape]) -> Any:
    """Return a graph in OpenVINO's format, read but not compiled.

    Args:
        core: OpenVINO's core.
        path: The description, ``.xml``; its weights lie next to it, as ``.bin``.
        inputs: Name -> shape of each input, uint8.

    Raises:
        ModelError: A file is damaged or too large, or the graph takes other inputs, holds other
            layers than :data:`LAYERS`, or needs too much memory or time.
        RuntimeError: OpenVINO can't read it.
    """
    check_size(path, _MAX_XML_BYTES)
    check_size(path.with_suffix(".bin"))
    try:
        _check_layers(path)
        model = core.read_model(path)
        steps, work = _demands(model, path.with_suffix(".bin").stat().st_size)
        received = {
            each.any_name.removesuffix(":0"): (
                UINT8 if each.element_type.to_dtype() == np.uint8 else 0,
                tuple(each.shape),
            )
            for each in model.inputs
        }
    except (OSError, ValueError, KeyError, TypeError, ElementTree.ParseError) as error:
        raise damaged(path) from error
    check_inputs(path, received, inputs)
    check_demands(path, steps, work)
    return model


def _check_layers(path: Path) -> None:
    """Check the layers of a description before OpenVINO reads it.

    Raises:
        ModelError: There are too many, or one is not in :data:`LAYERS`.
        ValueError: The description is malformed, or a size is computed.
    """
    text = path.read_bytes()
    if b"<!" in text:
        raise ValueError("The description declares entities.")
    kinds: dict[str, str] = {}
    edges: list[dict[str, str]] = []
    for count, (_, element) in enumerate(ElementTree.iterparse(BytesIO(text), ["start"])):
        if count >= _MAX_ELEMENTS:
            raise ValueError("The description has too many elements.")
        if element.tag == "layer":
            kinds[element.attrib["id"]] = element.attrib["type"]
        elif element.tag == "edge":
            edges.append(element.attrib)
    for kind in kinds.values():
        if kind not in LAYERS:
            raise ModelError(
                f"{path} holds the layer {kind[:80]!r}, which no generator needs.",
                hint="Name another model.",
            )
    if len(kinds) > MAX_NODES:
        raise ModelError(f"{path} has more than {MAX_NODES:,} layers.", hint="Name another model.")
    for edge in edges:
        kind, source = kinds[edge["to-layer"]], kinds[edge["from-layer"]]
        if int(edge["to-port"]) in _SIZES.get(kind, ()) and source != "Const":
            raise ValueError("A size is computed.")


def _demands(model: Any, weight_bytes: int) -> tuple[list[Step], int]:
    """Return a model's steps, each after its sources, and its multiplications."""
    steps: list[Step] = []
    constants: set[str] = set()
    work = folded = 0
    for operation in model.get_ordered_ops():
        name = operation.get_friendly_name()
        ports = operation.inputs()
        sources = [port.get_source_output().get_node().get_friendly_name() for port in ports]
        read = sum(prod(port.get_shape()) for port in ports)
        written = sum(prod(port.get_shape()) for port in operation.outputs())
        if operation.get_type_name() == "Constant":
            constants.add(name)
            written = 0
        elif sources and constants.issuperset(sources):
            constants.add(name)
            folded += read + written
        work += (read + written) * ELEMENT_COST + _products(operation, written)
        is_product = operation.get_type_name() in _PRODUCTS
        steps.append(Step(name, frozenset(sources), written * ELEMENT_BYTES, is_product))
    # Weights are converted and scaled; more than that is no generator's.
    excess = max(0, folded - _FOLDED_PER_BYTE * weight_bytes)
    return steps, work + excess * CONSTANT_COST


def _products(operation: Any, written: int) -> int:
    """Return the number of multiplications in sums over a window or a row."""
    kind = operation.get_type_name()
    if kind == "AvgPool":
        return written * int(prod(operation.get_attributes()["kernel"]))
    if kind not in _PRODUCTS:
        return 0
    first, kernel = (prod(port.get_shape()) for port in operation.inputs()[:2])
    shape = operation.inputs()[1].get_shape()
    if kind == "Convolution":
        return written * kernel // max(1, shape[0])
    if kind == "GroupConvolution":
        return written * kernel // max(1, shape[0] * shape[1])
    if kind == "ConvolutionBackpropData":
        return first * kernel // max(1, shape[0])
    return first * max(shape)
