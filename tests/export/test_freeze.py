"""The frozen graph is the generator, on both engines."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import keras
import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.data.dataset import PanelLayout, to_bytes, to_signed
from face2face.errors import ModelError
from face2face.export.freeze import freeze
from face2face.export.reduce import strip_for_inference, without_training
from face2face.image import Scene
from face2face.inference.engine import OpenVinoEngine, TensorFlowEngine
from face2face.inference.names import GRAPH, REDUCED
from face2face.keyframes.background import BackgroundModel
from face2face.keyframes.bank import FILE_NAME, KeyframeBank
from face2face.learn.networks import GENERATORS
from face2face.live.model import ReenactmentModel

Command = Callable[..., tuple[int, str, str]]


PANELS = ("sketch", "warp", "mask")


def trained(folder: Path, name: str, panels: tuple[str, ...] = PANELS, ngf: int = 8) -> keras.Model:
    """A generator with weights that matter, as training leaves it."""
    keras.utils.set_random_seed(0)
    bare = len(panels) == 1
    roles = (None, None) if bare else (1, 2)
    generator = GENERATORS[name](
        PanelLayout(len(panels) + 1, tuple(range(len(panels))), len(panels), 256, *roles), ngf
    )
    rng = np.random.default_rng(1)
    generator.set_weights(
        [
            each + rng.normal(0, 0.05, each.shape) * (each.ndim > 1) + rng.uniform(0, 0.2)
            for each in generator.get_weights()
        ]
    )
    generator.save(folder / "best.keras")
    ModelCard("reenact", 256, panels, generator=name).save(folder)
    if "warp" in panels:
        black, nowhere = np.zeros((256, 256, 3), np.uint8), np.zeros((70, 2), np.float32)
        KeyframeBank.of(
            [Scene(black, nowhere)],
            np.zeros((1, 70), np.float32),
            nowhere,
            BackgroundModel(black, black[..., :1]),
        ).save(folder)
    return generator


@pytest.mark.parametrize("name", sorted(GENERATORS))
def test_the_frozen_graph_equals_the_generator_within_a_grey_level(
    name: str, tmp_path: Path
) -> None:
    generator = trained(tmp_path, name)
    strip_for_inference(tmp_path, tmp_path / "model")
    path = freeze(tmp_path / "model")
    panels = list(np.random.default_rng(2).integers(0, 256, (3, 256, 256, 3), np.uint8))
    signed = [to_signed(panel[None]) for panel in panels]
    truth = to_bytes(keras.ops.convert_to_numpy(generator(signed, training=False)))[0].astype(int)
    assert truth.std() > 5, "a picture, not a constant"
    for engine in (TensorFlowEngine(path, 256, PANELS), OpenVinoEngine(path, 256, PANELS)):
        answer = engine(panels)
        assert answer.shape == (256, 256, 3)
        assert answer.dtype == np.uint8
        assert np.abs(answer.astype(int) - truth).max() <= 1, engine.name


def test_the_tensors_are_named_after_the_panels(tmp_path: Path) -> None:
    import tensorflow as tf

    trained(tmp_path, "light")
    strip_for_inference(tmp_path, tmp_path)
    definition = tf.compat.v1.GraphDef()
    definition.ParseFromString(freeze(tmp_path).read_bytes())
    names = {node.name: node for node in definition.node}
    assert {node.name for node in definition.node if node.op == "Placeholder"} == set(PANELS)
    assert all(names[panel].attr["dtype"].type == tf.uint8 for panel in PANELS)
    assert names["generate_output/output"].attr["T"].type == tf.uint8
    assert not [node.name for node in definition.node if "Variable" in node.op]


def test_the_inputs_stand_in_the_order_of_the_card(tmp_path: Path) -> None:
    import tensorflow as tf

    trained(tmp_path, "light", ngf=2)
    strip_for_inference(tmp_path, tmp_path)
    card = ModelCard.load(tmp_path)
    for panels in permutations(PANELS):
        replace(card, panels=panels).save(tmp_path)
        definition = tf.compat.v1.GraphDef()
        definition.ParseFromString(freeze(tmp_path).read_bytes())
        assert tuple(node.name for node in definition.node[: len(panels)]) == panels


def test_reducing_drops_the_dropout_and_keeps_the_rest(tmp_path: Path) -> None:
    generator = trained(tmp_path, "unet", ("sketch",), ngf=2)
    reduced = keras.models.load_model(strip_for_inference(tmp_path, tmp_path / "model"))
    kinds = [type(layer).__name__ for layer in reduced.layers]
    assert "Dropout" in [type(layer).__name__ for layer in generator.layers]
    assert "Dropout" not in kinds
    assert reduced.count_params() == generator.count_params()


def test_reducing_folds_the_normalisation(tmp_path: Path) -> None:
    generator = trained(tmp_path, "light", ngf=4)
    panels = list(np.random.default_rng(0).uniform(-1, 1, (3, 1, 256, 256, 3)).astype(np.float32))
    generator(
        [np.repeat(panel, 2, axis=0) for panel in panels], training=True
    )  # gives the normalisation a mean and a variance
    reduced = without_training(generator)
    assert "BatchNormalization" in [type(layer).__name__ for layer in generator.layers]
    assert "BatchNormalization" not in [type(layer).__name__ for layer in reduced.layers]
    before, after = (
        keras.ops.convert_to_numpy(each(panels, training=False)) for each in (generator, reduced)
    )
    assert np.abs(before - after).max() < 1e-4


def test_the_single_steps_make_a_model_that_runs(tmp_path: Path, face2face: Command) -> None:
    trained(tmp_path, "light")
    assert (
        face2face("reduce_model", "--model-input", tmp_path, "--model-output", tmp_path / "model")[
            0
        ]
        == 0
    )
    assert (
        face2face("freeze_model", "--model-folder", tmp_path / "model", "--precision", "f32")[0]
        == 0
    )
    assert {path.name for path in (tmp_path / "model").iterdir()} == {
        "card.json",
        FILE_NAME,
        GRAPH,
        REDUCED,
    }


def test_a_run_is_exported_into_its_own_folder_by_default(
    tmp_path: Path, face2face: Command
) -> None:
    trained(tmp_path, "light", ("sketch",), ngf=2)
    export = ("export", "--model", tmp_path, "--precision", "f32")
    for extra in ((), (), ("--overwrite",), ("--output", tmp_path / ".." / tmp_path.name)):
        status, out, err = face2face(*export, *extra)
        assert status == 0, err
        assert f"{GRAPH}\nprecision: f32" in out


def test_steps_out_of_order_are_refused(tmp_path: Path, face2face: Command) -> None:
    status, _, err = face2face(
        "reduce_model", "--model-input", tmp_path, "--model-output", tmp_path / "model"
    )
    assert (status, "best.keras" in err) == (2, True)
    status, _, err = face2face("freeze_model", "--model-folder", tmp_path)
    assert (status, "reduce_model" in err) == (2, True)


def test_a_graph_that_does_not_fit_its_card_is_refused(tmp_path: Path) -> None:
    trained(tmp_path, "light", ("sketch",), ngf=2)
    strip_for_inference(tmp_path, tmp_path)
    path = freeze(tmp_path)
    for engine in (OpenVinoEngine, TensorFlowEngine):
        with pytest.raises(ModelError, match="sketch, warp, of 256x256"):
            engine(path, 256, ("sketch", "warp"))
        with pytest.raises(ModelError, match="sketch, of 512x512"):
            engine(path, 512, ("sketch",))


@pytest.mark.parametrize("damage", [b"", b"\x00garbage\xff" * 100, None])
def test_a_damaged_graph_is_refused(tmp_path: Path, damage: bytes | None) -> None:
    trained(tmp_path, "light", ("sketch",), ngf=2)
    strip_for_inference(tmp_path, tmp_path)
    path = freeze(tmp_path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] if damage is None else damage)
    for engine in (OpenVinoEngine, TensorFlowEngine):
        with pytest.raises(ModelError, match="damaged"):
            engine(path, 256, ("sketch",))


def ancestral_graph(path: Path) -> Path:
    """A graph with the predecessors' (256, 512, 3) input; it returns the left half's negative."""
    import tensorflow as tf

    graph = tf.Graph()
    with graph.as_default():
        image = tf.compat.v1.placeholder(tf.uint8, (256, 512, 3), "image_tensor")
        tf.identity(255 - image[:, :256], name="generate_output/output")
    path.write_bytes(graph.as_graph_def().SerializeToString())
    return path


def test_a_graph_of_the_ancestors_runs(tmp_path: Path) -> None:
    puppet = ReenactmentModel.load(ancestral_graph(tmp_path / "frozen_model.pb"))
    assert puppet.engine.name == "TensorFlow"
    panel = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    assert (puppet.engine([panel]) == 255 - panel).all()


def test_a_graph_of_the_ancestors_is_driven_from_the_command_line(
    tmp_path: Path, video: Path, face2face: Command
) -> None:
    graph = ancestral_graph(tmp_path / "old.pb")
    status, out, _ = face2face(
        "run_webcam",
        "--source",
        video,
        "--tf-model",
        graph,
        "--output",
        tmp_path / "out.mp4",
        "--no-window",
    )
    assert status == 0
    assert "24 frames, 24 with a face" in out


def test_the_live_program_needs_no_tensorflow_for_our_graphs(tmp_path: Path) -> None:
    import sys

    trained(tmp_path, "light", ("sketch",), ngf=2)
    strip_for_inference(tmp_path, tmp_path)
    freeze(tmp_path)
    code = f"""
import sys
from pathlib import Path
from face2face.live.model import ReenactmentModel
ReenactmentModel.load(Path({str(tmp_path)!r}))
assert 'tensorflow' not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_graph_frozen_anew_runs_in_float32_until_a_precision_is_chosen_for_it(
    tmp_path: Path,
) -> None:
    trained(tmp_path, "light")
    replace(ModelCard.load(tmp_path), precision="int8").save(tmp_path)
    strip_for_inference(tmp_path, tmp_path)
    freeze(tmp_path)
    assert "f32" in ReenactmentModel.load(tmp_path).engine.name
