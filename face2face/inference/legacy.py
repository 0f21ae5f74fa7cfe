"""Graphs of the predecessors: frozen by datitran/face2face-demo.

affinelayer/pix2pix-tensorflow trains them. Their input is a strip of 256x512 pixels: the white
sketch on the left, the camera's picture on the right, which the graph crops away.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from face2face.face.sketch import LEGACY
from face2face.image import Image
from face2face.inference.engine import TensorFlowGraph
from face2face.inference.names import LEGACY_INPUT
from face2face.modes.reenact import Reenact

#: Width and height of a panel of datitran/face2face-demo, in pixels.
_LEGACY_SIZE = 256


class LegacyEngine:
    """Runs a graph of datitran/face2face-demo on TensorFlow.

    Args:
        path: The graph.

    Raises:
        ModelError: The file is damaged or is no such graph.
    """

    name = "TensorFlow"

    def __init__(self, path: Path) -> None:
        strip = (_LEGACY_SIZE, 2 * _LEGACY_SIZE, 3)
        picture = (_LEGACY_SIZE, _LEGACY_SIZE, 3)
        self._graph = TensorFlowGraph(path, {LEGACY_INPUT: strip}, (picture, (1, *picture)))

    def __call__(self, panels: list[Image]) -> Image:
        """Return the generated picture of one sketch, ``(256, 256, 3)`` uint8 RGB."""
        (sketch,) = panels
        return self._graph([np.concatenate([sketch, sketch], axis=1)]).reshape(sketch.shape)


def load_legacy(graph: Path) -> tuple[Reenact, LegacyEngine]:
    """Return mode and engine of a graph of datitran/face2face-demo.

    Raises:
        ModelError: The file is damaged or is no such graph.
    """
    mode = Reenact(_LEGACY_SIZE, sketch=LEGACY, shape=None, bank=None)
    return mode, LegacyEngine(graph)
