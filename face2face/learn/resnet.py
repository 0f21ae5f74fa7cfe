"""CycleGAN's generator: convolutions, residual blocks, and back to a picture."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from face2face.data.dataset import PanelLayout
from face2face.learn.layers import concatenate, instance_norm, panel_inputs, upsample

#: Number of residual blocks. The paper uses six for pictures of 128 pixels.
_BLOCKS = 6


def resnet(layout: PanelLayout, ngf: int = 32) -> keras.Model:
    """Return CycleGAN's generator (Zhu et al. 2017, section 4 and appendix 7.2).

    It has 2 M weights for ``ngf`` 32; the paper uses 64. Pictures are enlarged bilinearly instead
    of by transposed convolutions. The network always paints from nothing.

    Args:
        layout: Number and size of the panels; the size is a multiple of 4.
        ngf: Channels of the first layer.

    Returns:
        A model from the panels, ``(b, size, size, 3)`` in [-1, 1] each, to ``(b, size, size, 3)``
        in [-1, 1].
    """
    panels = panel_inputs(layout)
    x = _conv_relu(concatenate(panels), ngf, 7)
    for width in (2 * ngf, 4 * ngf):
        x = _conv_relu(x, width, 3, 2)
    for _ in range(_BLOCKS):
        residual = instance_norm(_conv(_conv_relu(x, 4 * ngf, 3), 4 * ngf, 3))
        x = layers.Add()([x, residual])
    for width in (2 * ngf, ngf):
        x = _conv_relu(upsample(x), width, 3)
    picture = layers.Activation("tanh", name="picture")(_conv(x, 3, 7))
    return keras.Model(panels, picture, name="resnet")


def _conv(x: Any, channels: int, kernel: int, strides: int = 1) -> Any:
    return layers.Conv2D(
        channels,
        kernel,
        strides=strides,
        padding="same",
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.02),
    )(x)


def _conv_relu(x: Any, channels: int, kernel: int, strides: int = 1) -> Any:
    return layers.ReLU()(instance_norm(_conv(x, channels, kernel, strides)))
