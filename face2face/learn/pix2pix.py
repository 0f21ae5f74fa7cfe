"""The objective of pix2pix.

Isola et al., *Image-to-image translation with conditional adversarial networks*, CVPR 2017.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from face2face.data.dataset import PanelLayout, split_panels
from face2face.learn.adversarial_loss import (
    AdversarialLoss,
    ConditionedPictures,
    discriminated_panels,
)
from face2face.learn.checkpoint import Settings
from face2face.learn.perceptual_loss import PerceptualLoss
from face2face.learn.ssim_loss import ssim_loss

#: Smallest share of a picture that a mask is taken to cover, so that no loss is divided by zero.
MIN_COVERAGE = 1e-3


class Pix2Pix(keras.Model):
    """A generator trained against a discriminator, with one optimiser and plain ``fit``.

    Both losses are one sum whose gradients do not mix. The generator's term sees the
    discriminator's weights as constants; the discriminator's term sees the generated picture as a
    constant (section 3.1, in the non-saturating form of section 3.3).

    L1 alone blurs, so that a structural term is added to it (:mod:`face2face.learn.ssim_loss`),
    and a perceptual one for texture (:mod:`face2face.learn.perceptual_loss`). Where the layout
    names a mask, all are means over what it covers: the still pixels around it would water them
    down.

    A network is surer than it should be about pictures it never saw. Validation therefore also
    measures how far the generator departs from its base:

    - ``extent`` is the mean of ``(y_pred - base)**2``,
    - ``agreement`` is the mean of ``(y_pred - base) * (y - base)``.

    Their quotient ``agreement / extent`` is the factor of the residual that fits the truth best in
    least squares.

    Args:
        generator: Model from n panels in [-1, 1] to pictures, ``(b, s, s, 3)`` each. A condition
            is the panels joined, ``(b, s, s, 3n)``.
        discriminator: See :class:`face2face.learn.adversarial_loss.AdversarialLoss`; None for
            training without one.
        layout: The roles of the condition's panels.
        l1_weight: Lambda of equation 4; the paper uses 100.
        ssim_weight: Weight of the structural term; the paper has none.
        gan_weight: Weight of the adversarial term.
        feature_weight: Weight of :class:`face2face.learn.perceptual_loss.PerceptualLoss`; 0 does
            without it.

    Raises:
        ModelError: The weights of the perceptual loss are not installed.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model | None,
        layout: PanelLayout,
        l1_weight: float = 100.0,
        ssim_weight: float = 0.0,
        gan_weight: float = 1.0,
        feature_weight: float = 0.0,
    ) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self._mask, self._base = layout.mask, layout.base
        self._l1_weight, self._ssim_weight, self._gan_weight = l1_weight, ssim_weight, gan_weight
        self._feature_weight = feature_weight
        self._perceptual_loss = PerceptualLoss() if feature_weight else None
        self._l1 = keras.metrics.Mean(name="l1")
        if layout.base is not None:
            self._agreement = keras.metrics.Mean(name="agreement")
            self._extent = keras.metrics.Mean(name="extent")
        if discriminator is not None:
            self._adversary = AdversarialLoss(discriminator, layout)
            self._gan = keras.metrics.Mean(name="gan")
            self._discriminator_loss = keras.metrics.Mean(name="discriminator")

    @classmethod
    def create(
        cls,
        generator: keras.Model,
        discriminator: keras.Model | None,
        layout: PanelLayout,
        settings: Settings,
    ) -> Pix2Pix:
        """Return the objective of two networks with a run's weights."""
        return cls(
            generator,
            discriminator,
            layout,
            settings.l1_weight,
            settings.ssim_weight,
            settings.gan_weight,
            settings.feature_weight,
        )

    @classmethod
    def training_layout(cls, layout: PanelLayout) -> PanelLayout:
        """Return the panels that the objective itself needs, given those of the generator."""
        return layout

    @classmethod
    def judged_panels(cls, layout: PanelLayout) -> int:
        """Return the number of panels that a discriminator is shown with each picture."""
        return len(discriminated_panels(layout))

    def generators(self) -> dict[str, keras.Model]:
        """Return the generators to keep: name of a folder in the run's -> generator.

        The name of the run's own folder is empty.
        """
        return {"": self.generator}

    def call(self, x: Any, training: bool = False) -> Any:
        """Return the generated pictures, ``(b, s, s, 3)``."""
        return self.generator(split_panels(x), training=training)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return both networks' losses as one sum.

        For validation it is the L1 distance alone, in [0, 2]; lower is better.
        """
        loss = self.distance(x, y, y_pred, training)
        if not training or self.discriminator is None:
            return loss
        return loss + self.adversarial([(x, y_pred)], [(x, y)], [(x, y_pred)])

    def distance(self, x: Any, y: Any, y_pred: Any, training: bool) -> Any:
        """Return the weighted L1, structural and perceptual distance.

        For validation it is the plain L1 distance.
        """
        # Outside the mask both pictures are the base, and differ nowhere.
        covered = 1.0
        if self._mask is not None:
            mask = (x[..., 3 * self._mask] + 1) / 2
            covered = ops.maximum(ops.mean(mask), MIN_COVERAGE)
        l1 = ops.mean(ops.abs(y - y_pred)) / covered
        self._l1.update_state(l1)
        if not training:
            if self._base is not None:
                base = split_panels(x)[self._base]
                self._agreement.update_state(ops.mean((y_pred - base) * (y - base)))
                self._extent.update_state(ops.mean(ops.square(y_pred - base)))
            return l1
        loss = self._l1_weight * l1
        if self._ssim_weight:
            loss = loss + self._ssim_weight * ops.mean(ssim_loss(y, y_pred)) / covered
        if self._perceptual_loss is not None:
            loss = loss + self._feature_weight * self._perceptual_loss(y, y_pred) / covered
        return loss

    def adversarial(
        self,
        generated: ConditionedPictures,
        real: ConditionedPictures,
        fake: ConditionedPictures,
    ) -> Any:
        """Return the generator's weighted adversarial term plus the discriminator's own loss."""
        gan = self._adversary.generator_loss(generated)
        discriminator_loss = self._adversary.discriminator_loss(real, fake)
        self._gan.update_state(gan)
        self._discriminator_loss.update_state(discriminator_loss)
        return self._gan_weight * gan + discriminator_loss
