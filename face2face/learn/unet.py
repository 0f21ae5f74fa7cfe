"""Pix2pix's U-Net: the paper's generator, kept as the reference."""

from __future__ import annotations

import keras
from keras import layers

from face2face.data.dataset import PanelLayout
from face2face.learn.layers import concatenate, instance_norm, panel_inputs, paper_conv


def unet(layout: PanelLayout, ngf: int = 64) -> keras.Model:
    """Return pix2pix's U-Net (Isola et al. 2017, section 6.1.1).

    It has 54.4 M weights for one panel of 256 pixels and ``ngf`` 64. It normalises by instance,
    which is the paper's batch normalisation at its batch size of 1. As in the paper's errata, the
    innermost layer has no normalisation. The network always paints from nothing.

    Args:
        layout: Number and size of the panels; the size is a power of 2, at least 64.
        ngf: Channels of the first layer.

    Returns:
        A model from the panels, ``(b, size, size, 3)`` in [-1, 1] each, to ``(b, size, size, 3)``
        in [-1, 1].
    """
    depth = layout.size.bit_length() - 1
    widths = [ngf * min(2**level, 8) for level in range(depth)]
    panels = panel_inputs(layout)
    x = paper_conv(concatenate(panels), widths[0])
    skips = [x]
    for level, width in enumerate(widths[1:], 1):
        x = paper_conv(layers.LeakyReLU(0.2)(x), width)
        x = x if level == depth - 1 else instance_norm(x)
        skips.append(x)
    for level, width in zip(range(depth - 1), reversed(widths[:-1]), strict=True):
        x = layers.ReLU()(x if level == 0 else layers.Concatenate()([x, skips[-1 - level]]))
        x = instance_norm(paper_conv(x, width, kind=layers.Conv2DTranspose))
        x = layers.Dropout(0.5)(x) if level < 3 else x
    x = layers.ReLU()(layers.Concatenate()([x, skips[0]]))
    x = paper_conv(x, 3, kind=layers.Conv2DTranspose)
    return keras.Model(panels, layers.Activation("tanh", name="picture")(x), name="unet")
