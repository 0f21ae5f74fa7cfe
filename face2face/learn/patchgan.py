"""PatchGAN discriminators.

Pix2pix's own; one for several sizes of the picture; one that predicts the colours of face parts.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from face2face.learn.layers import instance_norm, paper_conv

#: Number of sizes that the multi-scale discriminator judges.
_SCALES = 3


def patchgan(size: int, panels: int, ndf: int = 64) -> keras.Model:
    """Return pix2pix's discriminator of overlapping patches of 70x70 pixels (section 6.1.2).

    Args:
        size: Width and height of a panel in pixels, a multiple of 8.
        panels: Number of condition panels; the picture to judge comes after them.
        ndf: Channels of the first layer.

    Returns:
        A model from ``(b, size, size, 3 * panels + 3)`` to logits,
        ``(b, size / 8 - 2, size / 8 - 2, 1)``: 30x30 for 256 pixels. Above 0 means "real".
    """
    pictures = keras.Input((size, size, 3 * panels + 3), name="condition_and_picture")
    return keras.Model(pictures, _patch_logits(_features(pictures, ndf), ndf), name="patchgan")


def multiscale_patchgan(size: int, panels: int, ndf: int = 64) -> keras.Model:
    """Return three PatchGANs, for the pictures at their own size, a half and a quarter of it.

    The first judges texture, the others whether the parts of a face fit together: Wang et al.,
    *High-resolution image synthesis and semantic manipulation with conditional GANs*, CVPR 2018,
    section 3.2.

    Args:
        size: Width and height of a panel in pixels, a multiple of 32.
        panels: Number of condition panels; the picture to judge comes after them.
        ndf: Channels of each first layer.

    Returns:
        A model from ``(b, size, size, 3 * panels + 3)`` to three outputs, the logits of
        :func:`patchgan` at each size, the largest first.
    """
    pictures = keras.Input((size, size, 3 * panels + 3), name="condition_and_picture")
    sizes = [pictures]
    for _ in range(_SCALES - 1):
        sizes.append(layers.AveragePooling2D(2)(sizes[-1]))
    logits = [_patch_logits(_features(each, ndf), ndf) for each in sizes]
    return keras.Model(pictures, logits, name="multiscale")


def semantic_patchgan(size: int, panels: int, ndf: int = 64) -> keras.Model:
    """Return a PatchGAN that also predicts, from the picture alone, the colour of each face part.

    Args:
        size: Width and height of a panel in pixels, a multiple of 8.
        panels: Number of condition panels, at least 1; the picture to judge comes after them.
        ndf: Channels of the first layer.

    Returns:
        A model from ``(b, size, size, 3 * panels + 3)`` to two outputs: the logits of
        :func:`patchgan`, and colours, ``(b, size / 8, size / 8, 3)`` RGB in [-1, 1].
    """
    pictures = keras.Input((size, size, 3 * panels + 3), name="condition_and_picture")
    condition = _features(pictures[..., : 3 * panels], ndf)
    picture = _features(pictures[..., 3 * panels :], ndf)
    colours = layers.Conv2D(3, 3, padding="same", activation="tanh", name="colours")(picture)
    logits = _patch_logits(layers.Concatenate()([condition, picture]), ndf)
    return keras.Model(pictures, [logits, colours], name="semantic")


def _features(x: Any, ndf: int) -> Any:
    """Return the features after a PatchGAN's first three layers, an eighth as wide."""
    x = layers.LeakyReLU(0.2)(paper_conv(x, ndf))
    for width in (2 * ndf, 4 * ndf):
        x = layers.LeakyReLU(0.2)(instance_norm(paper_conv(x, width)))
    return x


def _patch_logits(x: Any, ndf: int) -> Any:
    """Apply a PatchGAN's last two layers. Each loses a pixel, as the paper's do."""
    for width in (8 * ndf, 1):
        initial = keras.initializers.RandomNormal(stddev=0.02)
        x = layers.Conv2D(width, 4, kernel_initializer=initial)(layers.ZeroPadding2D(1)(x))
        x = x if width == 1 else layers.LeakyReLU(0.2)(instance_norm(x))
    return x
