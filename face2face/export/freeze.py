"""Freeze: a generator becomes one self-contained TensorFlow graph, bytes in, bytes out. The only place that needs TensorFlow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.export.reduce import load_generator
from face2face.files import atomic_write
from face2face.inference.names import GRAPH, OUTPUT, REDUCED


def freeze(folder: Path) -> Path:
    """Writes ``frozen_model.pb`` of the reduced generator in a folder.

    Its inputs have the names of the card's panels, ``sketch:0`` and so on, and are ``(1, size, size, 3)`` uint8 RGB each; so is its output,
    ``generate_output/output:0``. The card says that it runs in float32, until
    :func:`face2face.export.precision.choose_precision` finds better.

    Returns:
        The file written.

    Raises:
        ModelError: The folder has no reduced generator, or it doesn't fit the card.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    source = folder / REDUCED
    if not source.is_file():
        raise ModelError(
            "--model-folder holds a reduced generator",
            f"no {REDUCED} in {folder}",
            "run tools/reduce_model.py first",
        )
    if keras.backend.backend() != "tensorflow":
        do = "unset KERAS_BACKEND for this step: weights are the same on every backend"
        raise ModelError("a graph is frozen with Keras on TensorFlow", keras.backend.backend(), do)
    card = ModelCard.load(folder)
    generator = load_generator(source)
    shape = (1, card.size, card.size, 3)
    shapes = [tuple(each.shape[1:]) for each in generator.inputs]
    if shapes != [shape[1:]] * len(card.panels):
        rule = f"the card's generator takes {len(card.panels)} panels of {shape[1:]}"
        raise ModelError(rule, ", ".join(map(str, shapes)), "restore the card that belongs to it")

    @tf.function(
        input_signature=[tf.TensorSpec(shape, tf.uint8, name=panel) for panel in card.panels]
    )
    def picture(*panels: tf.Tensor) -> tf.Tensor:
        signed = [tf.cast(panel, tf.float32) / 127.5 - 1 for panel in panels]
        answer = (
            generator(keras.tree.pack_sequence_as(generator.input, signed), training=False) + 1
        ) * 127.5
        return tf.cast(tf.clip_by_value(tf.round(answer), 0, 255), tf.uint8)

    frozen = convert_variables_to_constants_v2(picture.get_concrete_function())
    graph = tf.Graph()
    with graph.as_default():
        (answer,) = tf.import_graph_def(
            frozen.graph.as_graph_def(), name="", return_elements=[frozen.outputs[0].name]
        )
        tf.identity(answer, name=OUTPUT)
    # What was quantised was another graph.
    replace(card, precision="f32").save(folder)
    with atomic_write(folder / GRAPH) as aside:
        aside.write_bytes(graph.as_graph_def().SerializeToString(deterministic=True))
    return folder / GRAPH
