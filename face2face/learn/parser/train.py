"""The parser's network, its losses and its training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
from keras import layers, ops

from face2face.learn.parser.backbone import features, freeze_blocks, load_weights
from face2face.learn.parser.labelled import LabelledPhotos
from face2face.segmentation.labels import CLASSES

#: Number of the backbone's blocks. The last five are left out: they have three quarters of the
#: weights, at half the width.
_BLOCKS = 11
#: Number of blocks that keep ImageNet's weights. Edges and textures are the same everywhere, and
#: learning them would cost a third of the time.
_FROZEN_BLOCKS = 3
#: Channels of the context module.
_CONTEXT_CHANNELS = 128
#: Channels of each step back to a larger width.
_DECODER_CHANNELS = (96, 64, 48)
#: Dilations of the context module.
_DILATIONS = (1, 2, 4)
#: Name of the layer that gives the logits.
_LOGITS = "logits"
#: Decay of the weights in a step, at a learning rate of 1.
_WEIGHT_DECAY = 1e-2


def parser(size: int) -> keras.Model:
    """Return a U-Net (Ronneberger et al. 2015) on the first blocks of EfficientNet-Lite0.

    The last block's features go through convolutions of several dilations, as in DeepLab (Chen et
    al. 2017, *Rethinking atrous convolution for semantic image segmentation*, section 3.3). Three
    steps then bring them to larger widths, each with the backbone's features of that width.

    Args:
        size: Width and height of a photo in pixels, a multiple of 32.

    Returns:
        A model from ``(b, size, size, 3)`` RGB in [-1, 1] to logits,
        ``(b, size / 2, size / 2, 19)``.
    """
    photo = keras.Input((size, size, 3), name="photo")
    *wider, x = features(photo, _BLOCKS)
    context = [_conv_block(x, _CONTEXT_CHANNELS, 1)]
    context += [_separable(x, _CONTEXT_CHANNELS, dilation) for dilation in _DILATIONS]
    pooled = layers.GlobalAveragePooling2D(keepdims=True)(x)
    pooled = layers.Conv2D(_CONTEXT_CHANNELS, 1, activation="relu", name="everywhere")(pooled)
    joined = _conv_block(layers.Concatenate()(context), _CONTEXT_CHANNELS, 1)
    x = layers.Add()([joined, pooled])
    for channels, skip in zip(_DECODER_CHANNELS, reversed(wider), strict=True):
        enlarge = layers.UpSampling2D(skip.shape[1] // x.shape[1], interpolation="bilinear")
        x = enlarge(_conv_block(x, channels, 1))
        x = layers.Concatenate()([x, _conv_block(skip, channels // 2, 1)])
        x = _separable(_separable(x, channels), channels)
    return keras.Model(photo, layers.Conv2D(len(CLASSES), 1, name=_LOGITS)(x), name="parser")


def _conv_block(x: Any, channels: int, kernel: int) -> Any:
    x = layers.Conv2D(channels, kernel, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.97)(x))


def _separable(x: Any, channels: int, dilation: int = 1) -> Any:
    x = layers.DepthwiseConv2D(3, padding="same", dilation_rate=dilation, use_bias=False)(x)
    return _conv_block(layers.BatchNormalization(momentum=0.97)(x), channels, 1)


class SegmentationLoss(keras.losses.Loss):
    """Cross-entropy plus one minus the mean Dice overlap of the classes in the batch.

    The cross-entropy gets pixels right, the overlap (Milletari et al., *V-Net*, 3DV 2016,
    section 3) does not forget small classes. Pixels of no class do not count. Logits may be
    smaller than the label map; they are enlarged.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of a batch.

        Args:
            y_true: ``(b, s, s)`` class numbers; others than 0 to 18 are no class.
            y_pred: ``(b, n, n, 19)`` logits.
        """
        truth = ops.one_hot(y_true, len(CLASSES), dtype="float32")
        logits = ops.image.resize(
            ops.cast(y_pred, "float32"), truth.shape[1:3], interpolation="bilinear"
        )
        log_probs = ops.log_softmax(logits, axis=-1)
        known = ops.sum(truth, axis=-1, keepdims=True)
        entropy = -ops.sum(truth * log_probs) / ops.maximum(ops.sum(known), 1.0)
        probs = ops.exp(log_probs) * known
        axes = (0, 1, 2)
        pixels = ops.sum(truth, axis=axes)
        overlap = 2 * ops.sum(truth * probs, axis=axes) / (pixels + ops.sum(probs, axis=axes) + 1.0)
        present = ops.cast(pixels > 0, "float32")
        return entropy + (1 - ops.sum(overlap * present) / ops.maximum(ops.sum(present), 1.0))


class DistillationLoss(keras.losses.Loss):
    """The cross-entropy with a teacher's class probabilities.

    Hinton, Vinyals and Dean, *Distilling the knowledge in a neural network*, 2015, section 2, at a
    temperature of 1.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of a batch.

        Args:
            y_true: ``(b, n, n, 19)`` uint8; 255 is certain, all zeros are unknown and do not count.
            y_pred: ``(b, n, n, 19)`` logits.
        """
        probs = ops.cast(y_true, "float32") / 255
        log_probs = ops.log_softmax(ops.cast(y_pred, "float32"), axis=-1)
        return -ops.sum(probs * log_probs) / ops.maximum(ops.sum(probs), 1.0)


def train(
    training: LabelledPhotos,
    folder: Path,
    epochs: int,
    lr: float,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    begin: keras.Model | None = None,
) -> keras.Model:
    """Train a parser, or continue where training was stopped; return it, see :func:`parser`.

    The learning rate rises in the first epoch and falls to zero as a cosine. The weights of the
    last epoch are kept: nothing is chosen on held-out photos.

    With ``begin``, the result is halfway between its weights and the trained ones, which keeps
    what either has learnt: Wortsman et al., *Robust fine-tuning of zero-shot models*, CVPR 2022,
    section 3.

    Args:
        training: The photos; a teacher's answers are learnt too.
        folder: Folder of the state after each epoch, and of ``history.csv``.
        epochs: Number of epochs.
        lr: Highest learning rate.
        callbacks: Further Keras callbacks.
        begin: A reduced parser to begin with, also one of smaller photos.

    Raises:
        ModelError: The package with the backbone's weights is not installed.
    """
    network = _initial_network(training.size, begin)
    freeze_blocks(network, _FROZEN_BLOCKS)
    before = network.get_weights()
    model = _compile(network, training, epochs, lr)
    backup = keras.callbacks.BackupAndRestore(str(folder / "state"))
    log = keras.callbacks.CSVLogger(str(folder / "history.csv"), append=True)
    model.fit(training, epochs=epochs, callbacks=[backup, log, *callbacks])
    if begin is not None:
        network.set_weights(
            [(one + other) / 2 for one, other in zip(before, network.get_weights(), strict=True)]
        )
    return network


def _initial_network(size: int, begin: keras.Model | None) -> keras.Model:
    """Return a new parser with ImageNet's backbone, or a copy of a reduced one."""
    if begin is None:
        network = parser(size)
        load_weights(network)
        return network
    photo = keras.Input((size, size, 3), name="photo")
    logits = keras.Model(begin.input, begin.get_layer(_LOGITS).output, name="parser")
    network = keras.models.clone_model(logits, photo)
    network.set_weights(begin.get_weights())
    return network


def _compile(network: keras.Model, training: LabelledPhotos, epochs: int, lr: float) -> keras.Model:
    """Return a compiled model of the network, with a second output where there is a teacher."""
    model = network
    losses: list[keras.losses.Loss] = [SegmentationLoss()]
    if training.has_teacher:
        second = layers.Identity(name="taught")(network.output)
        model = keras.Model(network.input, [network.output, second])
        losses.append(DistillationLoss())
    rate = keras.optimizers.schedules.CosineDecay(
        lr / 10, epochs * len(training), 0.0, warmup_target=lr, warmup_steps=len(training)
    )
    # With XLA it would take a minute to begin, and be no faster on a processor.
    optimizer = keras.optimizers.AdamW(rate, weight_decay=_WEIGHT_DECAY)
    model.compile(optimizer, losses, jit_compile=False)
    return model


def with_probabilities(network: keras.Model) -> keras.Model:
    """Return a parser whose output are class probabilities, ``(b, s / 2, s / 2, 19)``.

    They are scaled to [-1, 1] as pictures are, so that they can be frozen in the same way.
    """
    probs = layers.Rescaling(2.0, -1.0, name="likely")(layers.Softmax()(network.output))
    return keras.Model(network.input, probs, name="parser")
