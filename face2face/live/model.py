"""ReenactmentModel: a target, loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from face2face import modes
from face2face.card import FILE_NAME, ModelCard
from face2face.errors import ModelError
from face2face.face.back_ends import DLIB
from face2face.inference.engine import Engine, OpenVinoEngine
from face2face.inference.legacy import load_legacy
from face2face.inference.models import DEFAULT_TARGET, find_folder, find_graph, pretrained
from face2face.inference.names import GRAPH
from face2face.inference.warp_engine import WarpEngine
from face2face.modes.reenact import Reenact


@dataclass(frozen=True)
class ReenactmentModel:
    """A mode, and the engine that runs its graph.

    Attributes:
        mode: Makes the panels of a pose.
        engine: Generates the target's picture from the panels.
        name: Name of the model's folder; without a network, that of the video or photo.
        landmarks: The landmark back end that it was made with.

    >>> model = load_model("astronaut")
    >>> model.mode.panels
    ('sketch', 'warp', 'mask')
    """

    mode: Reenact
    engine: Engine
    name: str
    landmarks: str = DLIB

    @classmethod
    def load(cls, path: Path) -> ReenactmentModel:
        """Return the model of a folder.

        Args:
            path: The folder, or the graph in it. A graph without a card is read as one of
                datitran/face2face-demo. A folder of keyframes without a graph shows them warped.

        Raises:
            ModelError: A file is missing or damaged, or the model is of another mode.
        """
        folder = find_folder(path)
        if not (folder / FILE_NAME).is_file():
            graph = find_graph(path)
            return cls(*load_legacy(graph), graph.name)
        card = ModelCard.load(folder)
        mode = modes.load(card, folder)
        if not isinstance(mode, Reenact):
            raise ModelError(
                f"The model in {folder} is of mode {card.mode}, not reenact.",
                hint="Name another model.",
            )
        graph = path if path.is_file() else folder / GRAPH
        if graph.is_file():
            return cls(mode, OpenVinoEngine.of(card, graph), folder.name, card.landmarks)
        name = str(card.data.get("file", folder.name))
        return cls(mode, WarpEngine(card), name, card.landmarks)


def load_model(name: str | Path = DEFAULT_TARGET) -> ReenactmentModel:
    """Return a target that a driver can move.

    Args:
        name: The folder of a model, its graph, or the name of a pretrained target. A folder of that
            name comes first.

    Raises:
        ModelError: There is none, or it is damaged or of another mode.

    >>> load_model("astronaut").mode.size
    256
    """
    path = Path(name)
    return ReenactmentModel.load(path if path.exists() else pretrained(str(name)))
