"""Layers that several networks share."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from face2face.data.dataset import PanelLayout


def panel_inputs(layout: PanelLayout) -> list[Any]:
    """Return one input of ``(size, size, 3)`` for each panel that a generator sees.

    Separate inputs save joining wide panels and splitting them again, which takes longer than the
    first convolution.
    """
    return [
        keras.Input((layout.size, layout.size, 3), name=f"panel_{place}")
        for place in range(len(layout.inputs))
    ]


def concatenate(panels: list[Any]) -> Any:
    """Return tensors joined along their channels; a single one as it is."""
    return layers.Concatenate()(panels) if len(panels) > 1 else panels[0]


def paper_conv(
    x: Any, channels: int, strides: int = 2, kind: type[keras.Layer] = layers.Conv2D
) -> Any:
    """Apply pix2pix's 4x4 convolution with its initial weights (Isola et al. 2017, section 6.2)."""
    return kind(
        channels,
        4,
        strides=strides,
        padding="same",
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.02),
    )(x)


def instance_norm(x: Any) -> Any:
    """Normalise each channel of each picture on its own."""
    return layers.GroupNormalization(groups=-1, epsilon=1e-5)(x)


def conv_block(x: Any, channels: int, kernel: int = 3, strides: int = 1, dilation: int = 1) -> Any:
    """Apply a convolution without bias, batch normalisation and a leaky ReLU."""
    return norm_activation(
        layers.Conv2D(
            channels,
            kernel,
            strides=strides,
            padding="same",
            dilation_rate=dilation,
            use_bias=False,
        )(x)
    )


def norm_activation(x: Any) -> Any:
    """Apply batch normalisation and a leaky ReLU. Reducing folds the normalisation away."""
    return layers.LeakyReLU(0.2)(layers.BatchNormalization(momentum=0.97)(x))


def upsample(x: Any) -> Any:
    """Double width and height bilinearly.

    Transposed convolutions would leave a checkerboard: Odena et al., *Deconvolution and
    checkerboard artifacts*, Distill 2016.
    """
    return layers.UpSampling2D(2, interpolation="bilinear")(x)


def residual_conv(x: Any) -> Any:
    """Return a residual picture in [-1, 1] that is zero before training."""
    return layers.Conv2D(
        3, 3, padding="same", activation="tanh", kernel_initializer="zeros", name="residual"
    )(x)


def picture_conv(x: Any) -> Any:
    """Return a picture in [-1, 1] painted from features."""
    return layers.Conv2D(3, 3, padding="same", activation="tanh", name="picture")(x)


def add_to_base(panels: list[Any], layout: PanelLayout, base: int, residual: Any) -> Any:
    """Return the base panel plus a residual; where the layout has a mask, only inside it."""
    if layout.mask is not None:
        residual = residual * (panels[layout.mask] + 1) / 2
    return layers.Add(name="picture")([panels[base], residual])
