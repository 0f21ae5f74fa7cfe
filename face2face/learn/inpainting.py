"""The objective of inpainting: only the missing pixels need painting."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from face2face.data.dataset import PanelLayout, split_panels
from face2face.learn.adversarial_loss import ConditionedPictures
from face2face.learn.checkpoint import Settings
from face2face.learn.pix2pix import MIN_COVERAGE, Pix2Pix
from face2face.learn.ssim_loss import ssim_loss


class Inpainting(Pix2Pix):
    """Pix2pix for photos with holes.

    Most of such a photo is known, and a network soon learns to copy it and little else. So L1
    weighs a missing pixel ``hole_weight`` times as much as a known one. Structure, features and
    discriminator see the answer with the known pixels put back, as in Pathak et al., *Context
    encoders*, CVPR 2016, section 3.2. Validation measures the L1 distance of the missing pixels.

    Args:
        arguments: As for :class:`face2face.learn.pix2pix.Pix2Pix`. The layout names a mask, and
            its first panel is the photo with holes.
        hole_weight: Weight of a missing pixel, at least 1.

    Raises:
        ModelError: The weights of the perceptual loss are not installed.
    """

    def __init__(self, *arguments: Any, hole_weight: float) -> None:
        super().__init__(*arguments)
        self._hole_weight = hole_weight

    @classmethod
    def create(
        cls,
        generator: keras.Model,
        discriminator: keras.Model | None,
        layout: PanelLayout,
        settings: Settings,
    ) -> Pix2Pix:
        """Return the objective; plain pix2pix where the generator is not shown the mask."""
        if layout.mask is None:
            return Pix2Pix.create(generator, discriminator, layout, settings)
        return cls(
            generator,
            discriminator,
            layout,
            settings.l1_weight,
            settings.ssim_weight,
            settings.gan_weight,
            settings.feature_weight,
            hole_weight=settings.hole_weight,
        )

    def distance(self, x: Any, y: Any, y_pred: Any, training: bool) -> Any:
        """Return the weighted distance; for validation the L1 distance of the missing pixels."""
        missing = self._missing(x)
        covered = ops.maximum(ops.mean(missing), MIN_COVERAGE)
        error = ops.abs(y - y_pred)
        inside = ops.mean(error * missing) / covered
        self._l1.update_state(inside)
        if not training:
            return inside
        weights = 1 + (self._hole_weight - 1) * missing
        loss = self._l1_weight * ops.mean(error * weights) / ops.mean(weights)
        composed = self._composed(x, y_pred)
        if self._ssim_weight:
            loss = loss + self._ssim_weight * ops.mean(ssim_loss(y, composed)) / covered
        if self._perceptual_loss is not None:
            loss = loss + self._feature_weight * self._perceptual_loss(y, composed) / covered
        return loss

    def adversarial(
        self,
        generated: ConditionedPictures,
        real: ConditionedPictures,
        fake: ConditionedPictures,
    ) -> Any:
        """Return the adversarial terms; the known pixels are put back before judging."""
        generated, fake = (
            [(x, self._composed(x, picture)) for x, picture in each] for each in (generated, fake)
        )
        return super().adversarial(generated, real, fake)

    def _missing(self, x: Any) -> Any:
        """Return 1 where a pixel is missing and 0 elsewhere, ``(b, s, s, 1)``."""
        assert self._mask is not None
        return (split_panels(x)[self._mask][..., :1] + 1) / 2

    def _composed(self, x: Any, picture: Any) -> Any:
        """Return the photo with its missing pixels from a generated picture."""
        missing = self._missing(x)
        return missing * picture + (1 - missing) * x[..., :3]
