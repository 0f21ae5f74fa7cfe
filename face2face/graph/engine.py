"""Engines: what runs a frozen graph. OpenVINO, and TensorFlow for graphs that OpenVINO can't."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.errors import ModelError
from face2face.graph.names import GRAPH, INPUT, OUTPUT, QUANTISED
from face2face.image import Image


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
        panels: How many it is shown.
        precision: ``f32``, ``bf16``, or ``int8``: then the file beside the graph is run.

    Raises:
        ModelError: It is damaged, missing, or takes other panels; where only compiling it shows that, at the first picture.
    """

    def __init__(self, path: Path, size: int, panels: int, precision: str = "f32") -> None:
        import openvino as ov

        self.name = f"OpenVINO, {precision}"
        if precision == "int8":
            path = path.parent / QUANTISED
        if not path.is_file():
            raise ModelError("a model's files are complete", f"no {path}", "restore it, or run tools/freeze_model.py again")
        hints: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32"}
        core = ov.Core()
        try:
            model = core.read_model(path)
        except RuntimeError as error:
            raise _damaged(path) from error
        check_input(path, tuple(model.input(0).shape), size, panels)

        def compiled() -> Any:
            try:
                return core.compile_model(model, "CPU", hints).create_infer_request()
            except RuntimeError as error:
                raise _damaged(path) from error

        # While the rest of the program starts.
        self._request = ThreadPoolExecutor(1).submit(compiled)

    def __call__(self, panels: list[Image]) -> Image:
        """See :class:`Engine`."""
        request = self._request.result()
        request.infer([cv2.merge(panels)[None]], share_inputs=True)
        return np.array(request.get_output_tensor(0).data[0])


class TensorFlowEngine:
    """Runs a graph on TensorFlow; also the ancestors', whose input is a ``(256, 512, 3)`` strip of sketch and camera picture.

    Args:
        path: The graph.
        size: Width and height of a panel.
        panels: How many it is shown.

    Raises:
        ModelError: It is damaged, or takes other panels.
    """

    name = "TensorFlow"

    def __init__(self, path: Path, size: int, panels: int) -> None:
        import tensorflow as tf
        from google.protobuf.message import DecodeError

        definition = tf.compat.v1.GraphDef()
        try:
            definition.ParseFromString(path.read_bytes())
            wrapped = tf.compat.v1.wrap_function(lambda: tf.compat.v1.import_graph_def(definition, name=""), [])
            self._run = wrapped.prune(f"{INPUT}:0", f"{OUTPUT}:0")
        except (OSError, DecodeError, ValueError, KeyError) as error:
            raise _damaged(path) from error
        self._tensor = tf.constant
        shape = tuple(self._run.inputs[0].shape)
        self._strip = len(shape) == 3
        check_input(path, shape, size, panels)

    def __call__(self, panels: list[Image]) -> Image:
        """See :class:`Engine`."""
        if self._strip:  # the second panel is the camera's picture, which the ancestors' graph crops away
            shown: NDArray[Any] = np.concatenate(panels * 2, axis=1)
        else:
            shown = np.concatenate(panels, axis=-1)[None]
        answer = self._run(self._tensor(shown)).numpy()
        return np.asarray(answer if answer.ndim == 3 else answer[0], np.uint8)


def check_input(path: Path, shape: tuple[int, ...], size: int, panels: int) -> None:
    """Sees that a graph takes what its card says.

    Raises:
        ModelError: It doesn't.
    """
    if shape not in ((1, size, size, 3 * panels), (size, 2 * size * panels, 3)):
        rule = f"a graph takes its card's {panels} panels of {size}x{size}"
        raise ModelError(rule, f"input {shape} in {path}", "restore the card that belongs to it, or export the model again")


def _damaged(path: Path) -> ModelError:
    return ModelError(f"{GRAPH} is a frozen TensorFlow graph", f"{path}, damaged", "export the model again, or restore the file")
