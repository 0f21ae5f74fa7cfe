"""A graph from a stranger runs only operations that a pix2pix generator needs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework import op_def_registry

from face2face.errors import ModelError
from face2face.inference.operations import OPERATIONS
from face2face.live.model import ReenactmentModel

Command = Callable[..., tuple[int, str, str]]
v1 = tf.compat.v1


def written(path: Path, answer: Callable[[Any], Any]) -> Path:
    """A graph of the predecessors' kind, whose answer to a strip is what a function makes of it."""
    with tf.Graph().as_default() as graph:
        image = v1.placeholder(tf.uint8, (256, 512, 3), "image_tensor")
        tf.identity(answer(image), name="generate_output/output")
    path.write_bytes(graph.as_graph_def().SerializeToString())
    return path


def after(deed: Any, image: Any) -> Any:
    """The strip's left half, given only once an operation has run."""
    with tf.control_dependencies([deed]):
        return tf.identity(image[:, :256])


def write(image: Any) -> Any:
    return after(tf.io.write_file("stolen.txt", "x"), image)


def copy(image: Any) -> Any:
    return after(
        tf.raw_ops.WriteFile(
            filename="stolen.txt", contents=tf.raw_ops.ReadFile(filename="secret.txt")
        ),
        image,
    )


def print_to_file(image: Any) -> Any:
    return after(tf.raw_ops.PrintV2(input="x", output_stream="file://stolen.txt"), image)


def save_checkpoint(image: Any) -> Any:
    return after(
        tf.raw_ops.SaveV2(
            prefix="stolen", tensor_names=["x"], shape_and_slices=[""], tensors=[tf.constant(1)]
        ),
        image,
    )


def call_python(image: Any) -> Any:
    return v1.py_func(lambda each: each[:, :256], [image], tf.uint8)


def call_function(image: Any) -> Any:
    return tf.function(write)(image)


def call_nested_functions(image: Any) -> Any:
    return tf.function(lambda each: tf.function(write)(each))(image)


def branch(image: Any) -> Any:
    return tf.cond(tf.reduce_mean(image) >= 0, lambda: write(image), lambda: image[:, :256])


def loop(image: Any) -> Any:
    return tf.while_loop(
        lambda each: tf.reduce_mean(each) > 0, lambda each: [each - 1], [image[:, :256]]
    )[0]


def list_files(image: Any) -> Any:
    return after(tf.io.matching_files("/*"), image)


HOSTILE = {
    write: "WriteFile",
    copy: "ReadFile",
    print_to_file: "PrintV2",
    save_checkpoint: "SaveV2",
    call_python: "PyFunc",
    call_function: "PartitionedCall",
    call_nested_functions: "PartitionedCall",
    branch: "If",
    loop: "While",
    list_files: "MatchingFiles",
}


@pytest.mark.parametrize("deed", HOSTILE, ids=lambda deed: deed.__name__)
def test_an_operation_that_no_generator_needs_is_refused_by_its_name(
    deed: Callable[[Any], Any], in_folder: Path
) -> None:
    Path("secret.txt").write_text("secret")
    graph = written(in_folder / "old.pb", deed)
    before = sorted(in_folder.iterdir())
    with pytest.raises(ModelError, match=f"old.pb holds the operation .*{HOSTILE[deed]}"):
        ReenactmentModel.load(graph).engine([np.zeros((256, 256, 3), np.uint8)])
    assert sorted(in_folder.iterdir()) == before


def altered(path: Path, alter: Callable[[Any], None]) -> Path:
    """A harmless graph, changed."""
    definition = v1.GraphDef()
    definition.ParseFromString(written(path, lambda image: image[:, :256]).read_bytes())
    alter(definition)
    path.write_bytes(definition.SerializeToString())
    return path


def test_a_function_that_nothing_calls_is_refused_too(tmp_path: Path) -> None:
    def add_function(definition: Any) -> None:
        function = definition.library.function.add()
        function.signature.name = "Identity"
        function.node_def.add(name="deed", op="WriteFile")

    with pytest.raises(ModelError, match="WriteFile"):
        ReenactmentModel.load(altered(tmp_path / "old.pb", add_function))


@pytest.mark.parametrize("name", ["Own>Operation", "__inference_write_7", "Write\nFile\x1b[2J", ""])
def test_an_unknown_operation_is_refused_in_one_line(
    name: str, in_folder: Path, face2face: Command
) -> None:
    graph = altered(
        in_folder / "old.pb", lambda definition: definition.node.add(name="deed", op=name)
    )
    status, _, err = face2face(
        "run_webcam", "--source", "demo", "--tf-model", graph, "--no-window", "--output", "out.mp4"
    )
    assert (status, err.count("\n")) == (2, 1)
    assert f"old.pb holds the operation {name!r}" in err
    assert "\x1b" not in err


def test_what_a_graph_may_hold_touches_nothing_outside_it() -> None:
    for name in OPERATIONS:
        operation = op_def_registry.get(name)
        # A random number changes its generator's state.
        assert not operation.is_stateful or name == "RandomUniform"
        assert not [each.name for each in operation.attr if each.type in ("func", "list(func)")]


def unet(image: Any, normalised: Callable[[Any], Any]) -> Any:
    """A pix2pix generator of two layers, in a graph as the predecessors freeze it."""

    def weights(*shape: int) -> Any:
        return tf.constant(rng.normal(0, 0.1, shape).astype(np.float32))

    rng = np.random.default_rng(0)
    pair = tf.image.convert_image_dtype(image, tf.float32)
    # Unknown shapes, as in TensorFlow 1: the width is then cut in half by operations.
    width = tf.raw_ops.Shape(input=pair)[1]
    sketch = v1.image.resize_images(
        pair[:, : width // 2] * 2 - 1, [256, 256], method=v1.image.ResizeMethod.AREA
    )
    padded = tf.pad(tf.expand_dims(sketch, 0), [[0, 0], [1, 1], [1, 1], [0, 0]])
    coded = tf.nn.bias_add(tf.nn.conv2d(padded, weights(4, 4, 3, 4), 2, "VALID"), weights(4))
    coded = normalised(tf.identity(0.6 * coded + 0.4 * tf.abs(coded)))
    joined = tf.nn.relu(tf.concat([v1.nn.dropout(coded, keep_prob=0.5), coded], axis=3))
    batch = tf.stack([tf.raw_ops.Shape(input=joined)[0], 256, 256, 3])
    answer = tf.tanh(
        normalised(v1.nn.conv2d_transpose(joined, weights(4, 4, 3, 8), batch, [1, 2, 2, 1]))
    )
    return tf.image.convert_image_dtype((answer + 1) / 2, tf.uint8, saturate=True)


def by_moments(batch: Any) -> Any:
    mean, variance = v1.nn.moments(batch, axes=[0, 1, 2], keep_dims=False)
    return tf.nn.batch_normalization(
        batch, mean, variance, tf.constant(0.0), tf.constant(1.0), 1e-5
    )


def fused(batch: Any) -> Any:
    channels = [int(batch.shape[3] or 3)]
    return v1.nn.fused_batch_norm(
        batch, tf.constant(1.0, shape=channels), tf.constant(0.0, shape=channels), epsilon=1e-5
    )[0]


@pytest.mark.parametrize("normalised", [by_moments, fused])
def test_a_pix2pix_generator_runs(normalised: Callable[[Any], Any], tmp_path: Path) -> None:
    model = ReenactmentModel.load(
        written(tmp_path / "old.pb", lambda image: unet(image, normalised))
    )
    panel = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    answer = model.engine([panel])
    assert (answer.shape, answer.dtype) == ((256, 256, 3), np.uint8)
    assert answer.std() > 5, "a picture, not a constant"
