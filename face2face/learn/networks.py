"""The networks: the generators, and the discriminators that train them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from face2face.data.dataset import PanelLayout
from face2face.image import vector_rows

# --- U-Net: the paper's generator, kept as the reference -------------------------------------------------------------


def unet(layout: PanelLayout, ngf: int = 64) -> keras.Model:
    """Pix2pix's U-Net (Isola et al. 2017, section 6.1.1); 54.4 M weights for one panel of 256 pixels and ``ngf`` 64.

    Normalisation is by instance, which is what the paper's batch normalisation is at its batch size of 1, in training and
    after; as in the paper's errata the innermost layer, one pixel wide, has none. It always paints from nothing.

    Args:
        layout: The panels' number and size, a power of 2 of at least 64.
        ngf: Channels of its first layer.

    Returns:
        The panels, each ``(b, size, size, 3)`` in [-1, 1], to ``(b, size, size, 3)`` in [-1, 1].
    """
    depth = layout.size.bit_length() - 1
    widths = [ngf * min(2**level, 8) for level in range(depth)]
    panels = _panels(layout)
    x = _conv(_joined(panels), widths[0])
    skips = [x]
    for level, width in enumerate(widths[1:], 1):
        x = _conv(layers.LeakyReLU(0.2)(x), width)
        x = x if level == depth - 1 else _instance_norm(x)
        skips.append(x)
    for level, width in zip(range(depth - 1), reversed(widths[:-1]), strict=True):
        x = layers.ReLU()(x if level == 0 else layers.Concatenate()([x, skips[-1 - level]]))
        x = _instance_norm(_conv(x, width, kind=layers.Conv2DTranspose))
        x = layers.Dropout(0.5)(x) if level < 3 else x
    x = layers.ReLU()(layers.Concatenate()([x, skips[0]]))
    picture = layers.Activation("tanh", name="picture")(_conv(x, 3, kind=layers.Conv2DTranspose))
    return keras.Model(panels, picture, name="unet")


def _panels(layout: PanelLayout) -> list[Any]:
    """What a generator is shown, one by one: joined only to be cut apart again, wide panels would take longer than to be looked at."""
    return [
        keras.Input((layout.size, layout.size, 3), name=f"panel_{place}")
        for place in range(len(layout.inputs))
    ]


def _joined(panels: list[Any]) -> Any:
    return layers.Concatenate()(panels) if len(panels) > 1 else panels[0]


def _conv(x: Any, channels: int, strides: int = 2, kind: type[keras.Layer] = layers.Conv2D) -> Any:
    """The paper's layer: 4x4, with its initial weights (section 6.2)."""
    return kind(
        channels,
        4,
        strides=strides,
        padding="same",
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.02),
    )(x)


def _instance_norm(x: Any) -> Any:
    return layers.GroupNormalization(groups=-1, epsilon=1e-5)(x)


# --- Light: ours -------------------------------------------------------------------------------------------------------

#: Pixels at which it thinks, whatever the panels' size; its first kernels overlap by half as long as they are no wider than the second.
_THOUGHT, _WIDEST = 64, 8
#: The layer that says how far it may depart from its base.
_DEPARTURE = "departure"


def residual_refiner(layout: PanelLayout, ngf: int = 16) -> keras.Model:
    """A small U-Net, 0.27 M weights for ``ngf`` 16, that trains in minutes and runs live on a laptop.

    It thinks at 64 pixels, whatever the panels' size. Where the layout names a base panel, the answer is that panel
    plus a residual that is as coarse: it mends tone and shape, and leaves detail to the base, whose pixels were photographed; a
    residual as fine as the picture learns to blur. It begins at zero, so untrained it answers with the base, and where the layout
    names a mask, it is confined to it. Batch normalisation makes it learn several times as fast, and is folded away when the network
    is reduced. Upsampling is bilinear, since transposed convolutions leave a checkerboard (Odena et al., *Deconvolution and
    checkerboard artifacts*, Distill 2016).

    Args:
        layout: The panels and their roles; a size that 64 divides.
        ngf: Channels of its first layer.

    Returns:
        The panels, each ``(b, size, size, 3)`` in [-1, 1], to ``(b, size, size, 3)``, nominally in [-1, 1].
    """
    widths = [ngf, 2 * ngf, 3 * ngf, 4 * ngf]
    panels = _panels(layout)
    stride = layout.size // _THOUGHT
    kernel = max(stride, min(2 * stride, _WIDEST))
    x = _normal(
        _sum(
            layers.Conv2D(widths[0], kernel, strides=stride, padding="same", use_bias=False)(each)
            for each in panels
        )
    )
    x = _layer(x, widths[0])
    skips = [x]
    for width in widths[1:]:
        x = _layer(_layer(x, width, 4, 2), width)
        skips.append(x)
    x = _layer(x, widths[-1])
    for width, skip in zip(reversed(widths[:-1]), reversed(skips[:-1]), strict=True):
        x = _layer(layers.Concatenate()([_double(_layer(x, width, 1)), skip]), width)
    x = _layer(x, ngf)
    if layout.base is None:
        for _ in range(stride.bit_length() - 1):
            x = _layer(_double(_layer(x, ngf // 2, 1)), ngf // 2)
        picture = layers.Conv2D(3, 3, padding="same", activation="tanh", name="picture")
        return keras.Model(panels, picture(layers.Concatenate()([x, *panels])), name="light")
    residual = layers.Conv2D(
        3, 3, padding="same", activation="tanh", kernel_initializer="zeros", name="residual"
    )(x)
    residual = _enlarged(residual, stride)
    residual = layers.Rescaling(2.0, name=_DEPARTURE)(residual)  # as far as from white to black
    return keras.Model(panels, _over_base(panels, layout, layout.base, residual), name="light")


def _over_base(panels: list[Any], layout: PanelLayout, base: int, residual: Any) -> Any:
    """The base panel plus a residual, within the mask where there is one."""
    if layout.mask is not None:
        residual = residual * (panels[layout.mask] + 1) / 2
    return layers.Add(name="picture")([panels[base], residual])


def has_residual(generator: keras.Model) -> bool:
    """Whether a generator mends its base, rather than painting from nothing or over it."""
    return _DEPARTURE in (layer.name for layer in generator.layers)


def scale_residual(generator: keras.Model, share: float) -> keras.Model:
    """A generator that departs from its base by a share of what this one does; one that doesn't mend is given back as it is."""

    def clone(layer: keras.Layer) -> keras.Layer:
        scaled = {"scale": layer.scale * share} if layer.name == _DEPARTURE else {}
        return type(layer).from_config(layer.get_config() | scaled)

    if not has_residual(generator):
        return generator
    copy = keras.models.clone_model(generator, clone_function=clone)
    copy.set_weights(generator.get_weights())
    return copy


def _layer(x: Any, channels: int, kernel: int = 3, strides: int = 1, dilation: int = 1) -> Any:
    return _normal(
        layers.Conv2D(
            channels,
            kernel,
            strides=strides,
            padding="same",
            dilation_rate=dilation,
            use_bias=False,
        )(x)
    )


def _normal(x: Any) -> Any:
    return layers.LeakyReLU(0.2)(layers.BatchNormalization(momentum=0.97)(x))


def _sum(terms: Iterable[Any]) -> Any:
    first, *others = terms
    return layers.Add()([first, *others]) if others else first


def _double(x: Any) -> Any:
    return layers.UpSampling2D(2, interpolation="bilinear")(x)


def _enlarged(x: Any, times: int) -> Any:
    """A square bilinearly enlarged as by UpSampling2D, but by one convolution that makes each pixel a block.

    Three channels are so enlarged in a fraction of the time; the convolution joins each channel to each, so many would take longer.
    """
    small, channels = x.shape[2:]
    at = (np.arange(times) + 0.5) / times - 0.5
    shares = np.maximum(0, 1 - np.abs(at[:, None] - (-1, 0, 1)))
    kernel = (
        np.einsum("ya,xb,cd->abcyxd", shares, shares, np.eye(channels))
        .reshape(3, 3, channels, -1)
        .astype(np.float32)
    )
    # Beyond its edge it is as at its edge.
    blocks = ops.conv(ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), "symmetric"), kernel)
    rows = layers.Permute((1, 3, 2, 4))(
        layers.Reshape((small, small, times, times * channels))(blocks)
    )
    return layers.Reshape((small * times, small * times, channels))(rows)


# --- Paint: what edits faces --------------------------------------------------------------------------------------------


def inpainting_unet(layout: PanelLayout, ngf: int = 32) -> keras.Model:
    """A U-Net that paints faces, or parts of them, anew: 2.5 M weights for ``ngf`` 32.

    It sees and answers at the panels' own size. Where the layout names a base panel, the answer is that panel plus a residual, within the
    mask where it names one; where it names a mask alone, it is the first panel, its masked pixels filled smoothly, plus a residual. What is
    left around a hole is carried into it by convolutions that reach far at the narrowest width (Iizuka, Simo-Serra and Ishikawa,
    *Globally and locally consistent image completion*, SIGGRAPH 2017, section 3.2). Where the layout names a panel of bars, the
    narrowest width is told their numbers.

    Args:
        layout: The panels and their roles; a size that 16 divides.
        ngf: Channels of its first layer.

    Returns:
        The panels, each ``(b, size, size, 3)`` in [-1, 1], to ``(b, size, size, 3)``, nominally in [-1, 1].
    """
    widths = [ngf, 2 * ngf, 4 * ngf, 6 * ngf]
    panels = _panels(layout)
    seen = _joined([panel for place, panel in enumerate(panels) if place != layout.bars])
    x = _layer(seen, widths[0], 4, 2)
    skips = [x]
    for width in widths[1:]:
        x = _layer(_layer(x, width, 4, 2), width)
        skips.append(x)
    if layout.bars is not None:
        x = layers.Add()([x, _numbers(panels[layout.bars], layout.size, widths[-1])])
    for reach in (2, 4, 1):
        x = layers.Add()([x, _layer(x, widths[-1], 3, dilation=reach)])
    for width, skip in zip(reversed(widths[:-1]), reversed(skips[:-1]), strict=True):
        x = _layer(layers.Concatenate()([_double(_layer(x, width, 1)), skip]), width)
    x = _layer(layers.Concatenate()([_double(_layer(x, ngf // 2, 1)), seen]), ngf // 2)
    if layout.base is None and layout.mask is None:
        return keras.Model(
            panels,
            layers.Conv2D(3, 3, padding="same", activation="tanh", name="picture")(x),
            name="paint",
        )
    residual = layers.Conv2D(
        3, 3, padding="same", activation="tanh", kernel_initializer="zeros", name="residual"
    )(x)
    residual = layers.Rescaling(2.0)(residual)
    if layout.base is None:
        assert layout.mask is not None
        return keras.Model(
            panels,
            layers.Add(name="picture")([_pull_push_fill(panels[0], panels[layout.mask]), residual]),
            name="paint",
        )
    return keras.Model(panels, _over_base(panels, layout, layout.base, residual), name="paint")


def _pull_push_fill(photo: Any, mask: Any) -> Any:
    """A photo, what is masked in it filled with what lies around: :func:`face2face.imaging.fill.spread` as layers."""
    weight = 0.5 - 0.5 * mask[..., :1]
    colour = photo * weight
    levels = [(colour, weight)]
    for _ in range(photo.shape[1].bit_length() - 1):
        colour, weight = (layers.AveragePooling2D(2)(each) for each in (colour, weight))
        surer = ops.minimum(4 * weight, 1.0) / ops.maximum(weight, 1e-6)
        colour, weight = colour * surer, weight * surer
        levels.append((colour, weight))
    filled, _ = levels.pop()
    for colour, weight in reversed(levels):
        filled = colour + (1 - weight) * _double(filled)
    return filled


def _numbers(panel: Any, size: int, width: int) -> Any:
    """What a panel of bars says, made into as many channels as are wanted, the same everywhere: ``(b, 1, 1, width)``."""
    x = layers.Flatten()(panel[:, vector_rows(size), 0])
    x = layers.LeakyReLU(0.2)(layers.Dense(width)(x))
    return layers.Reshape((1, 1, width))(layers.Dense(width)(x))


# --- Discriminators ----------------------------------------------------------------------------------------


def patchgan(size: int, panels: int, ndf: int = 64) -> keras.Model:
    """Pix2pix's discriminator (section 6.1.2): judges overlapping patches of 70x70 pixels.

    Args:
        size: Width and height in pixels, a multiple of 8.
        panels: Pictures of the condition; the one that is judged comes after them.
        ndf: Channels of its first layer.

    Returns:
        ``(b, size, size, 3 * panels + 3)`` to logits, ``(b, size / 8 - 2, size / 8 - 2, 1)``, 30x30 for 256 pixels; above 0 is "true".
    """
    shown = keras.Input((size, size, 3 * panels + 3), name="condition_and_picture")
    return keras.Model(shown, _judged(_looked_at(shown, ndf), ndf), name="patchgan")


def semantic(size: int, panels: int, ndf: int = 64) -> keras.Model:
    """A PatchGAN that besides says, of the picture alone, which colour each part of the face has.

    Args:
        size: Width and height in pixels, a multiple of 8.
        panels: Pictures of the condition, at least one; the one that is judged comes after them.
        ndf: Channels of its first layer.

    Returns:
        ``(b, size, size, 3 * panels + 3)`` to logits as of :func:`patchgan`, and colours, ``(b, size / 8, size / 8, 3)`` in [-1, 1].
    """
    shown = keras.Input((size, size, 3 * panels + 3), name="condition_and_picture")
    told, picture = (
        _looked_at(shown[..., : 3 * panels], ndf),
        _looked_at(shown[..., 3 * panels :], ndf),
    )
    colours = layers.Conv2D(3, 3, padding="same", activation="tanh", name="colours")(picture)
    return keras.Model(
        shown, [_judged(layers.Concatenate()([told, picture]), ndf), colours], name="semantic"
    )


def _looked_at(x: Any, ndf: int) -> Any:
    """The first layers of a PatchGAN: an eighth as wide."""
    x = layers.LeakyReLU(0.2)(_conv(x, ndf))
    for width in (2 * ndf, 4 * ndf):
        x = layers.LeakyReLU(0.2)(_instance_norm(_conv(x, width)))
    return x


def _judged(x: Any, ndf: int) -> Any:
    """The last layers of a PatchGAN: each loses a pixel, as the paper's do."""
    for width in (8 * ndf, 1):
        initial = keras.initializers.RandomNormal(stddev=0.02)
        x = layers.Conv2D(width, 4, kernel_initializer=initial)(layers.ZeroPadding2D(1)(x))
        x = x if width == 1 else layers.LeakyReLU(0.2)(_instance_norm(x))
    return x


@dataclass(frozen=True)
class Defaults:
    """What a generator is trained with where a person doesn't say; see :class:`face2face.learn.checkpoint.Settings`."""

    batch_size: int
    ngf: int
    ndf: int
    lr: float
    l1_weight: float
    ssim_weight: float
    gan_weight: float
    flip: bool
    sway: float


#: Name -> the function that makes it, of a layout and ``ngf``.
GENERATORS: dict[str, Callable[[PanelLayout, int], keras.Model]] = {
    "light": residual_refiner,
    "unet": unet,
    "paint": inpainting_unet,
}
#: Name -> the function that makes it, of a size, the panels that it is shown and ``ndf``.
DISCRIMINATORS: dict[str, Callable[[int, int, int], keras.Model]] = {
    "patch": patchgan,
    "semantic": semantic,
}
DEFAULTS = {
    "light": Defaults(
        batch_size=4,
        ngf=16,
        ndf=16,
        lr=4e-4,
        l1_weight=50.0,
        ssim_weight=30.0,
        gan_weight=0.0,
        flip=True,
        sway=1.0,
    ),
    "paint": Defaults(
        batch_size=8,
        ngf=32,
        ndf=16,
        lr=4e-4,
        l1_weight=30.0,
        ssim_weight=10.0,
        gan_weight=1.0,
        flip=True,
        sway=0.0,
    ),
    "unet": Defaults(
        batch_size=1,
        ngf=64,
        ndf=64,
        lr=2e-4,
        l1_weight=100.0,
        ssim_weight=0.0,
        gan_weight=1.0,
        flip=False,
        sway=0.0,
    ),
}
