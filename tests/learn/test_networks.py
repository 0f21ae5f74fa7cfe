"""Generators, the discriminator, and the losses that train them."""

import cv2
import keras
import numpy as np
import pytest

from face2face.data.dataset import PanelLayout
from face2face.learn.networks import GENERATORS
from face2face.learn.patchgan import patchgan
from face2face.learn.pix2pix import Pix2Pix
from face2face.learn.residual_refiner import scale_residual


@pytest.mark.parametrize("name", sorted(GENERATORS))
@pytest.mark.parametrize("size", [256, 512])
def test_generators_answer_with_pictures(name: str, size: int) -> None:
    what = PanelLayout(3, (0, 1), 2, size)
    generator = GENERATORS[name](what, 2)
    assert generator.output_shape == (None, size, size, 3)
    assert patchgan(size, 2, 2).output_shape == (None, size // 8 - 2, size // 8 - 2, 1)


def test_the_reference_is_the_papers_size() -> None:
    assert GENERATORS["unet"](PanelLayout(2, (0,), 1, 256), 64).count_params() == pytest.approx(
        54.4e6, rel=0.01
    )


def test_a_patch_is_seventy_pixels_wide() -> None:
    width = 1
    for layer in reversed(
        [each for each in patchgan(256, 1, 4).layers if isinstance(each, keras.layers.Conv2D)]
    ):
        width = (width - 1) * layer.strides[0] + layer.kernel_size[0]
    assert width == 70


def test_the_losses_do_not_mix() -> None:
    """Neither network changes for the sake of the other's loss."""
    what = PanelLayout(3, (0, 1), 2, 256, base=1)
    generator, judge = GENERATORS["light"](what, 2), patchgan(256, 1, 2)
    model = Pix2Pix(generator, judge, what, l1_weight=0.0, gan_weight=0.0)
    model.compile(keras.optimizers.SGD(1.0), jit_compile=False, run_eagerly=True)
    rng = np.random.default_rng(0)
    batch = (
        rng.uniform(-1, 1, (1, 256, 256, 6)).astype(np.float32),
        rng.uniform(-1, 1, (1, 256, 256, 3)).astype(np.float32),
    )
    before = [
        [np.array(each) for each in network.trainable_variables] for network in (generator, judge)
    ]
    model.train_on_batch(*batch)
    assert all(
        (a == np.array(b)).all()
        for a, b in zip(before[0], generator.trainable_variables, strict=True)
    )
    assert any(
        (a != np.array(b)).any() for a, b in zip(before[1], judge.trainable_variables, strict=True)
    )


def test_light_begins_with_its_base_and_never_leaves_its_mask() -> None:
    generator = GENERATORS["light"](PanelLayout(4, (0, 1, 2), 3, 256, base=1, mask=2), 4)
    sketch, base, mask = (
        np.random.default_rng(0).uniform(-1, 1, (3, 1, 256, 256, 3)).astype(np.float32)
    )
    mask[:] = -1
    mask[:, 100:150, 100:150] = 1
    assert np.allclose(generator([sketch, base, mask]), base, atol=1e-6)
    generator.set_weights([each + 0.1 for each in generator.get_weights()])
    changed = np.abs(np.asarray(generator([sketch, base, mask])) - base)[0].max(-1) > 1e-3
    assert changed[100:150, 100:150].mean() > 0.9
    changed[100:150, 100:150] = False
    assert not changed.any()


@pytest.mark.parametrize("size", [128, 256, 512])
def test_light_departs_from_its_base_by_what_it_thinks_at_64_pixels_enlarged(size: int) -> None:
    generator = GENERATORS["light"](PanelLayout(3, (0, 1), 2, size, base=1), 2)
    rng = np.random.default_rng(0)
    generator.set_weights([rng.normal(0, 0.1, each.shape) ** 2 for each in generator.get_weights()])
    panels = list(rng.uniform(-1, 1, (2, 1, size, size, 3)).astype(np.float32))
    coarse = np.asarray(
        keras.Model(generator.inputs, generator.get_layer("residual").output)(panels)
    )[0]
    assert coarse.shape == (64, 64, 3)
    assert np.ptp(coarse) > 0.01
    assert np.asarray(generator(panels))[0] - panels[1][0] == pytest.approx(
        2 * cv2.resize(coarse, (size, size)), abs=1e-5
    )


def test_a_generator_may_be_held_back_towards_its_base() -> None:
    generator = GENERATORS["light"](PanelLayout(3, (0, 1), 2, 64, base=1), 2)
    rng = np.random.default_rng(0)
    generator.set_weights([rng.normal(0, 0.1, each.shape) ** 2 for each in generator.get_weights()])
    sketch, base = rng.uniform(-1, 1, (2, 1, 64, 64, 3)).astype(np.float32)
    whole, half = (
        np.asarray(each([sketch, base])) - base
        for each in (generator, scale_residual(generator, 0.5))
    )
    assert np.abs(whole).max() > 0.01
    assert half == pytest.approx(whole / 2, abs=1e-5)
    reference = GENERATORS["unet"](PanelLayout(2, (0,), 1, 64), 2)
    assert scale_residual(reference, 0.5) is reference, "it has no base"


def test_validation_tells_how_much_of_the_departure_would_have_been_best() -> None:
    """Where the generator departs twice as far as the truth lies, half would have been best."""
    layout = PanelLayout(3, (0, 1), 2, 64, base=1)
    shown = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 64, 64, 6)).astype(np.float32)
    panels = [keras.Input((64, 64, 3)) for _ in range(2)]
    model = Pix2Pix(keras.Model(panels, panels[1] + 0.4), None, layout)
    model.compile(keras.optimizers.Adam())
    figures = model.evaluate(shown, shown[..., 3:] + 0.2, verbose=0, return_dict=True)
    assert figures["agreement"] / figures["extent"] == pytest.approx(0.5, rel=1e-4)
