"""A set of hostile models, each in a folder of its own: ``python -m tests.inference.hostile DIR``.

Each has one fault, in a graph that otherwise returns its input. Most are made twice, with a card
for OpenVINO and without one for TensorFlow.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from face2face.card import ModelCard
from face2face.inference.names import GRAPH, LEGACY_INPUT, OUTPUT, QUANTISED

v1 = tf.compat.v1
FLOAT, INT32, STRING, UINT8 = (
    each.as_datatype_enum for each in (tf.float32, tf.int32, tf.string, tf.uint8)
)


class Graph:
    """A graph under construction. Its methods return the name of the node that they add."""

    def __init__(self, panel: str, shape: tuple[int, ...]) -> None:
        self.definition = v1.GraphDef()
        self.shape = shape
        self.panel = panel
        self.node("Placeholder", name=panel, dtype=UINT8, shape=shape)

    def node(
        self, op: str, *inputs: str, name: str = "", graph: Any = None, **attributes: Any
    ) -> str:
        nodes = self.definition.node if graph is None else graph.node_def
        node = nodes.add(name=name or f"n{len(nodes)}", op=op, input=inputs)
        for key, value in attributes.items():
            attribute = node.attr[key]
            if key in ("dtype", "T", "DstT", "SrcT", "Tshape", "Tpaddings", "Tidx", "N_T"):
                attribute.type = value
            elif key == "shape":
                attribute.shape.CopyFrom(tf.TensorShape(value).as_proto())
            elif key == "value":
                attribute.tensor.CopyFrom(value)
            elif isinstance(value, list):
                attribute.list.i.extend(value)
            elif isinstance(value, bytes):
                attribute.s = value
            elif key == "f":
                attribute.func.name = value
            else:
                attribute.i = value
        return node.name

    def constant(self, values: Any, dtype: Any = np.int32) -> str:
        proto = tf.make_tensor_proto(np.asarray(values, dtype))
        return self.node("Const", dtype=proto.dtype, value=proto)

    def declared(self, *shape: int, dtype: int = FLOAT) -> str:
        """A constant of a shape, of which the file holds one element."""
        proto = tf.make_tensor_proto(np.float32(1))
        proto.dtype = dtype
        for size in shape:
            proto.tensor_shape.dim.add(size=size)
        return self.node("Const", dtype=dtype, value=proto)

    def floats(self) -> str:
        """The picture as float32, ``(1, h, w, 3)``."""
        cast = self.node("Cast", self.panel, SrcT=UINT8, DstT=FLOAT)
        return self.node(
            "Reshape",
            cast,
            self.constant([1, 256, self.shape[-2], 3]),
            T=FLOAT,
            Tshape=INT32,
        )

    def resized(self, picture: str, *size: int, op: str = "ResizeBilinear") -> str:
        return self.node(op, picture, self.constant(size), T=FLOAT)

    def finish(self, picture: str) -> bytes:
        """Return the graph whose output is a uint8 picture made of a float one."""
        if picture:
            small = self.resized(picture, 256, 256)
            cast = self.node("Cast", small, SrcT=FLOAT, DstT=UINT8)
            shape = self.constant([1, 256, 256, 3])
            self.node("Reshape", cast, shape, name=OUTPUT, T=UINT8, Tshape=INT32)
        return self.definition.SerializeToString()


def _function(graph: Graph, name: str, calls: str) -> None:
    """Add a function that calls another one."""
    function = graph.definition.library.function.add()
    function.signature.name = name
    function.signature.input_arg.add(name="x", type=FLOAT)
    function.signature.output_arg.add(name="y", type=FLOAT)
    graph.node(calls, "x", name="call", graph=function, T=FLOAT)
    function.ret["y"] = "call:output:0"


def nothing(graph: Graph) -> str:
    """The graph without a fault, to show that the others fail for theirs."""
    return graph.floats()


def call_itself(graph: Graph) -> str:
    _function(graph, "again", "again")
    return graph.node("again", graph.floats(), T=FLOAT)


def call_each_other(graph: Graph) -> str:
    _function(graph, "ping", "pong")
    _function(graph, "pong", "ping")
    return graph.node("ping", graph.floats(), T=FLOAT)


def function_named_as_an_operation(graph: Graph) -> str:
    _function(graph, "Identity", "Identity")
    return graph.node("Identity", graph.floats(), T=FLOAT)


def partitioned_call(graph: Graph) -> str:
    _function(graph, "again", "StatefulPartitionedCall")
    return graph.node("StatefulPartitionedCall", graph.floats(), f="again")


def loop(graph: Graph) -> str:
    graph.node("Identity", "second", name="first", T=FLOAT)
    return graph.node("Identity", "first", name="second", T=FLOAT)


def loop_of_one(graph: Graph) -> str:
    return graph.node("Identity", "own", name="own", T=FLOAT)


def control_loop(graph: Graph) -> str:
    graph.node("NoOp", "^b", name="a")
    graph.node("NoOp", "^a", name="b")
    return graph.node("Identity", graph.floats(), "^a", T=FLOAT)


def endless_frame(graph: Graph) -> str:
    start = graph.node("Enter", graph.floats(), T=FLOAT, frame_name=b"w")
    merged = graph.node("Merge", start, "next", T=FLOAT, N=2)
    return graph.node("NextIteration", merged, name="next", T=FLOAT)


def many_nodes(graph: Graph) -> str:
    name = graph.floats()
    for _ in range(100_000):
        name = graph.node("Neg", name, T=FLOAT)
    return name


def many_inputs(graph: Graph) -> str:
    part = graph.floats()
    return graph.node(
        "ConcatV2", *[part] * 100_000, graph.constant(1), T=FLOAT, Tidx=INT32, N=100_000
    )


def a_node_twice(graph: Graph) -> str:
    graph.node("Neg", graph.floats(), name="twice", T=FLOAT)
    return graph.node("Neg", graph.floats(), name="twice", T=FLOAT)


def missing_input(graph: Graph) -> str:
    return graph.node("Neg", "nowhere", T=FLOAT)


def missing_output(graph: Graph) -> str:
    return graph.node("Neg", f"{graph.floats()}:7", T=FLOAT)


def large_constant(graph: Graph) -> str:
    return graph.node("Mul", graph.floats(), graph.declared(1, 40_000, 40_000, 3), T=FLOAT)


def many_constants(graph: Graph) -> str:
    name = graph.floats()
    for _ in range(1000):
        graph.node("Neg", graph.declared(1, 1 << 20), T=FLOAT)
    return name


def negative_constant(graph: Graph) -> str:
    return graph.node("Mul", graph.floats(), graph.declared(-1, 3), T=FLOAT)


def overflowing_constant(graph: Graph) -> str:
    return graph.node("Mul", graph.floats(), graph.declared(*[1 << 62] * 5), T=FLOAT)


def constant_of_many_dimensions(graph: Graph) -> str:
    return graph.node("Mul", graph.floats(), graph.declared(*[1] * 300), T=FLOAT)


def text_constant(graph: Graph) -> str:
    return graph.node("Mul", graph.floats(), graph.declared(3, dtype=STRING), T=FLOAT)


def wide_pad(graph: Graph) -> str:
    margins = graph.constant([[0, 0], [0, 10**9], [0, 10**9], [0, 0]])
    return graph.node("Pad", graph.floats(), margins, T=FLOAT, Tpaddings=INT32)


def wide_block(graph: Graph) -> str:
    margins = graph.constant([[0, 2 * 10**9], [0, 2 * 10**9]])
    block = graph.constant([1, 1])
    return graph.node("SpaceToBatchND", graph.floats(), block, margins, T=FLOAT)


def large_picture(graph: Graph) -> str:
    return graph.resized(graph.floats(), 60_000, 60_000)


def large_picture_by_area(graph: Graph) -> str:
    return graph.resized(graph.floats(), 60_000, 60_000, op="ResizeArea")


def large_picture_of_constants(graph: Graph) -> str:
    large = graph.resized(graph.declared(1, 2, 2, 3), 60_000, 60_000)
    picture = graph.resized(graph.floats(), 256, 256)
    return graph.node("Add", picture, graph.resized(large, 256, 256), T=FLOAT)


def many_pictures_of_constants(graph: Graph) -> str:
    """Each is small enough, but a library computes them all while it loads."""
    total = graph.resized(graph.floats(), 256, 256)
    for _ in range(100):
        enlarged = graph.resized(graph.declared(1, 2, 2, 3), 3000, 3000)
        total = graph.node("Add", total, graph.resized(enlarged, 256, 256), T=FLOAT)
    return total


def doubling(graph: Graph) -> str:
    name, axis = graph.floats(), graph.constant(1)
    for _ in range(40):
        name = graph.node("ConcatV2", name, name, axis, T=FLOAT, Tidx=INT32, N=2)
    return name


def doubling_of_constants(graph: Graph) -> str:
    name, axis = graph.declared(1, 256, 1, 1), graph.constant(2)
    for _ in range(40):
        name = graph.node("ConcatV2", name, name, axis, T=FLOAT, Tidx=INT32, N=2)
    return graph.node("Mul", graph.floats(), name, T=FLOAT)


def ever_more_dimensions(graph: Graph) -> str:
    name = graph.floats()
    for _ in range(300):
        name = graph.node("Pack", name, T=FLOAT, N=1, axis=0)
    return name


def outer_product(graph: Graph) -> str:
    rows, columns = graph.declared(1, 100_000, 1, 3), graph.declared(1, 1, 100_000, 3)
    return graph.node("Mul", rows, columns, T=FLOAT)


def random_numbers(graph: Graph) -> str:
    size = graph.constant([1, 60_000, 60_000, 3])
    return graph.node("RandomUniform", size, T=INT32, dtype=FLOAT)


def size_from_the_picture(graph: Graph) -> str:
    axes = graph.constant([0, 1, 3])
    rows = graph.node("Sum", graph.floats(), axes, T=FLOAT, Tidx=INT32)
    size = graph.node("Cast", rows, SrcT=FLOAT, DstT=INT32)
    return graph.node("ResizeBilinear", graph.floats(), size, T=FLOAT)


def overflowing_size(graph: Graph) -> str:
    """65,536 * 65,537 is 65,536 in int32."""
    factor = graph.constant([65_536, 65_536])
    size = graph.node("Mul", factor, graph.constant([65_537, 65_537]), T=INT32)
    return graph.node("ResizeBilinear", graph.floats(), size, T=FLOAT)


def size_divided_by_zero(graph: Graph) -> str:
    size = graph.node("FloorDiv", graph.constant([9, 9]), graph.constant([0, 0]), T=INT32)
    return graph.node("ResizeBilinear", graph.floats(), size, T=FLOAT)


def negative_size(graph: Graph) -> str:
    return graph.resized(graph.floats(), -5, 0)


def long_work(graph: Graph) -> str:
    sides = {"strides": [1, 1, 1, 1], "dilations": [1, 1, 1, 1], "padding": b"SAME"}
    name, kernel = graph.floats(), graph.declared(9, 9, 3, 3)
    for _ in range(2500):
        name = graph.node("Conv2D", name, kernel, T=FLOAT, **sides)
    return name


def long_row(graph: Graph) -> str:
    name = graph.floats()
    for number in range(2500):
        name = graph.node(("Tanh", "Neg", "Square", "Relu")[number % 4], name, T=FLOAT)
    return name


def large_kernel(graph: Graph) -> str:
    kernel = graph.declared(255, 255, 3, 16)
    sides = {"strides": [1, 1, 1, 1], "dilations": [1, 1, 1, 1], "padding": b"SAME"}
    wide = graph.node("Conv2D", graph.floats(), kernel, T=FLOAT, **sides)
    return graph.node("Conv2D", wide, graph.declared(1, 1, 16, 3), T=FLOAT, **sides)


def large_window(graph: Graph) -> str:
    large = graph.resized(graph.floats(), 2000, 2000)
    sides = {"ksize": [1, 1999, 1999, 1], "strides": [1, 1, 1, 1], "padding": b"SAME"}
    return graph.node("AvgPool", large, T=FLOAT, **sides)


def large_transposed_convolution(graph: Graph) -> str:
    shape = graph.constant([1, 60_000, 60_000, 3])
    sides = {"strides": [1, 235, 235, 1], "dilations": [1, 1, 1, 1], "padding": b"SAME"}
    kernel = graph.declared(3, 3, 3, 3)
    return graph.node("Conv2DBackpropInput", shape, kernel, graph.floats(), T=FLOAT, **sides)


def window_that_does_not_move(graph: Graph) -> str:
    sides = {"ksize": [1, 2, 2, 1], "strides": [1, 0, 0, 1], "padding": b"SAME"}
    return graph.node("AvgPool", graph.floats(), T=FLOAT, **sides)


def kernel_without_channels(graph: Graph) -> str:
    sides = {"strides": [1, 1, 1, 1], "dilations": [1, 1, 1, 1], "padding": b"SAME"}
    return graph.node("Conv2D", graph.floats(), graph.declared(3, 3, 0, 3), T=FLOAT, **sides)


def write_a_file(graph: Graph) -> str:
    path, text = (
        graph.node("Const", dtype=STRING, value=tf.make_tensor_proto(each))
        for each in ("stolen.txt", "x")
    )
    graph.node("WriteFile", path, text, name="deed")
    return graph.node("Identity", graph.floats(), "^deed", T=FLOAT)


def read_a_file(graph: Graph) -> str:
    path = graph.node("Const", dtype=STRING, value=tf.make_tensor_proto("secret.txt"))
    graph.node("ReadFile", path, name="deed")
    return graph.node("Identity", graph.floats(), "^deed", T=FLOAT)


def run_python(graph: Graph) -> str:
    return graph.node("PyFunc", graph.floats(), token=b"pyfunc_0")


def restore_a_checkpoint(graph: Graph) -> str:
    graph.node("RestoreV2", graph.panel, name="deed")
    return graph.node("Identity", graph.floats(), "^deed", T=FLOAT)


def other_output_shape(graph: Graph) -> str:
    large = graph.node("Cast", graph.resized(graph.floats(), 512, 512), SrcT=FLOAT, DstT=UINT8)
    graph.node("Identity", large, name=OUTPUT, T=UINT8)
    return ""


def other_output_type(graph: Graph) -> str:
    graph.node("Identity", graph.resized(graph.floats(), 256, 256), name=OUTPUT, T=FLOAT)
    return ""


def no_output(graph: Graph) -> str:
    graph.floats()
    return ""


def second_input(graph: Graph) -> str:
    graph.node("Placeholder", name="more", dtype=UINT8, shape=(1, 60_000, 60_000, 3))
    return graph.floats()


def input_of_another_type(graph: Graph) -> str:
    graph.definition.node[0].attr["dtype"].type = FLOAT
    return graph.node("Reshape", graph.panel, graph.constant([1, 256, -1, 3]), T=FLOAT)


def input_of_unknown_shape(graph: Graph) -> str:
    graph.definition.node[0].attr["shape"].shape.Clear()
    graph.definition.node[0].attr["shape"].shape.unknown_rank = True
    return graph.floats()


def wrong_attribute(graph: Graph) -> str:
    name = graph.floats()
    graph.definition.node.add(name="slice", op="Squeeze", input=[name]).attr[
        "squeeze_dims"
    ].s = b"x"
    return name


#: Each gives the picture of a graph with one fault, by its name.
FAULTS: dict[str, Callable[[Graph], str]] = {
    each.__name__: each
    for each in (
        nothing,
        call_itself,
        call_each_other,
        function_named_as_an_operation,
        partitioned_call,
        loop,
        loop_of_one,
        control_loop,
        endless_frame,
        many_nodes,
        many_inputs,
        a_node_twice,
        missing_input,
        missing_output,
        large_constant,
        many_constants,
        negative_constant,
        overflowing_constant,
        constant_of_many_dimensions,
        text_constant,
        wide_pad,
        wide_block,
        large_picture,
        large_picture_by_area,
        large_picture_of_constants,
        many_pictures_of_constants,
        doubling,
        doubling_of_constants,
        ever_more_dimensions,
        outer_product,
        random_numbers,
        size_from_the_picture,
        overflowing_size,
        size_divided_by_zero,
        negative_size,
        long_work,
        long_row,
        large_kernel,
        large_window,
        large_transposed_convolution,
        window_that_does_not_move,
        kernel_without_channels,
        write_a_file,
        read_a_file,
        run_python,
        restore_a_checkpoint,
        other_output_shape,
        other_output_type,
        no_output,
        second_input,
        input_of_another_type,
        input_of_unknown_shape,
        wrong_attribute,
    )
}
#: Files that are no graphs at all.
FILES = {
    "empty": b"",
    "a million empty nodes": b"\n\0" * 1_000_000,
    "a million empty attributes": b"\n\x80\x89\x7a" + b"*\0" * 1_000_000,
    "a number without an end": b"\x08" + b"\xff" * 1_000_000,
    "a field longer than the file": b"\n\xff\xff\xff\xff\x0f",
    "a group": b"\x0b" * 1_000_000,
    "text": b"<html>404</html>" * 1000,
}


def _quantised(alter: Callable[[Any], Any] = lambda picture: picture) -> bytes:
    """Return a description in OpenVINO's format: a float picture, changed, and uint8 again."""
    import openvino as ov
    from openvino import opset13 as ops

    panel = ops.parameter([1, 256, 256, 3], np.uint8, name="sketch")
    panel.output(0).set_names({"sketch:0"})
    weighted = ops.multiply(ops.convert(panel, "f32"), ops.constant(np.ones(3, np.float32)))
    result = ops.convert(alter(weighted), "u8")
    with tempfile.TemporaryDirectory() as folder:
        ov.save_model(ov.Model([result], [panel]), Path(folder, "x.xml"), compress_to_fp16=False)
        return Path(folder, "x.xml").read_bytes()


def _padded(picture: Any) -> Any:
    from openvino import opset13 as ops

    wide = np.array([0, 10**9, 10**9, 0])
    return ops.pad(picture, np.zeros(4, np.int64), wide, "constant")


def _reshaped(picture: Any) -> Any:
    from openvino import opset13 as ops

    size = ops.convert(ops.constant(np.array([1, 256, 256, 3], np.int32)), "i64")
    return ops.reshape(picture, size, special_zero=False)


def _row(count: int) -> Callable[[Any], Any]:
    from openvino import opset13 as ops

    def row(picture: Any) -> Any:
        for _ in range(count):
            picture = ops.tanh(picture)
        return picture

    return row


def _halved(picture: Any) -> Any:
    from openvino import opset13 as ops

    return ops.avg_pool(picture, [1, 1], [0, 0], [0, 0], [1, 3], exclude_pad=True)


_ENTITIES = b"<!DOCTYPE net [<!ENTITY a 'aaaaaaaaaa'>%s]>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(12)
)


def _descriptions() -> dict[str, bytes]:
    """Return descriptions in OpenVINO's format with one fault each, by its name."""
    plain = _quantised()
    multiply = b'type="Multiply"'
    return {
        "wide pad": _quantised(_padded),
        "computed size": _quantised(_reshaped),
        "many layers": _quantised(_row(6000)),
        "a long row": _quantised(_row(1000)),
        "other output": _quantised(_halved),
        "a layer that remembers": plain.replace(multiply, b'type="ReadValue"'),
        "a layer with a graph": plain.replace(multiply, b'type="If"'),
        "a layer of an extension": plain.replace(multiply, b'type="Evil\x0a"'),
        "a constant of gigabytes": plain.replace(b'shape="3"', b'shape="40000,40000"'),
        "a constant beyond the file": plain.replace(b'offset="0"', b'offset="4096"'),
        "a constant before the file": plain.replace(b'offset="0"', b'offset="-4096"'),
        "a loop of layers": plain.replace(b'from-layer="0"', b'from-layer="4"'),
        "an edge from nowhere": plain.replace(b'from-layer="0"', b'from-layer="99"'),
        "entities": plain.replace(b"<net name=", _ENTITIES + b"<net name=").replace(
            b'name="Model', b'name="&a11;'
        ),
        "half a file": plain[: len(plain) // 2],
        "empty": b"",
        "deep": b"<net>" * 1_000_000,
    }


def _card(folder: Path, precision: str = "f32") -> None:
    folder.mkdir(parents=True)
    ModelCard("reenact", 256, ("sketch",), precision=precision).save(folder)


def make(root: Path) -> Iterator[Path]:
    """Make the set, and yield what to load: the folder of each model, or its graph."""
    for name, fault in FAULTS.items():
        graph = Graph("sketch", (1, 256, 256, 3))
        _card(root / "card" / name)
        (root / "card" / name / GRAPH).write_bytes(graph.finish(fault(graph)))
        yield root / "card" / name
        graph = Graph(LEGACY_INPUT, (256, 512, 3))
        (root / "bare" / name).mkdir(parents=True)
        (root / "bare" / name / "old.pb").write_bytes(graph.finish(fault(graph)))
        yield root / "bare" / name / "old.pb"
    for name, data in FILES.items():
        _card(root / "file" / name)
        (root / "file" / name / GRAPH).write_bytes(data)
        yield root / "file" / name
    _card(root / "file" / "600 MB of zeros")
    with (root / "file" / "600 MB of zeros" / GRAPH).open("wb") as file:
        file.truncate(600 << 20)
    yield root / "file" / "600 MB of zeros"
    whole = Graph("sketch", (1, 256, 256, 3))
    data = whole.finish(whole.floats())
    for name, description in _descriptions().items():
        _card(root / "quantised" / name, "int8")
        (root / "quantised" / name / GRAPH).write_bytes(data)
        (root / "quantised" / name / QUANTISED).write_bytes(description)
        weights = (root / "quantised" / name / QUANTISED).with_suffix(".bin")
        weights.write_bytes(np.ones(3, np.float32).tobytes())
        yield root / "quantised" / name


if __name__ == "__main__":
    for path in make(Path(sys.argv[1])):
        print(path)
