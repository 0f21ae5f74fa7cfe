"""The inpainting U-Net: paints faces, or parts of them, for the modes that edit photos."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from face2face.data.dataset import PanelLayout
from face2face.image import vector_rows
from face2face.learn.layers import (
    add_to_base,
    concatenate,
    conv_block,
    panel_inputs,
    picture_conv,
    residual_conv,
    upsample,
)

#: Dilations at the narrowest width. They reach far enough to carry a hole's surroundings into it
#: (Iizuka et al., *Globally and locally consistent image completion*, SIGGRAPH 2017, section 3.2).
_DILATIONS = (2, 4, 1)


def inpainting_unet(layout: PanelLayout, ngf: int = 32) -> keras.Model:
    """Return a U-Net that works at the panels' own size: 2.5 M weights for ``ngf`` 32.

    What it answers with depends on the layout:

    - with a base panel: the base plus a residual, inside the mask where there is one;
    - with a mask alone: the first panel with its hole filled smoothly, plus a residual;
    - with neither: a picture painted from nothing.

    Where the layout names a panel of numbers (``bars``), the narrowest width receives them.

    Args:
        layout: The panels and their roles; the size is a multiple of 16.
        ngf: Channels of the first layer.

    Returns:
        A model from the panels, ``(b, size, size, 3)`` in [-1, 1] each, to a picture of the
        same shape. Its values may leave [-1, 1] a little.
    """
    panels = panel_inputs(layout)
    pictures = concatenate([each for place, each in enumerate(panels) if place != layout.bars])
    numbers = panels[layout.bars] if layout.bars is not None else None
    x = _features(pictures, numbers, ngf)
    if layout.base is None and layout.mask is None:
        return keras.Model(panels, picture_conv(x), name="paint")
    # At most 2: the distance from black to white.
    residual = layers.Rescaling(2.0)(residual_conv(x))
    if layout.base is not None:
        picture = add_to_base(panels, layout, layout.base, residual)
    else:
        assert layout.mask is not None
        filled = _pull_push_fill(panels[0], panels[layout.mask])
        picture = layers.Add(name="picture")([filled, residual])
    return keras.Model(panels, picture, name="paint")


def _features(pictures: Any, numbers: Any, ngf: int) -> Any:
    """Return the U-Net's features at the panels' size, ``(b, size, size, ngf / 2)``."""
    widths = [ngf, 2 * ngf, 4 * ngf, 6 * ngf]
    x = conv_block(pictures, widths[0], 4, 2)
    skips = [x]
    for width in widths[1:]:
        x = conv_block(conv_block(x, width, 4, 2), width)
        skips.append(x)
    if numbers is not None:
        x = layers.Add()([x, _embed_numbers(numbers, widths[-1])])
    for dilation in _DILATIONS:
        x = layers.Add()([x, conv_block(x, widths[-1], 3, dilation=dilation)])
    for width, skip in zip(reversed(widths[:-1]), reversed(skips[:-1]), strict=True):
        x = conv_block(layers.Concatenate()([upsample(conv_block(x, width, 1)), skip]), width)
    x = layers.Concatenate()([upsample(conv_block(x, ngf // 2, 1)), pictures])
    return conv_block(x, ngf // 2)


def _embed_numbers(panel: Any, channels: int) -> Any:
    """Return a panel of numbers embedded as features for every place, ``(b, 1, 1, channels)``."""
    x = layers.Flatten()(panel[:, vector_rows(panel.shape[1]), 0])
    x = layers.LeakyReLU(0.2)(layers.Dense(channels)(x))
    return layers.Reshape((1, 1, channels))(layers.Dense(channels)(x))


def _pull_push_fill(photo: Any, mask: Any) -> Any:
    """Return a photo whose masked pixels are filled from their surroundings.

    These are the layers of :func:`face2face.imaging.fill.pull_push_fill`.

    Args:
        photo: ``(b, size, size, 3)`` in [-1, 1].
        mask: ``(b, size, size, 3)``, 1 where a pixel is missing, -1 elsewhere.
    """
    weight = 0.5 - 0.5 * mask[..., :1]
    colour = photo * weight
    levels = [(colour, weight)]
    for _ in range(photo.shape[1].bit_length() - 1):
        colour, weight = (layers.AveragePooling2D(2)(each) for each in (colour, weight))
        # A block counts fully once a quarter of it is known.
        gain = ops.minimum(4 * weight, 1.0) / ops.maximum(weight, 1e-6)
        colour, weight = colour * gain, weight * gain
        levels.append((colour, weight))
    filled, _ = levels.pop()
    for colour, weight in reversed(levels):
        filled = colour + (1 - weight) * upsample(filled)
    return filled
