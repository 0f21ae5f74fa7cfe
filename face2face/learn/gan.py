"""The objective of pix2pix (Isola et al., *Image-to-image translation with conditional adversarial networks*, CVPR 2017)."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from face2face.data.dataset import PanelLayout, split_panels
from face2face.learn.adversarial_loss import AdversarialLoss, Pictures
from face2face.learn.ssim_loss import ssim_loss


class Pix2Pix(keras.Model):
    """A generator trained against a discriminator, with one optimiser and plain ``fit``.

    Both losses are one sum whose gradients don't mix: the generator's term sees the discriminator's weights as constants, the
    discriminator's term sees the generated picture as a constant (section 3.1, with the non-saturating form of
    section 3.3, in which the discriminator learns at half the rate).

    Beside L1 the generator is held to the truth's structure (:mod:`face2face.learn.ssim_loss`), since L1 alone blurs.

    Where the layout names a mask, L1 and structure are means over what it covers, or the still pixels around would water them down.

    By what it was trained on a network becomes surer than it should be of what it never saw. Validation therefore also tells how
    far the generator departs from its base (``extent``) and how far the truth lies in that direction (``agreement``), as means of
    squares and products: the second over the first is the share of its departure that would have been best, in least squares.

    Args:
        generator: n panels in [-1, 1] to pictures, ``(b, s, s, 3)`` each; conditions are the panels joined, ``(b, s, s, 3n)``.
        discriminator: See :class:`face2face.learn.adversarial_loss.Adversary`; None to go without.
        layout: The roles of the condition's panels.
        l1_weight: Lambda of equation 4; the paper's is 100.
        ssim_weight: Of the structural term; the paper has none.
        gan_weight: Of the adversarial term.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model | None,
        layout: PanelLayout,
        l1_weight: float = 100.0,
        ssim_weight: float = 0.0,
        gan_weight: float = 1.0,
    ) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self._mask, self._base = layout.mask, layout.base
        self._l1_weight, self._ssim_weight, self._gan_weight = l1_weight, ssim_weight, gan_weight
        self._l1 = keras.metrics.Mean(name="l1")
        if layout.base is not None:
            self._agreement, self._extent = (
                keras.metrics.Mean(name="agreement"),
                keras.metrics.Mean(name="extent"),
            )
        if discriminator is not None:
            self._adversary = AdversarialLoss(discriminator, layout)
            self._gan, self._judge = (
                keras.metrics.Mean(name="gan"),
                keras.metrics.Mean(name="discriminator"),
            )

    def call(self, x: Any, training: bool = False) -> Any:
        """The generated pictures."""
        return self.generator(split_panels(x), training=training)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Both networks' losses as one; validation looks at the L1 distance alone, in [0, 2], lower is better."""
        loss = self.distance(x, y, y_pred, training)
        if not training or self.discriminator is None:
            return loss
        return loss + self.adversarial([(x, y_pred)], [(x, y)], [(x, y_pred)])

    def distance(self, x: Any, y: Any, y_pred: Any, training: bool) -> Any:
        """How far pictures are from the truth: L1 and structure, weighted; for validation L1 alone, unweighted."""
        # Beyond the mask both are the base and differ nowhere.
        covered = (
            1.0
            if self._mask is None
            else ops.maximum(ops.mean((x[..., 3 * self._mask] + 1) / 2), 1e-3)
        )
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
        return loss

    def adversarial(self, generated: Pictures, true: Pictures, false: Pictures) -> Any:
        """The generator's term and the discriminator's own loss."""
        gan, judged = (
            self._adversary.generator_loss(generated),
            self._adversary.discriminator_loss(true, false),
        )
        self._gan.update_state(gan)
        self._judge.update_state(judged)
        return self._gan_weight * gan + judged
