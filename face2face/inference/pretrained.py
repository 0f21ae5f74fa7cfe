"""Load models that work on photos; the pretrained ones by default."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from face2face import modes
from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.face.back_ends import make_detector
from face2face.face.expression_model import ExpressionModel
from face2face.face.features import FEATURES
from face2face.image import Image, Scene
from face2face.imaging.retoucher import Retoucher
from face2face.inference.engine import EMOTION, PARSE, OpenVinoEngine
from face2face.inference.models import find_graph, pretrained
from face2face.modes.edit import Edit
from face2face.modes.feature import FeatureMode
from face2face.segmentation.donors import Donors
from face2face.segmentation.emotions import PANELS, EmotionClassifier
from face2face.segmentation.face_fill import FaceFill
from face2face.segmentation.features import FACE_SIZE
from face2face.segmentation.parser import Parser

#: Modes whose answer is no picture -> the program that trains such a model.
_PROGRAMS = {PARSE: "tools/train_parser.py", EMOTION: "tools/train_emotion.py"}


def load_edit(folder: Path | None = None) -> tuple[Edit, OpenVinoEngine]:
    """Return mode and engine of an edit model, see :class:`face2face.modes.edit.Edit`.

    Args:
        folder: The model's folder; None for the pretrained one.

    Raises:
        ModelError: The model is missing, damaged, or of another mode.
    """
    folder = folder or pretrained("edit")
    card, engine = _load(folder, "edit")
    return Edit.load(card, folder), engine


def feature_folder(feature: str, folder: Path | None = None) -> Path:
    """Return the folder of the model that repaints a feature.

    Args:
        feature: ``mouth`` or ``eyes``.
        folder: Folder with both models; None for the pretrained ones.

    Raises:
        ModelError: There is no such folder.
    """
    path = pretrained(feature) if folder is None else folder / feature
    if not path.is_dir():
        raise ModelError(
            f"There is no model {path}.",
            hint="Make pairs with tools/make_feature_data.py, and run train.py --mode feature on "
            "its mouth/ and its eyes/.",
        )
    return path


def load_feature(feature: str, folder: Path | None = None) -> tuple[FeatureMode, OpenVinoEngine]:
    """Return mode and engine of the model that repaints a feature.

    Args:
        feature: ``mouth`` or ``eyes``.
        folder: Folder with both models; None for the pretrained ones.

    Raises:
        ModelError: The model is missing, damaged, or repaints another feature.
    """
    path = feature_folder(feature, folder)
    card, engine = _load(path, "feature")
    mode = FeatureMode.load(card, path)
    if mode.feature != feature:
        raise ModelError(
            f"The model in {path} repaints the {mode.feature}, not the {feature}.",
            hint="Rename the folder.",
        )
    return mode, engine


def load_expressions(folder: Path | None = None) -> ExpressionModel:
    """Return the model of expressions that the card of a model of mode ``feature`` holds.

    Args:
        folder: Folder with the models ``mouth`` and ``eyes``; None for the pretrained ones.

    Raises:
        ModelError: A card is missing or damaged, or none holds expressions.
    """
    for feature in FEATURES:
        path = feature_folder(feature, folder)
        card = ModelCard.load(path)
        if card.mode == "feature" and (found := FeatureMode.load(card, path).expressions):
            return found
    raise ModelError(
        f"The models in {path.parent} know no expressions.",
        hint="Make their pairs from photos of people that show some, and train again.",
    )


def load_retoucher(folder: Path | None = None) -> Retoucher:
    """Return a retoucher of photos, by an inpainting model and the donors of faces.

    A network paints every hole; large holes in faces are then filled with photographed pixels, see
    :class:`face2face.segmentation.face_fill.FaceFill`.

    Args:
        folder: The model's folder; None for the pretrained one.

    Raises:
        ModelError: The model is missing, damaged, or of another mode.
    """
    mode, engine = load_mode(folder or pretrained("inpaint"), "inpaint")
    return Retoucher(
        mode.size,
        lambda scene: engine(mode.condition(scene)),
        FaceFill(lambda: Donors.load(pretrained("edit")), make_detector),
    )


def load_parser(folder: Path | None = None) -> Parser:
    """Return a parser of faces.

    Args:
        folder: The model's folder; None for the pretrained one.

    Raises:
        ModelError: The model is missing, damaged, or no parser.
    """
    card, engine = _load(folder or pretrained("parser"), PARSE)
    return Parser(engine, card.size)


def load_emotion_classifier(folder: Path) -> EmotionClassifier:
    """Return a classifier of emotions.

    Args:
        folder: The model's folder.

    Raises:
        ModelError: The model is missing, damaged, or no emotion classifier.
    """
    card, engine = _load(folder, EMOTION)
    if (card.size, card.panels) != (FACE_SIZE, PANELS):
        raise ModelError(
            f"The classifier in {folder} takes other masks than this version makes.",
            hint="Train one with tools/train_emotion.py.",
        )
    return EmotionClassifier(engine)


def load_painter(folder: Path, mode: str) -> Callable[[Scene], Image]:
    """Return a model with its mode: a function from a scene to the generated picture.

    Args:
        folder: The model's folder.
        mode: The mode that the model must have.

    Raises:
        ModelError: The model is missing, damaged, or of another mode.
    """
    loaded, engine = load_mode(folder, mode)
    return lambda scene: engine(loaded.condition(scene))


def load_mode(path: Path, mode: str) -> tuple[modes.Mode, OpenVinoEngine]:
    """Return the mode and the engine of a model.

    Args:
        path: The model's folder, or its graph.
        mode: The mode that the model must have.

    Raises:
        ModelError: The model is missing, damaged, or of another mode.
    """
    folder = path if path.is_dir() else path.parent
    card, engine = _load(path, mode)
    return modes.load(card, folder), engine


def _load(path: Path, mode: str) -> tuple[ModelCard, OpenVinoEngine]:
    if not path.exists():
        raise ModelError(f"There is no model {path}.", hint="Check the path.")
    folder = path if path.is_dir() else path.parent
    card = ModelCard.load(folder)
    if card.mode != mode:
        command = _PROGRAMS.get(mode, f"face2face train --mode {mode}")
        raise ModelError(
            f"The model in {folder} is of mode {card.mode}, not {mode}.",
            hint=f"Train one with {command}, or name another model.",
        )
    return card, OpenVinoEngine.of(card, find_graph(path))
