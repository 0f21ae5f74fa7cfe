"""Read a frozen graph's nodes without TensorFlow, which the live program never imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from face2face.errors import ModelError
from face2face.inference.wire import Reader, signed

#: Largest file of a model, in bytes: twice the paper's U-Net, whose weights take 218 MB.
MAX_BYTES = 512 << 20
#: Largest number of nodes. The largest graph of ours, the parser's, has 849.
MAX_NODES = 3000
#: Most dimensions of a tensor.
MAX_RANK = 8
#: Largest number of elements of a tensor whose values are followed: sizes and axes have a few.
MAX_VALUES = 64
#: Number types of constants, by their number in TensorFlow's ``types.proto``: bytes of an element.
_WIDTHS = {1: 4, 2: 8, 3: 4, 4: 1, 5: 2, 6: 1, 9: 8, 10: 1, 14: 2, 19: 2}
#: Of these, the integers that shapes are made of: numbers in ``types.proto``.
SHAPE_TYPES = {3: "<i4", 9: "<i8"}
#: The number of uint8 in ``types.proto``.
UINT8 = 4


@dataclass(frozen=True)
class Constant:
    """The tensor of a ``Const`` node.

    Attributes:
        shape: Its shape.
        whole_bytes: Bytes of all its elements.
        stored_bytes: Bytes of those that the file holds; fewer where the last one is repeated.
        value: Its integers, of a small tensor of int32 or int64; None for all others.
    """

    shape: tuple[int, ...]
    whole_bytes: int
    stored_bytes: int
    value: NDArray[np.int64] | None


@dataclass(frozen=True)
class Node:
    """A node of a graph. Its methods raise ValueError for a malformed attribute.

    Attributes:
        name: Its name.
        op: The operation that it runs.
        inputs: For each input the name of a node and the number of its output; -1 for a control
            input, which only orders the two.
        attributes: Name -> ``AttrValue`` message of TensorFlow's ``attr_value.proto``.
        reader: Reader of these messages.
    """

    name: str
    op: str
    inputs: tuple[tuple[str, int], ...]
    attributes: Mapping[str, memoryview]
    reader: Reader

    def integer(self, name: str, default: int = 0) -> int:
        """Return an attribute that is a number, a bool or a type."""
        fields = self._fields(name)
        values = [fields[number] for number in (3, 5, 6) if number in fields]
        if not values:
            return default
        if not isinstance(values[0], int):
            raise ValueError(f"{name} is no number.")
        return signed(values[0])

    def text(self, name: str) -> bytes:
        """Return an attribute that is a string."""
        value = self._fields(name).get(2, b"")
        if isinstance(value, int):
            raise ValueError(f"{name} is no string.")
        return bytes(value)

    def integers(self, name: str) -> list[int]:
        """Return an attribute that is a list of numbers."""
        return self.reader.integers(self._message(name, 1), 3)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return an attribute that is a shape, -1 for each unknown dimension."""
        return _shape(self._message(name, 7), self.reader)

    def constant(self) -> Constant:
        """Return the tensor of a ``Const`` node."""
        message = self._message("value", 8)
        kind, listed, content = 0, 0, memoryview(b"")
        shape: tuple[int, ...] = ()
        seen: set[int] = set()
        for number, value in self.reader.fields(message):
            if number in (1, 2, 4) and number in seen:
                raise ValueError(f"Field {number} is there twice.")
            seen.add(number)
            if number == 1 and isinstance(value, int):
                kind = value
            elif number == 2 and not isinstance(value, int):
                shape = _shape(value, self.reader)
            elif number == 4 and not isinstance(value, int):
                content = value
            else:
                listed += 1 if isinstance(value, int) else len(value)
        if kind not in _WIDTHS or min(shape, default=0) < 0:
            raise ValueError(f"{self.name} is of the type {kind} and of the shape {shape}.")
        whole = prod(shape) * _WIDTHS[kind]
        if content and len(content) != whole:
            raise ValueError(f"{self.name} has {len(content)} bytes instead of {whole}.")
        small = kind in SHAPE_TYPES and prod(shape) <= MAX_VALUES
        integers = self._integers(message, kind, shape, content) if small else None
        return Constant(shape, whole, len(content) or listed, integers)

    def _integers(
        self, message: memoryview, kind: int, shape: tuple[int, ...], content: memoryview
    ) -> NDArray[np.int64]:
        """Return the elements of a small tensor; the last one that is listed is repeated."""
        if content:
            stored = np.frombuffer(bytes(content), SHAPE_TYPES[kind])
            return stored.astype(np.int64).reshape(shape)
        count = prod(shape)
        values = self.reader.integers(message, 7 if kind == 3 else 10)[:count] or [0]
        values += values[-1:] * (count - len(values))
        return np.array(values[:count], np.int64).reshape(shape)

    def _message(self, name: str, field: int) -> memoryview:
        value = self._fields(name).get(field, memoryview(b""))
        if isinstance(value, int):
            raise ValueError(f"{name} is a number.")
        return value

    def _fields(self, name: str) -> dict[int, int | memoryview]:
        return self.reader.single(self.attributes.get(name, memoryview(b"")))


@dataclass(frozen=True)
class GraphFile:
    """A parsed graph.

    Attributes:
        path: Its file.
        nodes: Its nodes, each after its inputs.
        functions: Operations of the functions in its library, of each function in turn.
    """

    path: Path
    nodes: tuple[Node, ...]
    functions: tuple[tuple[str, ...], ...]


def damaged(path: Path) -> ModelError:
    """Return the error of a graph that can't be read."""
    return ModelError(
        f"The graph {path} is damaged.", hint="Export the model again, or restore the file."
    )


def check_size(path: Path, max_bytes: int = MAX_BYTES) -> None:
    """Check the size of a model's file.

    Raises:
        ModelError: The file can't be read, or is larger than the limit.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ModelError(
            f"{path} can't be read: {error.strerror or error}.", hint="Check the file."
        ) from error
    if size > max_bytes:
        raise ModelError(
            f"{path} has {size:,} bytes; at most {max_bytes:,} are read.",
            hint="Name another model.",
        )


def read_graph(path: Path) -> GraphFile:
    """Return the graph in a file, its nodes in an order in which they can run.

    Raises:
        ModelError: The file can't be read, is larger than :data:`MAX_BYTES`, or is damaged; or it
            has more than :data:`MAX_NODES` nodes, or a loop.
    """
    check_size(path)
    reader = Reader()
    nodes: dict[str, Node] = {}
    functions: list[tuple[str, ...]] = []
    try:
        for number, value in reader.fields(memoryview(path.read_bytes())):
            if number == 1 and not isinstance(value, int):
                node = _node(reader, value)
                if node.name in nodes:
                    raise ValueError(f"{node.name} is there twice.")
                nodes[node.name] = node
                if len(nodes) > MAX_NODES:
                    raise ModelError(
                        f"{path} has more than {MAX_NODES:,} nodes.", hint="Name another model."
                    )
            elif number == 2 and not isinstance(value, int):
                functions += [_function(reader, each) for each in _messages(reader, value, 1)]
        return GraphFile(path, _sorted(nodes), tuple(functions))
    except CycleError as error:
        raise ModelError(f"The graph {path} holds a loop.", hint="Name another model.") from error
    except (OSError, ValueError) as error:
        raise damaged(path) from error


def _node(reader: Reader, message: memoryview) -> Node:
    texts: dict[int, str] = {}
    inputs: list[tuple[str, int]] = []
    attributes: dict[str, memoryview] = {}
    for number, value in reader.fields(message):
        if isinstance(value, int):
            raise ValueError("A node has no numbers.")
        if number in (1, 2):
            if number in texts:
                raise ValueError("A node has one name and one operation.")
            texts[number] = str(value, "utf-8")
        elif number == 3:
            inputs.append(_input(str(value, "utf-8")))
        elif number == 5:
            entry = reader.single(value)
            key, content = entry.get(1, b""), entry.get(2, memoryview(b""))
            if isinstance(key, int) or isinstance(content, int) or str(key, "utf-8") in attributes:
                raise ValueError("An attribute is malformed, or there twice.")
            attributes[str(key, "utf-8")] = content
    return Node(texts.get(1, ""), texts.get(2, ""), tuple(inputs), attributes, reader)


def _function(reader: Reader, message: memoryview) -> tuple[str, ...]:
    """Return the operations of a function."""
    return tuple(
        str(operation, "utf-8")
        for node in _messages(reader, message, 3)
        for operation in _messages(reader, node, 2)
    )


def _messages(reader: Reader, message: memoryview, field: int) -> list[memoryview]:
    """Return the messages of a repeated field."""
    return [
        value
        for number, value in reader.fields(message)
        if number == field and not isinstance(value, int)
    ]


def _shape(message: memoryview, reader: Reader) -> tuple[int, ...]:
    """Return the shape of a ``TensorShapeProto``; raise ValueError where its rank is unknown."""
    sizes = []
    for number, value in reader.fields(message):
        if number == 3 and value:
            raise ValueError("The rank is unknown.")
        if number == 2 and not isinstance(value, int):
            size = reader.single(value).get(1, 0)
            if not isinstance(size, int):
                raise ValueError("A dimension is no number.")
            sizes.append(signed(size))
    if len(sizes) > MAX_RANK:
        raise ValueError(f"A shape has {len(sizes)} dimensions.")
    return tuple(sizes)


def _input(text: str) -> tuple[str, int]:
    """Return the node and the output of an input: ``name``, ``name:1`` or ``^name``."""
    if text.startswith("^"):
        return text[1:], -1
    name, _, number = text.partition(":")
    output = int(number or 0)
    if output < 0:
        raise ValueError(text)
    return name, output


def _sorted(nodes: dict[str, Node]) -> tuple[Node, ...]:
    """Return nodes, each after its inputs; raise CycleError where there is no such order."""
    order = TopologicalSorter(
        {name: [source for source, _ in each.inputs] for name, each in nodes.items()}
    )
    names = tuple(order.static_order())
    if len(names) != len(nodes):
        raise ValueError("An input names no node.")
    return tuple(nodes[name] for name in names)
