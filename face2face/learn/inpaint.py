"""The objective of inpainting: what is known needn't be painted, and mustn't be rewarded."""

from __future__ import annotations

from typing import Any

from keras import ops

from face2face.data.dataset import split_panels
from face2face.learn.adversarial_loss import Pictures
from face2face.learn.gan import Pix2Pix
from face2face.learn.perceptual_loss import PerceptualLoss
from face2face.learn.ssim_loss import ssim_loss


class Inpainting(Pix2Pix):
    """Pix2pix for photos with holes.

    Most of such a picture is known, and a network soon learns to copy it and then hardly anything more. So L1 weighs a missing pixel
    ``hole_weight`` times as much as a known one, and structure, features and discriminator look at the answer with the known pixels
    put back (as in Pathak et al., *Context encoders*, CVPR 2016, section 3.2, where only what is missing is compared). Validation
    tells the L1 distance where something was missing.

    Args:
        arguments: Those of :class:`face2face.learn.gan.Pix2Pix`; the layout names a mask, and its first panel is the photo with holes.
        hole_weight: At least 1.
        feature_weight: Of the distance of the features that a network sees in answer and truth; 0 does without the network.

    Raises:
        ModelError: See :class:`face2face.learn.perceptual_loss.Perception`.
    """

    def __init__(self, *arguments: Any, hole_weight: float, feature_weight: float) -> None:
        super().__init__(*arguments)
        self._hole_weight, self._feature_weight = hole_weight, feature_weight
        self._perceived = PerceptualLoss(self.generator.output_shape[1]) if feature_weight else None

    def distance(self, x: Any, y: Any, y_pred: Any, training: bool) -> Any:
        """See the class."""
        missing = self._missing(x)
        covered = ops.maximum(ops.mean(missing), 1e-3)
        away = ops.abs(y - y_pred)
        inside = ops.mean(away * missing) / covered
        self._l1.update_state(inside)
        if not training:
            return inside
        weights = 1 + (self._hole_weight - 1) * missing
        loss = self._l1_weight * ops.mean(away * weights) / ops.mean(weights)
        composed = self._composed(x, y_pred)
        if self._ssim_weight:
            loss = loss + self._ssim_weight * ops.mean(ssim_loss(y, composed)) / covered
        if self._perceived is not None:
            loss = loss + self._feature_weight * self._perceived(y, composed) / covered
        return loss

    def adversarial(self, generated: Pictures, true: Pictures, false: Pictures) -> Any:
        """See :meth:`face2face.learn.gan.Pix2Pix.adversarial`; of the generated pictures only what was missing is judged."""
        generated, false = (
            [(x, self._composed(x, picture)) for x, picture in each] for each in (generated, false)
        )
        return super().adversarial(generated, true, false)

    def _missing(self, x: Any) -> Any:
        assert self._mask is not None
        return (split_panels(x)[self._mask][..., :1] + 1) / 2

    def _composed(self, x: Any, picture: Any) -> Any:
        missing = self._missing(x)
        return missing * picture + (1 - missing) * x[..., :3]
