"""Reduce: a run becomes a generator without anything that only training needs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from face2face.card import BEST, FILE_NAME, ModelCard
from face2face.errors import ModelError
from face2face.files import atomic_write, ensure_writable_dir
from face2face.inference.names import REDUCED
from face2face.keyframes import bank


def strip_for_inference(model_input: Path, model_output: Path) -> Path:
    """Writes ``generator.keras``, its card and what lies beside it.

    The discriminator, the optimiser and the dropout are dropped, batch normalisation is folded into the convolutions.

    Args:
        model_input: A training run's folder.
        model_output: Made if need be; may be the same folder.

    Returns:
        The file written.

    Raises:
        ModelError: There is no trained generator, or it is damaged.
    """
    path = model_input / BEST
    if not path.is_file():
        raise ModelError(
            "--model-input is the folder of a training run",
            f"no {BEST} in {model_input}",
            "train for at least one epoch first",
        )
    card = ModelCard.load(model_input)
    reduced = without_training(load_generator(path))
    ensure_writable_dir(model_output)
    written = model_output / REDUCED
    with atomic_write(written) as aside:
        reduced.save(aside)
    if model_output.resolve() != model_input.resolve():
        for name in (FILE_NAME, *([bank.FILE_NAME] if "warp" in card.panels else [])):
            with atomic_write(model_output / name) as aside:
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
        raise ModelError(
            "a trained generator is a .keras file",
            f"{path}, damaged",
            "train again, or restore the file",
        ) from error


def without_training(generator: keras.Model) -> keras.Model:
    """The same function with fewer layers: no dropout, and batch normalisation folded into the convolutions before it."""
    normalised = {norm.name: _convolutions_before(norm) for norm in generator.layers}
    dropped = {name for name, convolutions in normalised.items() if convolutions}
    folded = {each.name: name for name, convolutions in normalised.items() for each in convolutions}
    # The first of those that are summed has the bias of all.
    biased = {convolutions[0].name for convolutions in normalised.values() if convolutions}

    def clone(layer: keras.Layer) -> keras.Layer:
        bias = {"use_bias": True} if layer.name in biased else {}
        return type(layer).from_config(layer.get_config() | bias)

    def call(layer: keras.Layer, *arguments: Any, **options: Any) -> Any:
        skipped = layer.name in dropped or isinstance(layer, keras.layers.Dropout)
        return arguments[0] if skipped else layer(*arguments, **options)

    reduced = keras.models.clone_model(generator, clone_function=clone, call_function=call)
    for layer in reduced.layers:
        weights = generator.get_layer(layer.name).get_weights()
        if layer.name in folded:
            weights = _folded(weights[0], generator.get_layer(folded[layer.name]))[
                : len(layer.weights)
            ]
        layer.set_weights(weights)
    return reduced


def _convolutions_before(layer: keras.Layer) -> list[keras.Layer]:
    """The convolutions without bias whose sum, or the one whose answer, a layer normalises by batch; none if it does anything else."""
    if not isinstance(layer, keras.layers.BatchNormalization):
        return []
    before = layer.input._keras_history.operation
    terms = (
        [each._keras_history.operation for each in before.input]
        if isinstance(before, keras.layers.Add)
        else [before]
    )
    return (
        terms
        if all(isinstance(each, keras.layers.Conv2D) and not each.use_bias for each in terms)
        else []
    )


def _folded(
    kernel: NDArray[np.floating], norm: keras.layers.BatchNormalization
) -> list[NDArray[np.floating]]:
    """Kernel and bias of a convolution with the normalisation that follows it."""
    scale, shift, mean, variance = norm.get_weights()
    factor = scale / np.sqrt(variance + norm.epsilon)
    return [kernel * factor, shift - mean * factor]
