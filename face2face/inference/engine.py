"""Engines: what runs a frozen graph. OpenVINO, and TensorFlow for graphs that OpenVINO can't."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.image import Image
from face2face.inference.names import INPUT, OUTPUT, QUANTISED
from face2face.inference.operations import check_operations


class Engine(Protocol):
    """What runs a graph.

    Attributes:
        name: Of the library and its device.
    """

    name: str

    def __call__(self, panels: list[Image]) -> Image:
        """The generated ``(size, size, 3)`` uint8 picture of ``(size, size, 3)`` uint8 panels."""


class OpenVinoEngine:
    """Runs ``frozen_model.pb`` on OpenVINO, on the CPU.

    Args:
        path: The graph.
        size: Width and height of a panel.
        panels: Their names.
        precision: ``f32``, ``bf16``, or ``int8``: then the file beside the graph is run.

    Raises:
        ModelError: It is damaged, missing, or takes other panels; where only compiling it shows that, at the first picture.
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
                "a model's files are complete",
                f"no {path}",
                "restore it, or run tools/freeze_model.py again",
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
        _check(path, {each.any_name: tuple(each.shape) for each in model.inputs}, size, panels)
        self._panels = panels

        def compiled() -> Any:
            try:
                return core.compile_model(model, "CPU", hints).create_infer_request()
            except RuntimeError as error:
                raise _damaged(path) from error

        # While the rest of the program starts.
        self._request = ThreadPoolExecutor(1).submit(compiled)

    @classmethod
    def of(cls, card: ModelCard, path: Path) -> OpenVinoEngine:
        """The engine of a card's graph, in its precision or the next best that this processor knows.

        Raises:
            ModelError: See :class:`OpenVinoEngine`.
        """
        precision = card.precision
        if precision == "bf16" and "BF16" not in capabilities():
            precision = (
                "int8"
                if "INT8" in capabilities() and path.with_name(QUANTISED).is_file()
                else "f32"
            )
        return cls(path, card.size, card.panels, precision)

    def __call__(self, panels: list[Image]) -> Image:
        """See :class:`Engine`."""
        request = self._request.result()
        request.infer(engine_inputs(self._panels, panels), share_inputs=True)
        return np.array(request.get_output_tensor(0).data[0])


class TensorFlowEngine:
    """Runs a graph on TensorFlow; also the ancestors', whose input is a ``(256, 512, 3)`` strip of sketch and camera picture.

    Args:
        path: The graph.
        size: Width and height of a panel.
        panels: Their names; of an ancestors' graph, its input's.

    Raises:
        ModelError: It is damaged, takes other panels, or holds an operation that is not in
            :data:`face2face.inference.operations.OPERATIONS`.
    """

    name = "TensorFlow"

    def __init__(self, path: Path, size: int, panels: tuple[str, ...]) -> None:
        import tensorflow as tf
        from google.protobuf.message import DecodeError

        definition = tf.compat.v1.GraphDef()
        try:
            definition.ParseFromString(path.read_bytes())
            check_operations(definition, path)
            wrapped = tf.compat.v1.wrap_function(
                lambda: tf.compat.v1.import_graph_def(definition, name=""), []
            )
            inputs = {
                each.name: tuple(each.outputs[0].shape)
                for each in wrapped.graph.get_operations()
                if each.type == "Placeholder"
            }
            _check(path, {_tensor(name): shape for name, shape in inputs.items()}, size, panels)
            self._run = wrapped.prune([_tensor(panel) for panel in panels], _tensor(OUTPUT))
        except (OSError, DecodeError, ValueError, KeyError) as error:
            raise _damaged(path) from error
        self._tensor = tf.constant
        self._strip = panels == (INPUT,)

    def __call__(self, panels: list[Image]) -> Image:
        """See :class:`Engine`."""
        # The second panel of the ancestors' is the camera's picture, which their graph crops away.
        shown = (
            [np.concatenate(panels * 2, axis=1)]
            if self._strip
            else [panel[None] for panel in panels]
        )
        return np.asarray(
            self._run(*map(self._tensor, shown)).numpy().reshape(panels[0].shape), np.uint8
        )


@lru_cache(maxsize=1)
def capabilities() -> frozenset[str]:
    """What numbers this processor is fast with, as OpenVINO names them: FP32, and perhaps BF16 and INT8."""
    import openvino as ov

    return frozenset(ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def engine_inputs(names: tuple[str, ...], panels: list[Image]) -> dict[str, Image]:
    """What a graph is given: each panel as a batch of one, under its tensor's name."""
    return {_tensor(name): panel[None] for name, panel in zip(names, panels, strict=True)}


def _tensor(name: str) -> str:
    """TensorFlow's name for what an operation gives first."""
    return f"{name}:0"


def _check(
    path: Path, inputs: dict[str, tuple[int, ...]], size: int, panels: tuple[str, ...]
) -> None:
    """Sees that a graph takes what its card says.

    Raises:
        ModelError: It doesn't, or has no inputs at all.
    """
    if not inputs:
        raise _damaged(path)
    shape = (size, 2 * size, 3) if panels == (INPUT,) else (1, size, size, 3)
    if inputs != {_tensor(panel): shape for panel in panels}:
        received = ", ".join(f"{name} of {shape}" for name, shape in inputs.items())
        rule = f"a graph takes its card's panels, {', '.join(panels)}, of {size}x{size}"
        raise ModelError(
            rule,
            f"{received} in {path}",
            "restore the card that belongs to it, or export the model again",
        )


def _damaged(path: Path) -> ModelError:
    return ModelError(
        "a model's graph can be read",
        f"{path}, damaged",
        "export the model again, or restore the file",
    )
