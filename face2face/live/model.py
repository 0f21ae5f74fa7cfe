"""The puppet: a trained target, loaded and ready to be moved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from face2face import modes
from face2face.card import FILE_NAME, ModelCard
from face2face.errors import ModelError
from face2face.face.sketch import LEGACY
from face2face.image import Image, Scene
from face2face.inference.engine import Engine, OpenVinoEngine, TensorFlowEngine
from face2face.inference.names import GRAPH, INPUT
from face2face.modes.reenact import Reenact


@dataclass(frozen=True)
class ReenactmentModel:
    """What turns a scene into the target's picture.

    Attributes:
        mode: Makes the panels.
        engine: Runs the graph on them.
        name: Of the model.
    """

    mode: modes.Mode
    engine: Engine
    name: str

    @classmethod
    def load(cls, path: Path) -> ReenactmentModel:
        """Loads a model's folder, or a graph in one. A graph without a card is taken for one of the ancestors'.

        Raises:
            ModelError: There is none, or it or its card is damaged.
        """
        graph = path / GRAPH if path.is_dir() else path
        if not graph.is_file():
            do = "train one first, or name another folder"
            raise ModelError(
                "--tf-model is a frozen graph or the folder of one", f"no file {graph}", do
            )
        folder = graph.parent
        if not (folder / FILE_NAME).is_file():
            return cls(
                Reenact(256, LEGACY, None, None), TensorFlowEngine(graph, 256, (INPUT,)), graph.name
            )
        card = ModelCard.load(folder)
        return cls(modes.load(card, folder), OpenVinoEngine.of(card, graph), folder.name)

    def condition(self, scene: Scene) -> list[Image]:
        """The panels that the network is shown."""
        return self.mode.condition(scene)

    def answer(self, scene: Scene, panels: list[Image]) -> Image:
        """The target's picture."""
        return self.mode.compose(scene.photo, self.engine(panels))
