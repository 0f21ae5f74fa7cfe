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
from face2face.inference.graph_file import damaged
from face2face.inference.limits import Shape, check_graph, check_output, tensor_name
from face2face.inference.names import OUTPUT, QUANTISED
from face2face.inference.quantised import check_quantised
from face2face.openvino_core import core
from face2face.segmentation.emotions import EMOTIONS
from face2face.segmentation.labels import CLASSES

#: The mode in a parser's card.
PARSE = "parse"
#: The mode in the card of an emotion classifier.
EMOTION = "emotion"
#: A parser's map is this many times smaller than its photo.
_PARSER_DIVISORS = (1, 2, 4, 8)


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
        outputs: Allowed shapes of the output; by default that of a picture.

    Raises:
        ModelError: A file is damaged or missing, or the graph takes other panels, gives another
            output or is over the limits, see :mod:`face2face.inference.limits`. Some damage shows
            at the first picture only, since the graph is compiled in the background.
    """

    def __init__(
        self,
        path: Path,
        size: int,
        panels: tuple[str, ...],
        precision: str = "f32",
        outputs: tuple[Shape, ...] = (),
    ) -> None:
        self.name = f"OpenVINO, {precision}"
        if precision == "int8":
            path = path.with_name(QUANTISED)
        if not path.is_file():
            raise ModelError(
                f"There is no file {path}.",
                hint="Restore it, or run: face2face export",
            )
        inputs, outputs = panel_shapes(panels, size), outputs or ((1, size, size, 3),)
        try:
            if precision == "int8":
                model = check_quantised(core(), path, inputs)
            else:
                check_graph(path, inputs, outputs)
                model = core().read_model(path)
            check_output(path, *_ov_output(model), outputs)
        except (RuntimeError, MemoryError) as error:
            raise damaged(path) from error
        self._panels, self._path = panels, path
        hints: dict[str, Any] = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
        }

        def compiled() -> Any:
            return core().compile_model(model, "CPU", hints).create_infer_request()

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
        return cls(path, card.size, card.panels, precision, output_shapes(card))

    def __call__(self, panels: list[Image]) -> Image:
        """Return the generated picture of some panels, see :class:`Engine`."""
        try:
            request = self._request.result()
            request.infer(engine_inputs(self._panels, panels), share_inputs=True)
        except (RuntimeError, MemoryError) as error:
            raise damaged(self._path) from error
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
        self._graph = TensorFlowGraph(path, panel_shapes(panels, size), ((1, size, size, 3),))

    def __call__(self, panels: list[Image]) -> Image:
        """Return the generated picture of some panels, see :class:`Engine`."""
        return self._graph([panel[None] for panel in panels]).reshape(panels[0].shape)


class TensorFlowGraph:
    """A frozen graph on TensorFlow: a function from its inputs to its output.

    Args:
        path: The graph.
        inputs: Name of each input -> its shape, in the order of the arguments.
        outputs: Allowed shapes of the output.

    Raises:
        ModelError: The file is damaged, takes other inputs, gives another output, or is over the
            limits, see :func:`face2face.inference.limits.check_graph`.
    """

    def __init__(self, path: Path, inputs: dict[str, Shape], outputs: tuple[Shape, ...]) -> None:
        check_graph(path, inputs, outputs)
        import tensorflow as tf
        from google.protobuf.message import DecodeError

        definition = tf.compat.v1.GraphDef()
        # TensorFlow raises these for a graph that it can't import or run.
        self._damages = (DecodeError, OSError, ValueError, KeyError, TypeError, tf.errors.OpError)
        try:
            definition.ParseFromString(path.read_bytes())
            wrapped = tf.compat.v1.wrap_function(
                lambda: tf.compat.v1.import_graph_def(definition, name=""), []
            )
            self._run = wrapped.prune([tensor_name(name) for name in inputs], tensor_name(OUTPUT))
        except self._damages as error:
            raise damaged(path) from error
        (output,) = self._run.outputs
        check_output(path, outputs[0], output.dtype.name, outputs)
        self._tensor, self._path = tf.constant, path

    def __call__(self, inputs: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
        """Return the graph's output for its inputs, in the shapes that the graph defines."""
        try:
            return np.asarray(self._run(*map(self._tensor, inputs)).numpy(), np.uint8)
        except self._damages as error:
            raise damaged(self._path) from error


@lru_cache(maxsize=1)
def capabilities() -> frozenset[str]:
    """Return the number formats that this processor is fast with.

    They are OpenVINO's names: ``FP32``, and perhaps ``BF16`` and ``INT8``.
    """
    return frozenset(core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def engine_inputs(names: tuple[str, ...], panels: list[Image]) -> dict[str, NDArray[np.uint8]]:
    """Return a graph's inputs: tensor name -> the panel as a batch of one.

    >>> engine_inputs(("sketch",), [np.zeros((2, 2, 3), np.uint8)])["sketch:0"].shape
    (1, 2, 2, 3)
    """
    return {tensor_name(name): panel[None] for name, panel in zip(names, panels, strict=True)}


def panel_shapes(panels: tuple[str, ...], size: int) -> dict[str, Shape]:
    """Return the inputs of a graph of ours: name of each panel -> its shape, a batch of one.

    >>> panel_shapes(("sketch",), 256)
    {'sketch': (1, 256, 256, 3)}
    """
    return dict.fromkeys(panels, (1, size, size, 3))


def output_shapes(card: ModelCard) -> tuple[Shape, ...]:
    """Return the shapes that the output of a card's graph may have, all uint8.

    A parser's have a channel for each class, and may be smaller than its photo. An emotion
    classifier's is one pixel with a channel for each emotion.

    >>> output_shapes(ModelCard("reenact", 256, ("sketch",)))
    ((1, 256, 256, 3),)
    """
    if card.mode == EMOTION:
        return ((1, 1, 1, len(EMOTIONS)),)
    if card.mode != PARSE:
        return ((1, card.size, card.size, 3),)
    sides = (card.size // divisor for divisor in _PARSER_DIVISORS)
    return tuple((1, side, side, len(CLASSES)) for side in sides)


def _ov_output(model: Any) -> tuple[Shape, str]:
    """Return shape and type of a model's only output; raise RuntimeError where it has others."""
    if len(model.outputs) != 1:
        raise RuntimeError("The graph has several outputs.")
    (output,) = model.outputs
    return tuple(output.shape), output.element_type.to_dtype().name
