"""The objective of manipulation: paint a face from another person's label map."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from keras import ops

from face2face.data.dataset import PanelLayout, split_panels
from face2face.learn.pix2pix import MIN_COVERAGE, Pix2Pix

#: Largest difference of two maps' panels, of a range of 2, at which they are taken to be equal.
_EQUAL = 1e-3


class Manipulation(Pix2Pix):
    """Pix2pix, plus a second picture in the same step, from another person's map.

    Where both maps agree, the second picture is held to the photo, or to the base where there is
    one: the photo warped to the new map. Where they differ there is no truth, and the picture must
    not be the photo. The discriminator judges it against the new map,
    and learns that the photo itself with the new map is fake (Reed et al., *Generative adversarial
    text to image synthesis*; ICML 2016, section 4.2).

    Conditions are twice as deep as the generator's: the panels with the photo's own map, then the
    same with the other map. The map is the first panel of both.
    """

    @classmethod
    def training_layout(cls, layout: PanelLayout) -> PanelLayout:
        """Return the generator's panels followed by the same with another person's map.

        In a strip these counterparts follow in the same order, before the photo.

        >>> Manipulation.training_layout(PanelLayout(5, (0, 1), 4, 256)).inputs
        (0, 1, 2, 3)
        """
        distance = layout.output // 2
        return replace(
            layout, inputs=(*layout.inputs, *(place + distance for place in layout.inputs))
        )

    def call(self, x: Any, training: bool = False) -> Any:
        """Return the pictures with the photos' own maps."""
        return self.generator(split_panels(self._halves(x)[0]), training=training)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """See :meth:`Pix2Pix.compute_loss`; validation uses only the pictures that have a truth."""
        own, new = self._halves(x)
        if not training:
            return self.distance(own, y, y_pred, training)
        second = self.generator(split_panels(new), training=True)
        equal = ops.abs(own[..., :3] - new[..., :3]) < _EQUAL
        alike = ops.cast(ops.all(equal, axis=-1, keepdims=True), "float32")
        likely = y if self._base is None else split_panels(new)[self._base]
        kept = ops.mean(ops.abs(second - likely) * alike) / ops.maximum(
            ops.mean(alike), MIN_COVERAGE
        )
        loss = self.distance(own, y, y_pred, training) + self._l1_weight * kept
        if self.discriminator is None:
            return loss
        generated = [(own, y_pred), (new, second)]
        return loss + self.adversarial(generated, [(own, y)], [*generated, (new, y)])

    def _halves(self, x: Any) -> tuple[Any, Any]:
        depth = x.shape[-1] // 2
        return x[..., :depth], x[..., depth:]
