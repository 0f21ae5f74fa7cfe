"""What a discriminator is told, and what it tells the generator."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from face2face.data.dataset import PanelLayout, split_panels

#: Conditions ``(b, s, s, 3n)`` with pictures ``(b, s, s, 3)``, both in [-1, 1].
Pictures = list[tuple[Any, Any]]

#: How much a colour that is said wrong weighs beside a picture that is judged wrong.
_COLOURS = 10.0


class AdversarialLoss:
    """A discriminator and its losses.

    It isn't shown the base from which a generator departs: told to find the true one of two pictures, one of which is nearly that panel,
    it would learn to look for that and drive the generator away from it. Nor is it shown bars. Where the layout names a mask, only the
    patches count whose middles it covers: all others are photographed anyhow, and would drown them.

    Args:
        network: Of panels (see :func:`judged_panels`) and a picture to patch logits; if it is semantic, to the picture's colours as
            well: these it learns of true pictures alone, and a generator is held to what it says of generated ones.
        layout: The roles of the condition's panels.
    """

    def __init__(self, network: keras.Model, layout: PanelLayout) -> None:
        self._network, self._judged, self._mask = network, discriminated_panels(layout), layout.mask
        self._colours = layout.colours if len(network.outputs) > 1 else None

    def generator_loss(self, generated: Pictures) -> Any:
        """A generator's loss, for which this network's weights are constants: small where what it made is taken to be true."""
        constants = [ops.stop_gradient(each) for each in self._network.trainable_variables]
        losses = []
        for condition, picture in generated:
            said, _ = self._network.stateless_call(
                constants, self._network.non_trainable_variables, self._shown(condition, picture)
            )
            losses.append(
                self._cross_entropy(said, 1.0, condition) + self._miscoloured(said, condition)
            )
        return sum(losses) / len(losses)

    def discriminator_loss(self, true: Pictures, false: Pictures) -> Any:
        """Its own loss, for which the pictures are constants; it learns at half the generator's rate (section 3.3)."""
        loss = 0.0
        for condition, picture in true:
            said = self._network(self._shown(condition, picture))
            loss = loss + (
                self._cross_entropy(said, 1.0, condition) / 2 + self._miscoloured(said, condition)
            ) / len(true)
        for condition, picture in false:
            said = self._network(self._shown(condition, ops.stop_gradient(picture)))
            loss = loss + self._cross_entropy(said, 0.0, condition) / 2 / len(false)
        return loss

    def _shown(self, condition: Any, picture: Any) -> Any:
        panels = split_panels(condition)
        return ops.concatenate([*(panels[place] for place in self._judged), picture], -1)

    def _cross_entropy(self, said: Any, label: float, condition: Any) -> Any:
        """Mean sigmoid cross-entropy of the patches' logits with one label for all."""
        logits = said if self._colours is None else said[0]
        entropy = ops.softplus(logits) - label * logits
        if self._mask is None:
            return ops.mean(entropy)
        mask = split_panels(condition)[self._mask][..., :1]
        # The outermost patches are a pixel farther inside than the mask's outermost eighths.
        counts = ops.cast(ops.max_pool(mask, 8)[:, 1:-1, 1:-1] > 0, "float32")
        return ops.sum(entropy * counts) / ops.maximum(ops.sum(counts), 1.0)

    def _miscoloured(self, said: Any, condition: Any) -> Any:
        """How far the colours that are said are from those that were asked for."""
        if self._colours is None:
            return 0.0
        colours = split_panels(condition)[self._colours]
        coarse = ops.average_pool(colours, colours.shape[1] // said[1].shape[1])
        return _COLOURS * ops.mean(ops.abs(said[1] - coarse))


def discriminated_panels(layout: PanelLayout) -> list[int]:
    """Places of the condition's panels that a discriminator is shown: all but base and bars."""
    return [place for place in range(len(layout.inputs)) if place not in (layout.base, layout.bars)]
