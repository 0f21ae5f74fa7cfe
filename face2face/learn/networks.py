"""The networks: two generators and the discriminator that trains them."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

# --- U-Net: the paper's generator, kept as the reference -------------------------------------------------------------


def unet(size: int, panels: int, ngf: int = 64) -> keras.Model:
    """Pix2pix's U-Net (Isola et al. 2017, section 6.1.1); 54.4 M weights for ``ngf`` 64.

    Normalisation is by instance, which is what the paper's batch normalisation is at its batch size of 1, in training and after; as in
    the paper's errata the innermost layer, one pixel wide, has none.

    Args:
        size: Width and height in pixels, a power of 2 of at least 64.
        panels: Pictures it is shown.
        ngf: Channels of its first layer.

    Returns:
        ``(b, size, size, 3 * panels)`` in [-1, 1] to ``(b, size, size, 3)`` in [-1, 1].
    """
    depth = size.bit_length() - 1
    widths = [ngf * min(2**level, 8) for level in range(depth)]
    inputs = keras.Input((size, size, 3 * panels), name="condition")
    x = _unet_conv(inputs, widths[0])
    skips = [x]
    for level, width in enumerate(widths[1:], 1):
        x = _unet_conv(layers.LeakyReLU(0.2)(x), width)
        x = x if level == depth - 1 else _instance_norm(x)
        skips.append(x)
    for level, width in zip(range(depth - 1), reversed(widths[:-1]), strict=True):
        x = layers.ReLU()(x if level == 0 else layers.Concatenate()([x, skips[-1 - level]]))
        x = _instance_norm(_unet_conv(x, width, layers.Conv2DTranspose))
        x = layers.Dropout(0.5)(x) if level < 3 else x
    x = layers.ReLU()(layers.Concatenate()([x, skips[0]]))
    outputs = layers.Activation("tanh", name="picture")(_unet_conv(x, 3, layers.Conv2DTranspose))
    return keras.Model(inputs, outputs, name="unet")


def _unet_conv(x: Any, channels: int, kind: type[keras.Layer] = layers.Conv2D, strides: int = 2) -> Any:
    return kind(channels, 4, strides=strides, padding="same", kernel_initializer=_normal())(x)


def _instance_norm(x: Any) -> Any:
    return layers.GroupNormalization(groups=-1, epsilon=1e-5)(x)


def _normal() -> keras.Initializer:
    """The paper's initial weights (section 6.2)."""
    return keras.initializers.RandomNormal(stddev=0.02)


# --- The discriminator ---------------------------------------------------------------------------------------------


def patchgan(size: int, panels: int, ndf: int = 64) -> keras.Model:
    """Pix2pix's PatchGAN (section 6.1.2): judges overlapping patches of 70x70 pixels.

    Args:
        size: Width and height in pixels.
        panels: Pictures of the condition; the picture that is judged comes after them.
        ndf: Channels of its first layer.

    Returns:
        ``(b, size, size, 3 * panels + 3)`` to logits, ``(b, size / 8, size / 8, 1)``; above 0 is "true".
    """
    inputs = keras.Input((size, size, 3 * panels + 3), name="condition_and_picture")
    x = layers.LeakyReLU(0.2)(_unet_conv(inputs, ndf))
    for width, strides in ((2 * ndf, 2), (4 * ndf, 2), (8 * ndf, 1)):
        x = layers.LeakyReLU(0.2)(_instance_norm(_unet_conv(x, width, strides=strides)))
    return keras.Model(inputs, _unet_conv(x, 1, strides=1), name="patchgan")
