"""Reduce a trained generator: drop everything that only training needs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from face2face.card import BEST, FILE_NAME, PANEL_FILES, ModelCard
from face2face.errors import ModelError
from face2face.files import atomic_write, ensure_writable_dir
from face2face.inference.names import REDUCED


def strip_for_inference(model_input: Path, model_output: Path) -> Path:
    """Write the reduced ``generator.keras`` of a training run, its card and its keyframe bank.

    The discriminator, the optimiser state and the dropout are dropped. Batch normalisation is
    folded into the convolutions.

    Args:
        model_input: Folder of the training run.
        model_output: Folder to write to; made if missing. It may be the same folder.

    Returns:
        The generator's file.

    Raises:
        ModelError: The trained generator is missing or damaged.
    """
    path = model_input / BEST
    if not path.is_file():
        raise ModelError(
            f"{model_input} has no {BEST}.", hint="Train for at least one epoch first."
        )
    card = ModelCard.load(model_input)
    reduced = without_training(load_generator(path))
    ensure_writable_dir(model_output)
    written = model_output / REDUCED
    with atomic_write(written) as aside:
        reduced.save(aside)
    if model_output.resolve() != model_input.resolve():
        for name in (
            FILE_NAME,
            *(PANEL_FILES[each] for each in card.panels if each in PANEL_FILES),
        ):
            with atomic_write(model_output / name) as aside:
                shutil.copyfile(model_input / name, aside)
    return written


def load_generator(path: Path) -> keras.Model:
    """Return a generator saved by Keras.

    Raises:
        ModelError: The file is damaged.
    """
    try:
        return keras.models.load_model(path, compile=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path} is damaged or is no Keras model.", hint="Train again, or restore the file."
        ) from error


def without_training(generator: keras.Model) -> keras.Model:
    """Return the same function with fewer layers.

    Dropout is removed. Batch normalisation is folded into the convolutions before it.

    Args:
        generator: A Keras functional model. It is not changed.
    """
    normalised = {norm.name: _convolutions_before(norm) for norm in generator.layers}
    removed = {name for name, convolutions in normalised.items() if convolutions}
    folded = {each.name: name for name, convolutions in normalised.items() for each in convolutions}
    # Of several summed convolutions, the first one gets the bias.
    biased = {convolutions[0].name for convolutions in normalised.values() if convolutions}

    def clone(layer: keras.Layer) -> keras.Layer:
        bias = {"use_bias": True} if layer.name in biased else {}
        return type(layer).from_config(layer.get_config() | bias)

    def call(layer: keras.Layer, *arguments: Any, **options: Any) -> Any:
        skipped = layer.name in removed or isinstance(layer, keras.layers.Dropout)
        return arguments[0] if skipped else layer(*arguments, **options)

    reduced = keras.models.clone_model(generator, clone_function=clone, call_function=call)
    for layer in reduced.layers:
        weights = generator.get_layer(layer.name).get_weights()
        if layer.name in folded:
            kernel_and_bias = _fold(weights[0], generator.get_layer(folded[layer.name]))
            weights = kernel_and_bias[: len(layer.weights)]
        layer.set_weights(weights)
    return reduced


def _convolutions_before(layer: keras.Layer) -> list[keras.Layer]:
    """Return the convolutions that a batch normalisation can be folded into.

    These are the convolution before it, or the convolutions whose sum it normalises. None may have
    a bias. For any other layer the list is empty.
    """
    if not isinstance(layer, keras.layers.BatchNormalization):
        return []
    before = layer.input._keras_history.operation
    terms = [before]
    if isinstance(before, keras.layers.Add):
        terms = [each._keras_history.operation for each in before.input]
    foldable = all(isinstance(each, keras.layers.Conv2D) and not each.use_bias for each in terms)
    return terms if foldable else []


def _fold(
    kernel: NDArray[np.floating], norm: keras.layers.BatchNormalization
) -> list[NDArray[np.floating]]:
    """Return the kernel and the bias of a convolution together with its normalisation."""
    scale, shift, mean, variance = norm.get_weights()
    factor = scale / np.sqrt(variance + norm.epsilon)
    return [kernel * factor, shift - mean * factor]
