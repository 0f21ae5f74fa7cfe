"""The objective of inpainting, by worked-out answers."""

from typing import Any

import keras
import numpy as np
import pytest

from face2face.data.dataset import PanelLayout
from face2face.imaging.fill import pull_push_fill
from face2face.learn.inpainting import Inpainting
from face2face.learn.inpainting_unet import inpainting_unet
from face2face.learn.perceptual_loss import PerceptualLoss

WHAT = PanelLayout(3, (0, 1), 2, 64, mask=1)


def model(hole_weight: float, feature_weight: float = 0.0) -> Inpainting:
    """The objective of a generator that answers with grey everywhere."""
    panels = [keras.Input((64, 64, 3)) for _ in range(2)]
    generator = keras.Model(panels, keras.layers.Rescaling(0.0)(panels[0]))
    return Inpainting(generator, None, WHAT, 1.0, 0.0, 1.0, feature_weight, hole_weight=hole_weight)


def holed(known: float, missing: float) -> tuple[np.ndarray, np.ndarray]:
    """A condition of which the upper quarter is missing, and its truth."""
    truth = np.full((1, 64, 64, 3), known, np.float32)
    truth[:, :16] = missing
    mask = np.full_like(truth, -1.0)
    mask[:, :16] = 1
    return np.concatenate([np.where(mask > 0, 1.0, truth), mask], -1).astype(np.float32), truth


@pytest.mark.parametrize(
    ("hole_weight", "loss"),
    [(1.0, 0.25 * 0.8 + 0.75 * 0.1), (9.0, (0.25 * 9 * 0.8 + 0.75 * 0.1) / (0.25 * 9 + 0.75))],
)
def test_missing_pixels_weigh_more(hole_weight: float, loss: float) -> None:
    x, y = holed(0.1, 0.8)
    inpainting = model(hole_weight)
    assert float(inpainting.compute_loss(x, y, inpainting(x), training=True)) == pytest.approx(
        loss, abs=1e-5
    )
    assert float(inpainting.compute_loss(x, y, inpainting(x), training=False)) == pytest.approx(
        0.8, abs=1e-5
    ), "what was missing alone"


def test_what_a_network_sees_in_the_answer_is_held_to_what_it_sees_in_the_photo() -> None:
    x, y = holed(0.1, 0.8)
    without, with_features = (
        float(each.compute_loss(x, y, each(x), training=True))
        for each in (model(1.0), model(1.0, 2.0))
    )
    assert with_features > without
    perceived = PerceptualLoss()
    assert float(perceived(y, y)) == pytest.approx(0, abs=1e-6)
    texture = y + np.random.default_rng(0).normal(0, 0.05, y.shape).astype(np.float32)
    lighter = y + 0.05
    assert float(perceived(y, texture)) > 2 * float(perceived(y, lighter)), (
        "texture tells more than light"
    )


def test_a_discriminator_sees_the_known_pixels_put_back() -> None:
    seen = []

    class Judge:
        """Notes the pictures."""

        def generator_loss(self, generated: Any) -> float:
            """Of the generator's term."""
            seen.append(np.asarray(generated[0][1]))
            return 0.0

        def discriminator_loss(self, true: Any, false: Any) -> float:
            """Of its own."""
            seen.append(np.asarray(false[0][1]))
            return 0.0

    x, y = holed(0.1, 0.8)
    inpainting = model(1.0)
    inpainting._adversary = Judge()  # type: ignore[assignment]
    inpainting._gan = inpainting._discriminator_loss = keras.metrics.Mean()
    answer = inpainting(x)
    inpainting.adversarial([(x, answer)], [(x, y)], [(x, answer)])
    for picture in seen:
        assert np.allclose(picture[:, :16], 0)
        assert np.allclose(picture[:, 16:], 0.1)


def test_a_generator_begins_with_what_lies_around_the_hole() -> None:
    """As layers it is the same as the function that fills photos."""
    generator = inpainting_unet(WHAT, 2)
    photo = np.linspace(-1, 1, 64 * 64 * 3, dtype=np.float32).reshape(64, 64, 3)
    known = np.ones((64, 64), bool)
    known[20:40, 10:50] = False
    mask = np.where(known, -1.0, 1.0).astype(np.float32)[..., None].repeat(3, -1)
    answer = np.asarray(generator([np.where(mask > 0, np.float32(1), photo)[None], mask[None]]))[0]
    assert np.abs(answer - pull_push_fill(photo, known)).max() < 1e-5
    assert np.abs(answer - photo)[known].max() < 1e-5
