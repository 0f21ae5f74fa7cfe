"""The objective of CycleGAN: pictures of two kinds, turned into each other without pairs.

Zhu, Park, Isola and Efros, *Unpaired image-to-image translation using cycle-consistent adversarial
networks*, ICCV 2017.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from face2face.card import BACK
from face2face.data.dataset import PanelLayout, split_panels
from face2face.errors import OptionError
from face2face.learn.adversarial_loss import AdversarialLoss
from face2face.learn.checkpoint import Settings
from face2face.learn.picture_pool import PicturePool
from face2face.learn.pix2pix import Pix2Pix

#: Weight of the distance from a picture to itself after both generators; the paper's lambda.
CYCLE_WEIGHT = 10.0
#: Weight of the distance from a picture of the wanted kind to what a generator makes of it.
IDENTITY_WEIGHT = 5.0


class LeastSquaresLoss(AdversarialLoss):
    """An adversarial loss with squared errors in place of cross-entropies.

    Mao et al., *Least squares generative adversarial networks*, ICCV 2017.
    """

    def patch_loss(self, logits: Any, label: float) -> Any:
        """Return the squared distance of the patches' answers from one label."""
        return ops.square(logits - label)


class CycleGan(Pix2Pix):
    """Two generators and two discriminators, trained in one step with plain ``fit``.

    A strip's two panels are a picture of each kind. They need not show the same person: neither is
    ever compared with a picture made of the other.

    The discriminators see pictures alone, without a condition, and the generated ones through a
    pool. The L1 distance of history and validation is that of the source after both generators.

    Args:
        generator: Model from one panel in [-1, 1] to pictures, from source to target. The one
            from target to source is a copy with weights of its own.
        discriminator: Model from pictures to patch logits, for the targets. That for the sources is
            a copy with weights of its own.
        layout: The roles of a strip's panels: one condition, one target.
        gan_weight: Weight of the adversarial terms.
        seed: Seed of the pools.

    Attributes:
        inverse: The generator from target to source.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        layout: PanelLayout,
        gan_weight: float = 1.0,
        seed: int = 0,
    ) -> None:
        super().__init__(generator, discriminator, layout, gan_weight=gan_weight)
        self.inverse = keras.models.clone_model(generator)
        self.inverse_discriminator = keras.models.clone_model(discriminator)
        unconditioned = PanelLayout(layout.panels, (), layout.output, layout.size)
        self._adversary = LeastSquaresLoss(discriminator, unconditioned)
        self._inverse_adversary = LeastSquaresLoss(self.inverse_discriminator, unconditioned)
        self._targets = PicturePool(layout.size, seed=seed)
        self._sources = PicturePool(layout.size, seed=seed + 1)

    @classmethod
    def create(
        cls,
        generator: keras.Model,
        discriminator: keras.Model | None,
        layout: PanelLayout,
        settings: Settings,
    ) -> Pix2Pix:
        """Return the objective with a run's weights.

        Raises:
            OptionError: There is no discriminator, or more than one panel.
        """
        if discriminator is None:
            raise OptionError("CycleGAN needs a discriminator.", hint="Leave --gan_weight out.")
        if len(layout.inputs) != 1:
            raise OptionError(
                f"CycleGAN trains on strips of two panels, and these have {layout.panels}.",
                hint="Make them with tools/make_expression_data.py.",
            )
        return cls(generator, discriminator, layout, settings.gan_weight, settings.seed)

    @classmethod
    def judged_panels(cls, layout: PanelLayout) -> int:
        """Return 0: the discriminators see pictures alone."""
        return 0

    def generators(self) -> dict[str, keras.Model]:
        """Return the generators of both directions."""
        return {"": self.generator, BACK: self.inverse}

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return all four networks' losses as one sum; for validation the cycle's L1 distance.

        Args:
            x: Sources, ``(b, s, s, 3)`` in [-1, 1].
            y: Targets, ``(b, s, s, 3)`` in [-1, 1].
            y_pred: Pictures that the generator made of the sources.
            sample_weight: Not used.
            training: Whether the networks are trained.
        """
        cycle = _l1(self.inverse(split_panels(y_pred), training=training), x)
        self._l1.update_state(cycle)
        if not training:
            return cycle
        source = self.inverse(split_panels(y), training=True)
        cycle = cycle + _l1(self.generator(split_panels(source), training=True), y)
        identity = _l1(self.generator(split_panels(y), training=True), y)
        identity = identity + _l1(self.inverse(split_panels(x), training=True), x)
        distance = CYCLE_WEIGHT * cycle + IDENTITY_WEIGHT * identity
        return distance + self._adversarial_losses(x, y, source, y_pred)

    def _adversarial_losses(self, x: Any, y: Any, source: Any, target: Any) -> Any:
        """Return the adversarial terms of generated sources and targets."""
        gan = self._adversary.generator_loss([(x, target)])
        gan = gan + self._inverse_adversary.generator_loss([(y, source)])
        earlier_targets = self._targets(ops.stop_gradient(target))
        earlier_sources = self._sources(ops.stop_gradient(source))
        judged = self._adversary.discriminator_loss([(x, y)], [(x, earlier_targets)])
        judged = judged + self._inverse_adversary.discriminator_loss(
            [(y, x)], [(y, earlier_sources)]
        )
        self._gan.update_state(gan / 2)
        self._discriminator_loss.update_state(judged / 2)
        return self._gan_weight * gan + judged


def _l1(one: Any, other: Any) -> Any:
    """Return the mean absolute difference of pictures."""
    return ops.mean(ops.abs(one - other))
