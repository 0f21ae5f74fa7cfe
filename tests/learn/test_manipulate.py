"""Reconstruction and manipulation: objectives, discriminators, and a few training steps."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import keras
import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.data.dataset import PanelLayout, split_panels
from face2face.data.reconstruction_pairs import NEW
from face2face.data.semantic import SemanticSample
from face2face.export.freeze import freeze
from face2face.export.reduce import without_training
from face2face.image import Scene
from face2face.learn.adversarial_loss import AdversarialLoss
from face2face.learn.inpainting_unet import inpainting_unet
from face2face.learn.manipulation import Manipulation
from face2face.learn.patchgan import multiscale_patchgan, semantic_patchgan
from face2face.learn.perceptual_loss import PerceptualLoss
from face2face.learn.pix2pix import Pix2Pix
from face2face.media.stills import read_image, write_image
from face2face.modes.reconstruct import Reconstruct
from face2face.segmentation.labels import CLASSES, group_labels, mean_colours
from tests.conftest import eager

Command = Callable[..., tuple[int, str, str]]
WHAT = PanelLayout(4, (0, 1, 2), 3, 64, colours=1, bars=2)


def pictures(channels: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (1, 64, 64, channels)).astype(np.float32)


def test_the_narrowest_width_is_told_the_numbers() -> None:
    generator = inpainting_unet(WHAT, 2)
    *shown, numbers = split_panels(pictures(9))
    assert (
        np.abs(
            np.asarray(generator([*shown, numbers])) - np.asarray(generator([*shown, 0 * numbers]))
        ).max()
        > 0
    )


def echo() -> keras.Model:
    """A generator that answers with the colours it is shown."""
    panels = [keras.Input((64, 64, 3)) for _ in range(3)]
    return keras.Model(panels, keras.layers.Identity()(panels[1]))


def test_the_second_picture_is_held_to_the_photo_only_where_the_maps_agree() -> None:
    model = Manipulation(echo(), None, WHAT, l1_weight=1.0, ssim_weight=0.0)
    own, truth = pictures(9), pictures(3, 1)
    own[..., 3:6] = truth  # the first picture is the photo
    new = own.copy()
    new[:, :16, :, :3] += 0.5  # another class in the upper quarter, and other colours there
    new[:, :16, :, 3:6] += 0.5
    x = np.concatenate([own, new], -1)
    assert float(model.compute_loss(x, truth, model(x))) == pytest.approx(0, abs=1e-6)
    x[:, 32:, :, 12:15] += 0.3  # in the lower half, two thirds of where they agree
    assert float(model.compute_loss(x, truth, model(x))) == pytest.approx(0.2, abs=1e-5)


def test_with_a_base_the_second_picture_is_held_to_the_warped_photo() -> None:
    layout = PanelLayout(5, (0, 1, 2, 3), 4, 64, base=3, colours=1, bars=2)
    panels = [keras.Input((64, 64, 3)) for _ in range(4)]
    generator = keras.Model(panels, keras.layers.Identity()(panels[3]))
    model = Manipulation(generator, None, layout, l1_weight=1.0, ssim_weight=0.0)
    own, truth = pictures(12), pictures(3, 1)
    own[..., 9:] = truth
    new = own.copy()
    new[..., 9:] += 0.4  # the warped photo: what this generator answers with
    x = np.concatenate([own, new], -1)
    assert float(model.compute_loss(x, truth, model(x))) == pytest.approx(0, abs=1e-6)


def test_features_are_compared_too() -> None:
    truth = pictures(3, 1)
    x = np.concatenate([pictures(3), truth, pictures(3, 2)], -1)
    x[..., 3:6] = truth[:, ::-1]
    losses = [
        float(
            (model := Pix2Pix(echo(), None, WHAT, 1.0, feature_weight=weight)).compute_loss(
                x, truth, model(x)
            )
        )
        for weight in (0.0, 2.0)
    ]
    away = PerceptualLoss()(truth, x[..., 3:6])
    assert losses[1] - losses[0] == pytest.approx(2 * float(away), rel=1e-4)
    assert float(away) > 0


def test_colours_are_learnt_of_true_pictures_and_asked_of_generated_ones() -> None:
    network = semantic_patchgan(64, 2, 4)
    adversary = AdversarialLoss(network, WHAT)
    condition, picture = pictures(9), pictures(3, 1)
    logits, said = network(np.concatenate([condition[..., :6], picture], -1))
    assert tuple(said.shape) == (1, 8, 8, 3)
    wanted = condition[..., 3:6].reshape(1, 8, 8, 8, 8, 3).mean((2, 4))
    away = 10 * float(np.abs(np.asarray(said) - wanted).mean())
    softplus = np.log1p(np.exp(np.asarray(logits, np.float64)))
    entropy = {label: float((softplus - label * np.asarray(logits)).mean()) for label in (0, 1)}
    assert float(adversary.generator_loss([(condition, picture)])) == pytest.approx(
        entropy[1] + away, rel=1e-4
    )
    own = float(adversary.discriminator_loss([(condition, picture)], [(condition, picture)]))
    assert own == pytest.approx((entropy[1] + entropy[0]) / 2 + away, rel=1e-4)


def test_three_sizes_of_a_picture_are_judged_and_count_alike() -> None:
    layout = PanelLayout(4, (0, 1, 2), 3, 128, colours=1, bars=2)
    network = multiscale_patchgan(128, 2, 4)
    condition, picture = (
        np.random.default_rng(0).uniform(-1, 1, (1, 128, 128, channels)).astype(np.float32)
        for channels in (9, 3)
    )
    answers = network(np.concatenate([condition[..., :6], picture], -1))
    assert [tuple(each.shape) for each in answers] == [(1, n, n, 1) for n in (14, 6, 2)]
    means = [float(np.log1p(np.exp(-np.asarray(each, np.float64))).mean()) for each in answers]
    loss = AdversarialLoss(network, layout).generator_loss([(condition, picture)])
    assert float(loss) == pytest.approx(np.mean(means), rel=1e-4)


@pytest.mark.parametrize(
    ("discriminator", "graphs"),
    [
        ("semantic", eager),
        pytest.param("semantic", nullcontext, marks=pytest.mark.slow),
        pytest.param("patch", nullcontext, marks=pytest.mark.slow),
    ],
)
def test_both_pictures_are_trained_through_the_command(
    in_folder: Path,
    face2face: Command,
    discriminator: str,
    graphs: Callable[[], AbstractContextManager[None]],
) -> None:
    mode = Reconstruct(256, name="manipulate")
    fields = mode.card_fields()
    (in_folder / "data/manipulate/train").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for number in range(2):
        write_image(
            in_folder / f"data/manipulate/train/{number}.png",
            rng.integers(0, 256, (256, 7 * 256, 3), np.uint8),
        )
    ModelCard(**(fields | {"panels": (*mode.panels, *(NEW + name for name in mode.panels))})).save(
        in_folder / "data/manipulate"
    )
    arguments = (
        "--mode",
        "manipulate",
        "--discriminator",
        discriminator,
        "--ngf",
        2,
        "--ndf",
        2,
        "--batch_size",
        2,
        "--no-export",
    )
    with graphs():
        status, out, err = face2face("train", "--input_dir", "data", "--max_epochs", 1, *arguments)
    assert status == 0, err
    card = ModelCard.load(in_folder / "face2face-model")
    assert (card.mode, card.panels, card.colours, card.bars) == (
        "manipulate",
        mode.panels,
        "colours",
        "numbers",
    )
    best = keras.models.load_model(in_folder / "face2face-model/best.keras", compile=False)
    assert [tuple(each.shape) for each in best.inputs] == [(None, 256, 256, 3)] * 3
    assert "run_webcam" not in out


def test_a_semantic_discriminator_needs_colours(
    combined: Path, in_folder: Path, face2face: Command
) -> None:
    status, _, err = face2face(
        "train", "--input_dir", combined, "--discriminator", "semantic", "--max_epochs", 1
    )
    assert status == 2
    assert "colours" in err


def test_rebuilt_faces_are_measured_with_graphs_that_are_told_numbers(
    in_folder: Path, face2face: Command, astronaut: Scene
) -> None:
    for name in ("her", "a"):  # held out, by their names
        labels = np.full((256, 256), CLASSES.index("hair"), np.uint8)
        groups = group_labels(labels)
        study = SemanticSample(
            astronaut.photo,
            labels,
            groups,
            mean_colours(astronaut.photo, groups),
            np.zeros(128, np.float32),
        )
        (in_folder / "studies").mkdir(exist_ok=True)
        study.save(in_folder / "studies" / f"{name}.npz")
    for name in ("reconstruct", "manipulate"):
        (in_folder / name).mkdir()
        ModelCard(**Reconstruct(256, name=name).card_fields()).save(in_folder / name)
        layout = PanelLayout(4, (0, 1, 2), 3, 256, colours=1, bars=2)
        without_training(inpainting_unet(layout, 2)).save(in_folder / name / "generator.keras")
        freeze(in_folder / name)
    models = ("--reconstruct", "reconstruct", "--manipulate", "manipulate")
    status, out, err = face2face("evaluate_rebuild", "--studies", ".", *models, "--output", "out")
    assert status == 0, err
    assert "2 held-out faces" in out
    figures = json.loads((in_folder / "out/rebuilt.json").read_text())
    assert figures["mean colours"]["ssim"] < 1
    assert 0 <= figures["manipulate"]["followed"] <= 1
    assert read_image(in_folder / "out/rebuilt.png").shape == (2 * 256, 4 * 256, 3)
    warped = next(line for line in out.splitlines() if line.startswith("| warped photo"))
    assert warped.endswith("| 0.000 | 0.000 |"), "a photo that needs no warp is the photo itself"
    assert read_image(in_folder / "out/manipulated.png").shape == (2 * 256, 5 * 256, 3)


def test_numbers_are_not_swayed(in_folder: Path, face2face: Command) -> None:
    mode = Reconstruct(256)
    (in_folder / "data/train").mkdir(parents=True)
    write_image(in_folder / "data/train/0.png", np.zeros((256, 4 * 256, 3), np.uint8))
    ModelCard(**mode.card_fields()).save(in_folder / "data")
    for option in (("--affine-jitter", 1), ("--scale_size", 286)):
        status, _, err = face2face("train", "--input_dir", "data", *option)
        assert status == 2
        assert "numbers" in err
