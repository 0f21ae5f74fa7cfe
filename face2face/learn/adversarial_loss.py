"""The adversarial loss: what a discriminator and a generator learn from each other."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from face2face.data.dataset import PanelLayout, split_panels

#: Conditions ``(b, s, s, 3n)`` with their pictures ``(b, s, s, 3)``, all in [-1, 1].
ConditionedPictures = list[tuple[Any, Any]]

#: Weight of a wrong colour against a wrongly judged picture. At 10 both are of similar size.
_COLOUR_WEIGHT = 10.0


class AdversarialLoss:
    """A discriminator and the two losses that it gives rise to.

    The discriminator sees neither the base panel nor numbers. Between two pictures of which one
    nearly is the base, it would only learn to recognise the base, and drive the generator away
    from it.

    Where the layout names a mask, only patches centred inside it count. All others were
    photographed in both pictures, and would drown them.

    Args:
        network: Model from the panels of :func:`discriminated_panels` and a picture to patch
            logits, ``(b, n, n, 1)`` for each size that it judges. A semantic one also predicts the
            picture's colours, ``(b, n, n, 3)``. It learns them from real pictures alone, and a
            generator is held to what it predicts.
        layout: The roles of the condition's panels.
    """

    def __init__(self, network: keras.Model, layout: PanelLayout) -> None:
        self._network = network
        self._panels = discriminated_panels(layout)
        self._mask = layout.mask
        self._scales = sum(output.shape[-1] == 1 for output in network.outputs)
        self._colours = layout.colours if len(network.outputs) > self._scales else None

    def generator_loss(self, generated: ConditionedPictures) -> Any:
        """Return the generator's loss; the discriminator's weights are constants in it.

        Args:
            generated: Generated pictures. The loss is small where they are judged real.
        """
        constants = [ops.stop_gradient(each) for each in self._network.trainable_variables]
        losses = []
        for condition, picture in generated:
            answer, _ = self._network.stateless_call(
                constants, self._network.non_trainable_variables, self._input(condition, picture)
            )
            losses.append(
                self._mean_loss(answer, 1.0, condition) + self._colour_loss(answer, condition)
            )
        return sum(losses) / len(losses)

    def discriminator_loss(self, real: ConditionedPictures, fake: ConditionedPictures) -> Any:
        """Return the discriminator's loss; the pictures are constants in it.

        It is halved, so that the discriminator learns at half the generator's rate (section 3.3).
        """
        loss = 0.0
        for condition, picture in real:
            answer = self._network(self._input(condition, picture))
            loss = loss + (
                self._mean_loss(answer, 1.0, condition) / 2 + self._colour_loss(answer, condition)
            ) / len(real)
        for condition, picture in fake:
            answer = self._network(self._input(condition, ops.stop_gradient(picture)))
            loss = loss + self._mean_loss(answer, 0.0, condition) / 2 / len(fake)
        return loss

    def _input(self, condition: Any, picture: Any) -> Any:
        panels = split_panels(condition)
        return ops.concatenate([*(panels[place] for place in self._panels), picture], -1)

    def patch_loss(self, logits: Any, label: float) -> Any:
        """Return the sigmoid cross-entropy of each patch's logit with one label."""
        return ops.softplus(logits) - label * logits

    def _mean_loss(self, answer: Any, label: float, condition: Any) -> Any:
        """Return the mean loss of the patches' logits with one label."""
        outputs = answer if len(self._network.outputs) > 1 else [answer]
        losses = []
        for logits in outputs[: self._scales]:
            losses.append(self._masked_mean(self.patch_loss(logits, label), condition))
        return sum(losses) / len(losses)

    def _masked_mean(self, values: Any, condition: Any) -> Any:
        """Return the mean of the patches' values, ``(b, n, n, 1)``, inside the mask."""
        if self._mask is None:
            return ops.mean(values)
        mask = split_panels(condition)[self._mask][..., :1]
        # One mask value per patch: an eighth of the width, without the two outermost values.
        pool = mask.shape[1] // (values.shape[1] + 2)
        counts = ops.cast(ops.max_pool(mask, pool)[:, 1:-1, 1:-1] > 0, "float32")
        return ops.sum(values * counts) / ops.maximum(ops.sum(counts), 1.0)

    def _colour_loss(self, answer: Any, condition: Any) -> Any:
        """Return the weighted L1 distance of predicted colours from the condition's."""
        if self._colours is None:
            return 0.0
        colours = split_panels(condition)[self._colours]
        coarse = ops.average_pool(colours, colours.shape[1] // answer[1].shape[1])
        return _COLOUR_WEIGHT * ops.mean(ops.abs(answer[1] - coarse))


def discriminated_panels(layout: PanelLayout) -> list[int]:
    """Return the places of the condition's panels that a discriminator sees.

    >>> discriminated_panels(PanelLayout(4, (0, 1, 2), 3, 256, base=1))
    [0, 2]
    """
    return [place for place in range(len(layout.inputs)) if place not in (layout.base, layout.bars)]
