"""Find models on disk: pretrained ones, and those trained in the current folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from face2face.card import DRIVEN, FILE_NAME, ModelCard, describes_data
from face2face.errors import ModelError
from face2face.inference.names import GRAPH

#: The pretrained targets; the first is driven by default.
TARGETS = ("astronaut", "nobody")
DEFAULT_TARGET = TARGETS[0]


def pretrained(name: str = DEFAULT_TARGET) -> Path:
    """Return the folder of a model that comes with face2face.

    Args:
        name: ``astronaut``, ``nobody``, ``edit``, ``eyes``, ``inpaint``, ``mouth`` or ``parser``.

    Raises:
        ModelError: The model is missing.

    >>> pretrained("astronaut").name
    'astronaut'
    """
    # Next to the package in a checkout, inside it when installed from a wheel.
    for parent in Path(__file__).resolve().parents[1:3]:
        if (parent / "models" / name / GRAPH).is_file():
            return parent / "models" / name
    raise ModelError(
        f"There is no pretrained model {name}.",
        hint="Name another model, or reinstall face2face.",
    )


def find_graph(path: Path) -> Path:
    """Return the frozen graph of a model.

    Args:
        path: The model's folder, or the graph itself.

    Raises:
        ModelError: There is no such file.
    """
    if not path.exists():
        raise ModelError(f"There is no model {path}.", hint="Train one first, or check the path.")
    graph = path / GRAPH if path.is_dir() else path
    if not graph.is_file():
        raise ModelError(
            f"There is no file {graph}.", hint="Train a model first, or name another folder."
        )
    return graph


def find_folder(path: Path) -> Path:
    """Return the folder of a model, or of a target that has keyframes and no network yet.

    Args:
        path: The folder, or the graph in it.

    Raises:
        ModelError: There is neither.
    """
    has_graph = not path.is_dir() or (path / GRAPH).is_file()
    if not has_graph and any(describes_data(path, mode) for mode in DRIVEN):
        return path
    return find_graph(path).parent


def mode_name(path: Path) -> str:
    """Return the name of a model's mode; a graph without a card is one that a driver moves.

    Args:
        path: The model's folder, or its graph.

    Raises:
        ModelError: The graph is missing, or the card is damaged.
    """
    folder = find_folder(path)
    return ModelCard.load(folder).mode if (folder / FILE_NAME).is_file() else "reenact"


def find_models(path: Path) -> list[Path]:
    """Return the models that a path names, sorted by name.

    Args:
        path: A model's folder or graph; a folder of models, of which those that a driver moves
            are taken; or, where nothing of that name exists, the name of a pretrained model.

    Raises:
        ModelError: The folder holds no such model.
    """
    if not path.exists() and len(path.parts) == 1:
        with suppress(ModelError):  # Loading says what is missing.
            return [pretrained(path.name)]
    if not path.is_dir() or (path / GRAPH).is_file() or (path / FILE_NAME).is_file():
        return [path]
    folders = sorted(graph.parent for graph in path.glob(f"*/{GRAPH}"))
    models = [folder for folder in folders if mode_name(folder) in DRIVEN]
    if not models:
        raise ModelError(
            f"There is no model in {path} that a driver moves.",
            hint="Train one first, or name another folder.",
        )
    return models


def default_models(mode: str | None = None) -> list[Path]:
    """Return the models to run where none is named; the first one is shown first.

    It is the newest model in the current folder that face2face made and that a driver moves. There
    may be none; then they are the pretrained targets.

    Args:
        mode: ``inpaint`` for the pretrained model that retouches.

    Raises:
        ModelError: A pretrained model is missing.
    """
    if mode == "inpaint":
        return [pretrained(mode)]
    trained = _trained_models(Path.cwd())
    newest = max(trained, key=lambda folder: (folder / GRAPH).stat().st_mtime, default=None)
    return [newest] if newest else [pretrained(name) for name in TARGETS]


def _trained_models(folder: Path) -> Iterator[Path]:
    """Yield the models in a folder that face2face made and that a driver moves."""
    for path in folder.glob(f"*/{FILE_NAME}"):
        if not path.is_file() or not (path.parent / GRAPH).is_file():
            continue
        # A damaged card is skipped: nobody named that model.
        with suppress(ModelError):
            card = ModelCard.load(path.parent, earlier=True)
            if card.is_own and card.mode in DRIVEN:
                yield path.parent
