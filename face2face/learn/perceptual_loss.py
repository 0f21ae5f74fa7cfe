"""How unlike two pictures look, to a network that has seen photographs: a loss for what L1 and structure leave open, texture."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from face2face.learn.parser.backbone import features, load_weights

#: Blocks of the backbone that look: down to a 16th of the picture's width.
_BLOCKS = 8


class PerceptualLoss:
    """EfficientNet-Lite0's first blocks, with ImageNet's weights, which don't learn.

    As in Zhang et al., *The unreasonable effectiveness of deep features as a perceptual metric*, CVPR 2018, section 3, what a
    network sees at each place is made as long as 1 before it is compared; no linear heads are learnt.

    Args:
        size: Width and height of the pictures.

    Raises:
        ModelError: The package with the backbone's weights isn't installed.
    """

    def __init__(self, size: int) -> None:
        picture = keras.Input((size, size, 3))
        self._network = keras.Model(picture, features(picture, _BLOCKS), trainable=False)
        load_weights(self._network)

    def __call__(self, one: Any, other: Any) -> Any:
        """``(b, s, s, 3)`` in [-1, 1], twice: one figure, 0 to 4, lower is better: the mean over widths and places."""
        seen = zip(
            self._network(one, training=False), self._network(other, training=False), strict=True
        )
        return ops.mean(
            ops.stack(
                [
                    ops.mean(ops.sum(ops.square(_unit(mine) - _unit(theirs)), -1))
                    for mine, theirs in seen
                ]
            )
        )


def _unit(x: Any) -> Any:
    return x * ops.rsqrt(ops.sum(ops.square(x), -1, keepdims=True) + 1e-6)
