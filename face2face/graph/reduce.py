"""Reduce: a run becomes a generator without anything that only training needs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import keras

from face2face.card import FILE_NAME, Card
from face2face.errors import ModelError
from face2face.face import bank
from face2face.files import writable_folder, write_aside
from face2face.graph.names import REDUCED

#: Where training leaves the generator of its best epoch.
TRAINED = "best.keras"


def reduce(model_input: Path, model_output: Path) -> Path:
    """Writes ``generator.keras``, its card and what lies beside it.

    The discriminator, the optimiser and the dropout are dropped.

    Args:
        model_input: A training run's folder.
        model_output: Made if need be; may be the same folder.

    Returns:
        The file written.

    Raises:
        ModelError: There is no trained generator, or it is damaged.
    """
    path = model_input / TRAINED
    if not path.is_file():
        raise ModelError(
            "--model-input is the folder of a training run", f"no {TRAINED} in {model_input}", "train for at least one epoch first"
        )
    card = Card.load(model_input)
    generator = load_generator(path)
    reduced = keras.models.clone_model(generator, call_function=_without_dropout)
    reduced.set_weights(generator.get_weights())
    writable_folder(model_output)
    written = model_output / REDUCED
    with write_aside(written) as aside:
        reduced.save(aside)
    if model_output.resolve() != model_input.resolve():
        for name in (FILE_NAME, *([bank.FILE_NAME] if "warp" in card.panels else [])):
            with write_aside(model_output / name) as aside:
                shutil.copyfile(model_input / name, aside)
    return written


def load_generator(path: Path) -> keras.Model:
    """A generator saved by Keras.

    Raises:
        ModelError: It is damaged.
    """
    try:
        return keras.models.load_model(path, compile=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError("a trained generator is a .keras file", f"{path}, damaged", "train again, or restore the file") from error


def _without_dropout(layer: keras.Layer, *arguments: Any, **options: Any) -> Any:
    return arguments[0] if isinstance(layer, keras.layers.Dropout) else layer(*arguments, **options)
