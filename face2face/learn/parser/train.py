"""The parser's network and its training: a photo in, how likely each class is at each pixel out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
from keras import layers, ops

from face2face.learn.parser.backbone import features, fix, load_weights
from face2face.learn.parser.labelled import LabelledPhotos
from face2face.segmentation.labels import CLASSES

#: Blocks of the backbone that are used: its last five have three quarters of its weights, and see half as fine.
_BLOCKS = 11
#: Of these, the first that stay as ImageNet left them: edges and textures are the same everywhere, and learning them costs a third of
#: the time.
_FIXED = 3
#: Channels of the context, and of each step back to finer ones.
_CONTEXT, _STEPS = 128, (96, 64, 48)
_DILATIONS = (1, 2, 4)
_LOGITS = "logits"
#: Of the weights, a step at a rate of 1.
_DECAY = 1e-2


def parser(size: int) -> keras.Model:
    """A U-Net (Ronneberger et al. 2015) on the first blocks of EfficientNet-Lite0.

    What the last block sees is looked at from near and from afar, as in DeepLab (Chen et al. 2017, *Rethinking atrous convolution for
    semantic image segmentation*, section 3.3), then made finer in three steps, each with what the backbone saw at that width.

    Args:
        size: Width and height of a photo in pixels, a multiple of 32.

    Returns:
        ``(b, size, size, 3)`` RGB in [-1, 1] to logits, ``(b, size / 2, size / 2, 19)``.
    """
    photo = keras.Input((size, size, 3), name="photo")
    *finer, x = features(photo, _BLOCKS)
    seen = [_layer(x, _CONTEXT, 1)] + [_separable(x, _CONTEXT, each) for each in _DILATIONS]
    everywhere = layers.GlobalAveragePooling2D(keepdims=True)(x)
    everywhere = layers.Conv2D(_CONTEXT, 1, activation="relu", name="everywhere")(everywhere)
    x = layers.Add()([_layer(layers.Concatenate()(seen), _CONTEXT, 1), everywhere])
    for width, skip in zip(_STEPS, reversed(finer), strict=True):
        x = layers.UpSampling2D(skip.shape[1] // x.shape[1], interpolation="bilinear")(
            _layer(x, width, 1)
        )
        x = layers.Concatenate()([x, _layer(skip, width // 2, 1)])
        x = _separable(_separable(x, width), width)
    return keras.Model(photo, layers.Conv2D(len(CLASSES), 1, name=_LOGITS)(x), name="parser")


def _layer(x: Any, channels: int, kernel: int) -> Any:
    x = layers.Conv2D(channels, kernel, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.97)(x))


def _separable(x: Any, channels: int, dilation: int = 1) -> Any:
    x = layers.DepthwiseConv2D(3, padding="same", dilation_rate=dilation, use_bias=False)(x)
    return _layer(layers.BatchNormalization(momentum=0.97)(x), channels, 1)


class SegmentationLoss(keras.losses.Loss):
    """Cross-entropy, which gets pixels right, and the soft overlap of each class, which doesn't forget the small ones.

    Overlap: Milletari et al., *V-Net*, 3DV 2016, section 3. Logits may be coarser than the truth: they are enlarged.

    Where the truth is no class, anything is right.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Labels ``(b, s, s)`` and logits: one figure."""
        truth = ops.one_hot(y_true, len(CLASSES), dtype="float32")
        logits = ops.image.resize(
            ops.cast(y_pred, "float32"), truth.shape[1:3], interpolation="bilinear"
        )
        log = ops.log_softmax(logits, axis=-1)
        known = ops.sum(truth, axis=-1, keepdims=True)
        entropy = -ops.sum(truth * log) / ops.maximum(ops.sum(known), 1.0)
        likely = ops.exp(log) * known
        axes = (0, 1, 2)
        present = ops.sum(truth, axis=axes)
        shared = (
            2 * ops.sum(truth * likely, axis=axes) / (present + ops.sum(likely, axis=axes) + 1.0)
        )
        there = ops.cast(present > 0, "float32")
        return entropy + (1 - ops.sum(shared * there) / ops.maximum(ops.sum(there), 1.0))


class DistillationLoss(keras.losses.Loss):
    """The cross-entropy with what a larger parser says: which other classes a pixel might have been.

    Hinton, Vinyals and Dean, *Distilling the knowledge in a neural network*, 2015, section 2, at a temperature of 1.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """``(b, s, s, classes)``, 255 is certain and all zeros are unknown, and logits: one figure."""
        likely = ops.cast(y_true, "float32") / 255
        log = ops.log_softmax(ops.cast(y_pred, "float32"), axis=-1)
        return -ops.sum(likely * log) / ops.maximum(ops.sum(likely), 1.0)


def train(
    training: LabelledPhotos,
    folder: Path,
    epochs: int,
    lr: float,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    begin: keras.Model | None = None,
) -> keras.Model:
    """Trains a parser, or goes on where it was stopped.

    The rate rises in the first epoch and falls to zero as a cosine by the last one, whose weights are the ones: nothing is chosen by
    what is held out.

    Args:
        training: What is learnt from; what a larger parser says of it is learnt too.
        folder: Where the state is kept from epoch to epoch, and a ``history.csv``.
        epochs: Times through the photos.
        lr: The highest learning rate.
        callbacks: Further ones.
        begin: A finished parser to go on from, perhaps one that sees photos smaller; its normalisation is folded and stays so. What
            comes out is halfway between it and what is learnt, which holds on to what either knows: Wortsman et al., *Robust
            fine-tuning of zero-shot models*, CVPR 2022, section 3.

    Returns:
        The trained network, see :func:`parser`.

    Raises:
        ModelError: The package with the backbone's weights isn't installed.
    """
    if begin is None:
        network = parser(training.size)
        load_weights(network)
    else:
        photo = keras.Input((training.size, training.size, 3), name="photo")
        network = keras.models.clone_model(
            keras.Model(begin.input, begin.get_layer(_LOGITS).output, name="parser"), photo
        )
        network.set_weights(begin.get_weights())
    fix(network, _FIXED)
    before = network.get_weights()
    model = network
    losses: list[keras.losses.Loss] = [SegmentationLoss()]
    if training.taught:
        model = keras.Model(
            network.input, [network.output, layers.Identity(name="taught")(network.output)]
        )
        losses.append(DistillationLoss())
    rate = keras.optimizers.schedules.CosineDecay(
        lr / 10, epochs * len(training), 0.0, warmup_target=lr, warmup_steps=len(training)
    )
    # Compiled by XLA it would take a minute to begin, and be no faster on a processor.
    model.compile(keras.optimizers.AdamW(rate, weight_decay=_DECAY), losses, jit_compile=False)
    kept = keras.callbacks.BackupAndRestore(str(folder / "state"))
    told = keras.callbacks.CSVLogger(str(folder / "history.csv"), append=True)
    model.fit(training, epochs=epochs, callbacks=[kept, told, *callbacks])
    if begin is not None:
        network.set_weights(
            [(one + other) / 2 for one, other in zip(before, network.get_weights(), strict=True)]
        )
    return network


def with_probabilities(network: keras.Model) -> keras.Model:
    """A parser that answers at half its photo's size how likely each class is, in [-1, 1] as pictures are: ``(b, s / 2, s / 2, 19)``."""
    likely = layers.Rescaling(2.0, -1.0, name="likely")(layers.Softmax()(network.output))
    return keras.Model(network.input, likely, name="parser")
