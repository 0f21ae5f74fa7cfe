"""Check a frozen graph before a library sees it: its operations, its inputs, and its demands.

The graph is run with shapes alone. No size of it may depend on the picture, so that memory and time
are known before anything is loaded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from face2face.errors import ModelError
from face2face.inference.graph_file import MAX_RANK, UINT8, GraphFile, damaged, read_graph
from face2face.inference.names import OUTPUT
from face2face.inference.operations import OPERATIONS
from face2face.inference.pictures import multiplications
from face2face.inference.tensors import Tensor

Shape = tuple[int, ...]

#: Most bytes that a graph's results may hold at a time. The paper's U-Net, at 512 pixels, holds
#: 309 MB.
MAX_LIVE_BYTES = 400 << 20
#: Most multiplications for a picture: a few seconds on two cores. The largest generator of
#: ``train.py``, inpainting at 512 pixels with 64 channels, takes 43 billion.
MAX_MULTIPLICATIONS = 100_000_000_000
#: Multiplications in the time of which one element is read or written.
ELEMENT_COST = 16
#: The same, for an element that is computed from constants alone. Libraries do that while they
#: load, in simple code on one core.
CONSTANT_COST = 4000
#: Most nodes in a row without a convolution or a matrix product, which OpenVINO joins into one
#: kernel: it takes a quarter of a second for 250, and minutes for 5000. Inpainting has 80.
MAX_ROW = 250
#: Operations that end such a row.
_PRODUCTS = frozenset(("Conv2D", "Conv2DBackpropInput", "DepthwiseConv2dNative", "MatMul"))
#: Most bytes of constants that the file doesn't store: elements that are all the same.
MAX_REPEATED_BYTES = 16 << 20
#: Bytes of an element of a result: float32.
ELEMENT_BYTES = 4
_HINT = "Name another model."


def tensor_name(operation: str) -> str:
    """Return TensorFlow's name for an operation's first output.

    >>> tensor_name("sketch")
    'sketch:0'
    """
    return f"{operation}:0"


@dataclass(frozen=True)
class Step:
    """A node of a graph, as far as memory and time are concerned.

    Attributes:
        name: Its name.
        sources: Names of the nodes whose results it takes.
        live_bytes: Bytes of its results.
        is_product: Whether it is a convolution or a matrix product.
    """

    name: str
    sources: frozenset[str]
    live_bytes: int
    is_product: bool = False


def check_graph(path: Path, inputs: dict[str, Shape], outputs: Collection[Shape]) -> None:
    """Check that a graph can be loaded and run within limits.

    Args:
        path: The graph.
        inputs: Name -> shape of each input, uint8.
        outputs: Allowed shapes of the output.

    Raises:
        ModelError: The graph is damaged, takes other inputs, gives another output, or holds an
            operation that is not in :data:`face2face.inference.operations.OPERATIONS`, or a
            function or a loop; or it needs too much memory or time.
    """
    graph = read_graph(path)
    _check_operations(graph)
    try:
        placeholders = {
            node.name: (node.integer("dtype"), node.shape("shape"))
            for node in graph.nodes
            if node.op == "Placeholder"
        }
        check_inputs(path, placeholders, inputs)
        _check_constants(graph)
        steps, work, results = _run(graph)
    except (ValueError, IndexError, TypeError, OverflowError) as error:
        raise damaged(path) from error
    check_demands(path, steps, work)
    check_output(path, results.get(OUTPUT, ()), "uint8", outputs)


def check_inputs(
    path: Path, received: dict[str, tuple[int, Shape]], expected: dict[str, Shape]
) -> None:
    """Check that a graph has the inputs that it should have.

    Args:
        path: The graph, for the message.
        received: Input name -> type, by TensorFlow's number, and shape, as in the graph.
        expected: Input name -> shape.

    Raises:
        ModelError: It has other inputs, or none.
    """
    if not received:
        raise damaged(path)
    if received != {name: (UINT8, shape) for name, shape in expected.items()}:
        height, width, _ = next(iter(expected.values()))[-3:]
        shown = ", ".join(f"{name!r} of {shape}" for name, (_, shape) in received.items())
        raise ModelError(
            f"The graph {path} takes {shown:.300}; expected are {', '.join(expected)}, "
            f"of {width}x{height} pixels, uint8.",
            hint="Restore the card that belongs to the graph, or export the model again.",
        )


def check_output(path: Path, shape: Shape, dtype: str, expected: Collection[Shape]) -> None:
    """Check that a graph's output is uint8 and has one of the allowed shapes.

    Raises:
        ModelError: It has another type or shape.
    """
    if shape not in expected or dtype != "uint8":
        raise ModelError(
            f"The graph {path} gives {dtype} of {shape}; "
            f"expected is uint8 of {' or '.join(map(str, expected))}.",
            hint="Restore the card that belongs to the graph, or export the model again.",
        )


def check_demands(path: Path, steps: Sequence[Step], multiplications: int) -> None:
    """Check what a graph needs to run.

    Args:
        path: The graph, for the message.
        steps: Its nodes, each after its sources.
        multiplications: About how many multiplications a picture takes.

    Raises:
        ModelError: It needs more than :data:`MAX_LIVE_BYTES` at a time, takes more than
            :data:`MAX_MULTIPLICATIONS`, or has a row longer than :data:`MAX_ROW`.
    """
    if peak_bytes(steps) > MAX_LIVE_BYTES:
        problem = f"{path} needs more than {MAX_LIVE_BYTES >> 20} MiB for a picture."
    elif multiplications > MAX_MULTIPLICATIONS:
        billions = MAX_MULTIPLICATIONS // 10**9
        problem = f"{path} takes more than {billions} billion multiplications for a picture."
    elif longest_row(steps) > MAX_ROW:
        problem = f"{path} holds more than {MAX_ROW} operations in a row without a convolution."
    else:
        return
    raise ModelError(problem, hint=_HINT)


def peak_bytes(steps: Sequence[Step]) -> int:
    """Return the most bytes that results hold at a time; each is kept until its last use.

    >>> once, twice = Step("a", frozenset(), 4), Step("b", frozenset(["a"]), 4)
    >>> peak_bytes([once, twice, Step("c", frozenset(["b"]), 4)])
    8
    """
    uses = Counter(source for step in steps for source in step.sources)
    held: dict[str, int] = {}
    total = peak = 0
    for step in steps:
        held[step.name] = step.live_bytes
        total += step.live_bytes
        peak = max(peak, total)
        for source in step.sources:
            uses[source] -= 1
            if not uses[source]:
                total -= held.pop(source, 0)
    return peak


def longest_row(steps: Sequence[Step]) -> int:
    """Return the largest number of steps, each taking the last one's result, without a product.

    >>> first, second = Step("a", frozenset(), 4), Step("b", frozenset(["a"]), 4)
    >>> longest_row([first, second, Step("c", frozenset(["b"]), 4, is_product=True)])
    2
    """
    rows: dict[str, int] = {}
    for step in steps:
        before = max((rows[name] for name in step.sources), default=0)
        rows[step.name] = 0 if step.is_product else before + 1
    return max(rows.values(), default=0)


def _check_operations(graph: GraphFile) -> None:
    held = [node.op for node in graph.nodes] + [op for each in graph.functions for op in each]
    for operation in held:
        if operation not in OPERATIONS:
            # In Python's notation: a name from a file can hold line breaks and terminal codes.
            raise ModelError(
                f"{graph.path} holds the operation {operation[:80]!r}, which no generator needs.",
                hint=_HINT,
            )
    if graph.functions:
        raise ModelError(f"{graph.path} holds functions, which no generator needs.", hint=_HINT)


def _check_constants(graph: GraphFile) -> None:
    constants = [node.constant() for node in graph.nodes if node.op == "Const"]
    repeated = sum(max(0, each.whole_bytes - each.stored_bytes) for each in constants)
    if repeated > MAX_REPEATED_BYTES:
        raise ModelError(
            f"{graph.path} declares more than {MAX_REPEATED_BYTES:,} bytes of constants that "
            "it doesn't hold.",
            hint=_HINT,
        )


def _run(graph: GraphFile) -> tuple[list[Step], int, dict[str, Shape]]:
    """Run a graph with shapes alone, up to the first result that is too large.

    Returns:
        Its steps, its multiplications, and name -> shape of each node's first output.
    """
    results: dict[str, list[Tensor]] = {}
    constants: set[str] = set()
    steps, work = [], 0
    for node in graph.nodes:
        sources = [(name, output) for name, output in node.inputs if output >= 0]
        inputs = [results[name][output] for name, output in sources]
        outputs = results[node.name] = OPERATIONS[node.op](node, inputs)
        if any(len(each.shape) > MAX_RANK or min(each.shape, default=0) < 0 for each in outputs):
            raise ValueError(f"{node.name} has too many dimensions, or too small ones.")
        if all(name in constants for name, _ in sources) and node.op != "Placeholder":
            constants.add(node.name)
        is_copy = node.op in ("Const", "Identity", "StopGradient") and node.name in constants
        elements = sum(each.size for each in (*inputs, *outputs))
        if not is_copy:
            cost = CONSTANT_COST if node.name in constants else ELEMENT_COST
            work += elements * cost + multiplications(node, inputs, outputs)
        # The file holds the constants.
        held = 0 if node.op == "Const" else sum(each.size for each in outputs)
        names = frozenset(name for name, _ in sources)
        steps.append(Step(node.name, names, held * ELEMENT_BYTES, node.op in _PRODUCTS))
        if steps[-1].live_bytes > MAX_LIVE_BYTES:
            break
    return steps, work, {name: each[0].shape for name, each in results.items() if each}
