"""Models made ready: those that come with the program, and a person's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from face2face import modes
from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.image import Image, Scene
from face2face.imaging.retoucher import Retoucher
from face2face.inference.engine import OpenVinoEngine
from face2face.inference.names import GRAPH
from face2face.modes.edit import Edit
from face2face.segmentation.parser import Parser

#: The mode in a parser's card.
PARSE = "parse"


def pretrained(name: str) -> Path:
    """The folder of a model that comes with the program.

    Raises:
        ModelError: It is missing.
    """
    # Beside the package in a checkout, inside it when installed from a wheel.
    for above in Path(__file__).resolve().parents[1:3]:
        if (above / "models" / name / GRAPH).is_file():
            return above / "models" / name
    raise ModelError(
        "models are shipped with the program",
        f"no {name}",
        "install the program anew, or name a model of your own",
    )


def load_edit(folder: Path | None = None) -> tuple[Edit, OpenVinoEngine]:
    """The mode and the engine of an edit model, see :class:`face2face.modes.edit.Edit`.

    Args:
        folder: Of its graph and card; None for the shipped one.

    Raises:
        ModelError: It is missing, damaged, or no edit model.
    """
    folder = folder or pretrained("edit")
    card, engine = _loaded(folder, "edit")
    return Edit.load(card, folder), engine


def load_retoucher(folder: Path | None = None) -> Retoucher:
    """What mends photos, by an inpainting model, see :class:`face2face.modes.inpaint.Inpaint`.

    Args:
        folder: Of its graph and card; None for the shipped one.

    Raises:
        ModelError: It is missing, damaged, or no inpainting model.
    """
    folder = folder or pretrained("inpaint")
    return Retoucher(ModelCard.load(folder).size, load_painter(folder, "inpaint"))


def load_parser(folder: Path | None = None) -> Parser:
    """A parser, ready to parse.

    Args:
        folder: Of its graph and card; None for the shipped one.

    Raises:
        ModelError: It is missing, damaged, or no parser.
    """
    folder = folder or pretrained("parser")
    card, engine = _loaded(folder, PARSE)
    return Parser(engine, card.size)


def load_painter(folder: Path, mode: str) -> Callable[[Scene], Image]:
    """A model with its mode: what it makes of a scene.

    Args:
        folder: Of its graph and card.
        mode: The one that it must be of.

    Raises:
        ModelError: It is missing, damaged, or of another mode.
    """
    card, engine = _loaded(folder, mode)
    shown = modes.load(card, folder)
    return lambda scene: engine(shown.condition(scene))


def _loaded(folder: Path, mode: str) -> tuple[ModelCard, OpenVinoEngine]:
    card = ModelCard.load(folder)
    if card.mode != mode:
        command = "tools/train_parser.py" if mode == PARSE else f"train.py --mode {mode}"
        raise ModelError(
            f"a model of mode {mode} is wanted",
            f"one of mode {card.mode} in {folder}",
            f"train one with {command}",
        )
    return card, OpenVinoEngine.of(card, folder / GRAPH)
