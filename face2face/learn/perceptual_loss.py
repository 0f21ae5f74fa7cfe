"""The perceptual loss: a distance of the features that a network trained on photos sees."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from face2face.learn.parser.backbone import features, load_weights

#: Number of the backbone's blocks that are compared: down to a 16th of the picture's width.
_BLOCKS = 8


class PerceptualLoss:
    """The distance of two pictures to EfficientNet-Lite0's first blocks.

    L1 and structure leave texture open; this distance does not. The features at each place are
    scaled to length 1 before they are compared. The weights are ImageNet's and do not learn; there
    are no linear heads.

    Zhang et al., *The unreasonable effectiveness of deep features as a perceptual metric*,
    CVPR 2018, section 3.

    Args:
        size: Width and height of the pictures, in pixels.

    Raises:
        ModelError: The package with the backbone's weights is not installed.
    """

    def __init__(self, size: int) -> None:
        picture = keras.Input((size, size, 3))
        self._network = keras.Model(picture, features(picture, _BLOCKS), trainable=False)
        load_weights(self._network)

    def __call__(self, one: Any, other: Any) -> Any:
        """Return the mean distance over blocks and places, 0 to 4; lower is better.

        Args:
            one: ``(b, s, s, 3)`` RGB in [-1, 1].
            other: The same.
        """
        pairs = zip(
            self._network(one, training=False), self._network(other, training=False), strict=True
        )
        distances = [
            ops.mean(ops.sum(ops.square(_unit(mine) - _unit(theirs)), -1)) for mine, theirs in pairs
        ]
        return ops.mean(ops.stack(distances))


def _unit(x: Any) -> Any:
    """Scale the features at each place to length 1."""
    return x * ops.rsqrt(ops.sum(ops.square(x), -1, keepdims=True) + 1e-6)
