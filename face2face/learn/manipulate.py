"""The objective of manipulation: a face is also painted with another person's map, of which there is no photo."""

from __future__ import annotations

from typing import Any

from keras import ops

from face2face.data.dataset import split_panels
from face2face.learn.gan import Pix2Pix


class Manipulation(Pix2Pix):
    """Pix2pix, and in the same step a second picture, from another map.

    Where that map agrees with the photo's own, the second picture is held to the photo. Where they differ there is no truth, and it mustn't
    be the photo: the discriminator judges it against the new map, and is told that the photo itself is false with that map
    (as in Reed et al., *Generative adversarial text to image synthesis*, ICML 2016, section 4.2).

    Conditions are twice as deep as the generator's: what is shown with the photo's own map, and the same with the other one; the
    map comes first in both.
    """

    def call(self, x: Any, training: bool = False) -> Any:
        """The pictures with the photos' own maps."""
        return self.generator(split_panels(self._halves(x)[0]), training=training)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """See :class:`face2face.learn.gan.Pix2Pix`; validation looks at the pictures that have a truth alone."""
        own, new = self._halves(x)
        if not training:
            return self.distance(own, y, y_pred, training)
        second = self.generator(split_panels(new), training=True)
        alike = ops.cast(
            ops.all(ops.abs(own[..., :3] - new[..., :3]) < 1e-3, axis=-1, keepdims=True), "float32"
        )
        kept = ops.mean(ops.abs(second - y) * alike) / ops.maximum(ops.mean(alike), 1e-3)
        loss = self.distance(own, y, y_pred, training) + self._l1_weight * kept
        if self.discriminator is None:
            return loss
        generated = [(own, y_pred), (new, second)]
        return loss + self.adversarial(generated, [(own, y)], [*generated, (new, y)])

    def _halves(self, x: Any) -> tuple[Any, Any]:
        deep = x.shape[-1] // 2
        return x[..., :deep], x[..., deep:]
