"""The residual refiner: a small U-Net that corrects a warped keyframe."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from face2face.data.dataset import PanelLayout
from face2face.learn.layers import (
    add_to_base,
    conv_block,
    norm_activation,
    panel_inputs,
    picture_conv,
    residual_conv,
    upsample,
)

#: Width at which the network works, in pixels, whatever the panels' size.
_WORKING_SIZE = 64
#: Widest first kernel, in pixels. Kernels up to this width overlap by half.
_MAX_KERNEL = 8
#: Name of the layer that scales the residual.
_RESIDUAL_SCALE = "residual_scale"


def residual_refiner(layout: PanelLayout, ngf: int = 16) -> keras.Model:
    """Return a small U-Net that trains in minutes and runs live on a laptop.

    It has 0.27 M weights for ``ngf`` 16, and works at 64 pixels whatever the panels' size. Where
    the layout names a base panel, the answer is that panel plus a residual of 64 pixels. The
    residual corrects tone and shape, and leaves detail to the base, which was photographed; a
    residual as fine as the picture learns to blur. It is zero before training. Where the layout
    names a mask, it is confined to that.

    Args:
        layout: The panels and their roles; the size is a multiple of 64.
        ngf: Channels of the first layer.

    Returns:
        A model from the panels, ``(b, size, size, 3)`` in [-1, 1] each, to a picture of the
        same shape. Its values may leave [-1, 1] a little.
    """
    panels = panel_inputs(layout)
    stride = layout.size // _WORKING_SIZE
    x = _working_features(panels, ngf, stride)
    if layout.base is None:
        for _ in range(stride.bit_length() - 1):
            x = conv_block(upsample(conv_block(x, ngf // 2, 1)), ngf // 2)
        return keras.Model(panels, picture_conv(layers.Concatenate()([x, *panels])), name="light")
    residual = _upsample_bilinear(residual_conv(x), stride)
    # At most 2: the distance from black to white.
    residual = layers.Rescaling(2.0, name=_RESIDUAL_SCALE)(residual)
    return keras.Model(panels, add_to_base(panels, layout, layout.base, residual), name="light")


def has_residual(generator: keras.Model) -> bool:
    """Return whether a generator is a residual refiner with a base."""
    return _RESIDUAL_SCALE in (layer.name for layer in generator.layers)


def scale_residual(generator: keras.Model, share: float) -> keras.Model:
    """Return a copy of a generator whose residual is scaled.

    Args:
        generator: Any generator. One without such a residual is returned as it is.
        share: Factor of the residual, 0 to 1.
    """

    def clone(layer: keras.Layer) -> keras.Layer:
        scaled = {"scale": layer.scale * share} if layer.name == _RESIDUAL_SCALE else {}
        return type(layer).from_config(layer.get_config() | scaled)

    if not has_residual(generator):
        return generator
    copy = keras.models.clone_model(generator, clone_function=clone)
    copy.set_weights(generator.get_weights())
    return copy


def _working_features(panels: list[Any], ngf: int, stride: int) -> Any:
    """Return the U-Net's features of the panels, ``(b, 64, 64, ngf)``."""
    widths = [ngf, 2 * ngf, 3 * ngf, 4 * ngf]
    kernel = max(stride, min(2 * stride, _MAX_KERNEL))
    x = norm_activation(
        _sum(
            layers.Conv2D(widths[0], kernel, strides=stride, padding="same", use_bias=False)(each)
            for each in panels
        )
    )
    x = conv_block(x, widths[0])
    skips = [x]
    for width in widths[1:]:
        x = conv_block(conv_block(x, width, 4, 2), width)
        skips.append(x)
    x = conv_block(x, widths[-1])
    for width, skip in zip(reversed(widths[:-1]), reversed(skips[:-1]), strict=True):
        x = conv_block(layers.Concatenate()([upsample(conv_block(x, width, 1)), skip]), width)
    return conv_block(x, ngf)


def _sum(terms: Iterable[Any]) -> Any:
    first, *others = terms
    return layers.Add()([first, *others]) if others else first


def _upsample_bilinear(x: Any, factor: int) -> Any:
    """Enlarge a square bilinearly, as ``UpSampling2D(factor, interpolation="bilinear")`` does.

    One convolution turns each pixel into a block of ``factor * factor`` pixels. For three channels
    this takes a fraction of the time. The convolution connects every channel to every other one,
    so that it would be slower for many.

    Args:
        x: ``(b, s, s, c)``.
        factor: At least 1.

    Returns:
        ``(b, s * factor, s * factor, c)``.
    """
    size, channels = x.shape[2:]
    offsets = (np.arange(factor) + 0.5) / factor - 0.5
    weights = np.maximum(0, 1 - np.abs(offsets[:, None] - (-1, 0, 1)))
    kernel = (
        np.einsum("ya,xb,cd->abcyxd", weights, weights, np.eye(channels))
        .reshape(3, 3, channels, -1)
        .astype(np.float32)
    )
    # Beyond the edge, the edge's own pixels are repeated.
    padded = ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), "symmetric")
    blocks = layers.Reshape((size, size, factor, factor * channels))(ops.conv(padded, kernel))
    rows = layers.Permute((1, 3, 2, 4))(blocks)
    return layers.Reshape((size * factor, size * factor, channels))(rows)
