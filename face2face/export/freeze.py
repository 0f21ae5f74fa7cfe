"""Freeze a generator into one self-contained TensorFlow graph, uint8 in, uint8 out.

Only this module needs TensorFlow.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.export.reduce import load_generator
from face2face.files import atomic_write
from face2face.inference.names import GRAPH, OUTPUT, REDUCED


def freeze(folder: Path) -> Path:
    """Write ``frozen_model.pb`` from the reduced generator in a folder.

    The inputs carry the names of the card's panels (``sketch:0`` and so on). Each is
    ``(1, size, size, 3)`` uint8 RGB, and so is the output, ``generate_output/output:0``. The card
    then names float32, until :func:`face2face.export.precision.choose_precision` finds better.

    Args:
        folder: Folder of the reduced generator and its card.

    Returns:
        The file written.

    Raises:
        ModelError: The reduced generator is missing, damaged, or does not fit the card; or Keras
            does not run on TensorFlow.
    """
    source = folder / REDUCED
    if not source.is_file():
        raise ModelError(f"{folder} has no {REDUCED}.", hint="Run tools/reduce_model.py first.")
    if keras.backend.backend() != "tensorflow":
        raise ModelError(
            f"Keras runs on {keras.backend.backend()}, but a graph is frozen with TensorFlow.",
            hint="Unset KERAS_BACKEND for this step; weights are the same on every backend.",
        )
    card = ModelCard.load(folder)
    generator = load_generator(source)
    _check_inputs(generator, card, source)
    graph = _frozen_graph(generator, card)
    # An older card may name the precision of an older graph.
    replace(card, precision="f32").save(folder)
    with atomic_write(folder / GRAPH) as aside:
        aside.write_bytes(graph.as_graph_def().SerializeToString(deterministic=True))
    return folder / GRAPH


def _check_inputs(generator: keras.Model, card: ModelCard, source: Path) -> None:
    """Raise where a generator does not take the card's panels."""
    expected = (card.size, card.size, 3)
    shapes = [tuple(each.shape[1:]) for each in generator.inputs]
    if shapes != [expected] * len(card.panels):
        raise ModelError(
            f"{source} takes inputs of {', '.join(map(str, shapes))}, but its card names "
            f"{len(card.panels)} panels of {expected}.",
            hint="Restore the card that belongs to it.",
        )


def _frozen_graph(generator: keras.Model, card: ModelCard) -> Any:
    """Return the ``tf.Graph`` of a generator, its weights turned into constants."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    shape = (1, card.size, card.size, 3)

    @tf.function(
        input_signature=[tf.TensorSpec(shape, tf.uint8, name=panel) for panel in card.panels]
    )
    def picture(*panels: tf.Tensor) -> tf.Tensor:
        signed = [tf.cast(panel, tf.float32) / 127.5 - 1 for panel in panels]
        answer = generator(keras.tree.pack_sequence_as(generator.input, signed), training=False)
        return tf.cast(tf.clip_by_value(tf.round((answer + 1) * 127.5), 0, 255), tf.uint8)

    frozen = convert_variables_to_constants_v2(picture.get_concrete_function())
    definition = frozen.graph.as_graph_def()
    # TensorFlow's order of the inputs differs between processes; the file is to be the same.
    position = {panel: number for number, panel in enumerate(card.panels)}
    definition.node.sort(key=lambda node: position.get(node.name, len(position)))
    graph = tf.Graph()
    with graph.as_default():
        (answer,) = tf.import_graph_def(
            definition, name="", return_elements=[frozen.outputs[0].name]
        )
        tf.identity(answer, name=OUTPUT)
    return graph
