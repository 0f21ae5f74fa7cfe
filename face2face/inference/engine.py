"""Engines that run a frozen graph: on OpenVINO, or on TensorFlow where OpenVINO can't."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.image import Image
from face2face.inference.names import OUTPUT, QUANTISED
from face2face.inference.operations import check_operations


class Engine(Protocol):
    """Runs a graph.

    Attributes:
        name: Name of the library and the precision.
    """

    name: str

    def __call__(self, panels: list[Image]) -> Image:
        """Return the generated picture of some panels.

        Args:
            panels: ``(size, size, 3)`` uint8 each, in the order of the model's card.

        Returns:
            ``(size, size, 3)`` uint8 RGB.
        """


class OpenVinoEngine:
    """Runs ``frozen_model.pb`` on OpenVINO, on the CPU.

    Args:
        path: The graph.
        size: Width and height of a panel, in pixels.
        panels: Names of the panels.
        precision: ``f32``, ``bf16`` or ``int8``; for ``int8`` the quantised file next to the graph
            is run.

    Raises:
        ModelError: A file is damaged or missing, or the graph takes other panels. Some damage shows
            at the first picture only, since the graph is compiled in the background.
    """

    def __init__(
        self, path: Path, size: int, panels: tuple[str, ...], precision: str = "f32"
    ) -> None:
        import openvino as ov

        self.name = f"OpenVINO, {precision}"
        if precision == "int8":
            path = path.with_name(QUANTISED)
        if not path.is_file():
            raise ModelError(
                f"There is no file {path}.",
                hint="Restore it, or run tools/freeze_model.py again.",
            )
        hints: dict[str, Any] = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
        }
        core = ov.Core()
        try:
            model = core.read_model(path)
        except RuntimeError as error:
            raise _damaged(path) from error
        shapes = {each.any_name: tuple(each.shape) for each in model.inputs}
        _check_inputs(path, shapes, panel_shapes(panels, size))
        self._panels = panels

        def compiled() -> Any:
            try:
                return core.compile_model(model, "CPU", hints).create_infer_request()
            except RuntimeError as error:
                raise _damaged(path) from error

        # The rest of the program starts meanwhile.
        self._request = ThreadPoolExecutor(1).submit(compiled)

    @classmethod
    def of(cls, card: ModelCard, path: Path) -> OpenVinoEngine:
        """Return the engine of a card's graph, in its precision or the next best one.

        A processor without bf16 runs int8 where that file is there, or else f32.

        Args:
            card: The model's card.
            path: The graph.

        Raises:
            ModelError: See :class:`OpenVinoEngine`.
        """
        precision = card.precision
        if precision == "bf16" and "BF16" not in capabilities():
            has_int8 = "INT8" in capabilities() and path.with_name(QUANTISED).is_file()
            precision = "int8" if has_int8 else "f32"
        return cls(path, card.size, card.panels, precision)

    def __call__(self, panels: list[Image]) -> Image:
        """Return the generated picture of some panels, see :class:`Engine`."""
        request = self._request.result()
        request.infer(engine_inputs(self._panels, panels), share_inputs=True)
        return np.array(request.get_output_tensor(0).data[0])


class TensorFlowEngine:
    """Runs a frozen graph of ours on TensorFlow.

    Args:
        path: The graph.
        size: Width and height of a panel, in pixels.
        panels: Names of the panels.

    Raises:
        ModelError: See :class:`TensorFlowGraph`.
    """

    name = "TensorFlow"

    def __init__(self, path: Path, size: int, panels: tuple[str, ...]) -> None:
        self._graph = TensorFlowGraph(path, panel_shapes(panels, size))

    def __call__(self, panels: list[Image]) -> Image:
        """Return the generated picture of some panels, see :class:`Engine`."""
        return self._graph([panel[None] for panel in panels]).reshape(panels[0].shape)


class TensorFlowGraph:
    """A frozen graph on TensorFlow: a function from its inputs to its output.

    Args:
        path: The graph.
        inputs: Name of each input -> its shape, in the order of the arguments.

    Raises:
        ModelError: The file is damaged, takes other inputs, or holds an operation that is not in
            :data:`face2face.inference.operations.OPERATIONS`.
    """

    def __init__(self, path: Path, inputs: dict[str, tuple[int, ...]]) -> None:
        import tensorflow as tf
        from google.protobuf.message import DecodeError

        definition = tf.compat.v1.GraphDef()
        try:
            definition.ParseFromString(path.read_bytes())
            check_operations(definition, path)
            wrapped = tf.compat.v1.wrap_function(
                lambda: tf.compat.v1.import_graph_def(definition, name=""), []
            )
            shapes = {
                tensor_name(each.name): tuple(each.outputs[0].shape)
                for each in wrapped.graph.get_operations()
                if each.type == "Placeholder"
            }
            _check_inputs(path, shapes, inputs)
            self._run = wrapped.prune([tensor_name(name) for name in inputs], tensor_name(OUTPUT))
        except (OSError, DecodeError, ValueError, KeyError) as error:
            raise _damaged(path) from error
        self._tensor = tf.constant

    def __call__(self, inputs: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
        """Return the graph's output for its inputs, in the shapes that the graph defines."""
        return np.asarray(self._run(*map(self._tensor, inputs)).numpy(), np.uint8)


@lru_cache(maxsize=1)
def capabilities() -> frozenset[str]:
    """Return the number formats that this processor is fast with.

    They are OpenVINO's names: ``FP32``, and perhaps ``BF16`` and ``INT8``.
    """
    import openvino as ov

    return frozenset(ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def engine_inputs(names: tuple[str, ...], panels: list[Image]) -> dict[str, NDArray[np.uint8]]:
    """Return a graph's inputs: tensor name -> the panel as a batch of one.

    >>> engine_inputs(("sketch",), [np.zeros((2, 2, 3), np.uint8)])["sketch:0"].shape
    (1, 2, 2, 3)
    """
    return {tensor_name(name): panel[None] for name, panel in zip(names, panels, strict=True)}


def panel_shapes(panels: tuple[str, ...], size: int) -> dict[str, tuple[int, ...]]:
    """Return the inputs of a graph of ours: name of each panel -> its shape, a batch of one.

    >>> panel_shapes(("sketch",), 256)
    {'sketch': (1, 256, 256, 3)}
    """
    return dict.fromkeys(panels, (1, size, size, 3))


def tensor_name(operation: str) -> str:
    """Return TensorFlow's name for an operation's first output.

    >>> tensor_name("sketch")
    'sketch:0'
    """
    return f"{operation}:0"


def _check_inputs(
    path: Path, received: dict[str, tuple[int, ...]], expected: dict[str, tuple[int, ...]]
) -> None:
    """Check that a graph has the inputs that it should have.

    Args:
        path: The graph, for the message.
        received: Tensor name -> shape, as in the graph.
        expected: Input name -> shape.

    Raises:
        ModelError: It has other inputs, or none.
    """
    if not received:
        raise _damaged(path)
    if received != {tensor_name(name): shape for name, shape in expected.items()}:
        height, width, _ = next(iter(expected.values()))[-3:]
        raise ModelError(
            f"The graph {path} takes {', '.join(f'{n} of {s}' for n, s in received.items())}; "
            f"expected are {', '.join(expected)}, of {width}x{height} pixels.",
            hint="Restore the card that belongs to the graph, or export the model again.",
        )


def _damaged(path: Path) -> ModelError:
    return ModelError(
        f"The graph {path} is damaged.", hint="Export the model again, or restore the file."
    )
