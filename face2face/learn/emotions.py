"""The emotion classifier: its network, its samples and its training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from face2face.data.dataset import to_signed
from face2face.learn.layers import concatenate, conv_block
from face2face.segmentation.emotions import CHANNEL_COUNT, EMOTIONS, PANELS, mask_panels
from face2face.segmentation.features import FACE_SIZE
from face2face.segmentation.labels import Labels

#: Rows above and below, and columns left and right, that show no eye, brow or mouth of a face
#: framed as in CelebA-HQ.
_CROP = ((56, 16), (36, 36))
#: The masks are averaged over squares of this width, in pixels. Shapes stay, single pixels go.
_POOL = 2
#: Channels of the convolutions. Each halves width and height.
_CHANNELS = (16, 32, 48, 64)
#: Share of the features that are dropped while training.
_DROPOUT = 0.4
#: Largest shift, as a share of the width.
_MAX_SHIFT = 0.05
#: Largest change of scale.
_MAX_SCALE = 0.1
#: Largest shear, and change of the proportions.
_MAX_SHEAR = 0.06
#: Largest turn, in degrees.
_MAX_TURN = 8.0
#: Largest standard deviation of the random bend, as a share of the width: features move a little
#: against each other, as from person to person.
_MAX_BEND = 0.01
#: Rows and columns of the grid on which the bend is random; it is smooth between.
_BEND_CELLS = 12
#: Share of the samples that are mirrored.
_FLIP_SHARE = 0.5
#: Decay of the weights in a step, at a learning rate of 1.
_WEIGHT_DECAY = 2e-2
#: Share of a sample's label that is spread over all emotions: folders are never quite right.
_LABEL_SMOOTHING = 0.1


def emotion_network() -> keras.Model:
    """Return a small convolutional network from masks to emotions: 59,000 weights.

    Returns:
        A model from the two panels of :func:`face2face.segmentation.emotions.mask_panels`,
        ``(b, 256, 256, 3)`` in [-1, 1] each, to the probability of each emotion, ``(b, 5)``.
    """
    panels = [keras.Input((FACE_SIZE, FACE_SIZE, 3), name=name) for name in PANELS]
    x = layers.Cropping2D(_CROP)(concatenate(panels)[..., :CHANNEL_COUNT])
    x = layers.AveragePooling2D(_POOL)(x)
    for channels in _CHANNELS:
        x = conv_block(x, channels, 3, 2)
    x = layers.Dropout(_DROPOUT)(layers.Flatten()(x))
    return keras.Model(panels, layers.Dense(len(EMOTIONS), activation="softmax")(x), name="emotion")


def as_picture(network: keras.Model) -> keras.Model:
    """Return a classifier whose output is ``(b, 1, 1, 5)``, scaled to [-1, 1] as pictures are.

    So it can be frozen in the same way.
    """
    scaled = layers.Rescaling(2.0, -1.0)(network.output)
    answer = layers.Reshape((1, 1, len(EMOTIONS)), name="likely")(scaled)
    return keras.Model(network.input, answer, name="emotion")


@dataclass(frozen=True)
class EmotionSample:
    """A label map, ``(256, 256)`` uint8, and the number of its emotion."""

    labels: Labels
    emotion: int


class EmotionSamples(keras.utils.PyDataset):
    """Batches of masks, varied at random, with one-hot emotions.

    Every emotion is drawn as often as every other, however few samples it has.

    Args:
        samples: At least one.
        batch_size: Samples per step.
        seed: Seed of the draws and of the variation. They differ each epoch, and repeat each run.

    Attributes:
        epoch: Number of the epoch, from 0. Keras advances it.
    """

    def __init__(self, samples: Sequence[EmotionSample], batch_size: int, seed: int = 0) -> None:
        super().__init__(workers=2, use_multiprocessing=False, max_queue_size=8)
        self.epoch = 0
        self._samples, self._batch_size, self._seed = samples, batch_size, seed
        numbers = np.array([each.emotion for each in samples])
        shares = 1 / np.bincount(numbers)[numbers]
        self._shares = shares / shares.sum()

    def __len__(self) -> int:
        return -(-len(self._samples) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[tuple[Any, ...], NDArray[np.float32]]:
        rng = np.random.default_rng((self._seed, self.epoch, index))
        places = rng.choice(len(self._samples), self._batch_size, p=self._shares)
        chosen = [self._samples[place] for place in places]
        masks = [mask_panels(vary(each.labels, rng)) for each in chosen]
        panels = tuple(to_signed(np.stack(each)) for each in zip(*masks, strict=True))
        return panels, np.eye(len(EMOTIONS), dtype=np.float32)[[each.emotion for each in chosen]]

    def on_epoch_end(self) -> None:
        """Advance the epoch, which changes the draws. Keras calls this."""
        self.epoch += 1


def vary(labels: Labels, rng: np.random.Generator) -> Labels:
    """Return a label map moved, turned, sheared, bent and mirrored at random; its edge repeats.

    The sides of left and right classes aren't exchanged: the masks have none.

    Args:
        labels: ``(size, size)`` uint8.
        rng: Source of randomness.
    """
    size = labels.shape[0]
    angle = np.deg2rad(rng.uniform(-_MAX_TURN, _MAX_TURN))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = (1 + rng.uniform(-_MAX_SCALE, _MAX_SCALE)) * turn
    linear = linear @ (np.eye(2) + rng.uniform(-_MAX_SHEAR, _MAX_SHEAR, (2, 2)))
    shift = size * rng.uniform(-_MAX_SHIFT, _MAX_SHIFT, 2)
    middle = (size - 1) / 2
    ticks = np.arange(size) - middle
    grid = np.stack(np.meshgrid(ticks, ticks), -1) @ linear.T + shift + middle
    bend = rng.uniform(0, _MAX_BEND) * size * rng.standard_normal((_BEND_CELLS, _BEND_CELLS, 2))
    places = (grid + cv2.resize(bend, (size, size), interpolation=cv2.INTER_CUBIC)).astype(
        "float32"
    )
    moved = cv2.remap(labels, places, None, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.flip(moved, 1) if rng.random() < _FLIP_SHARE else moved, np.uint8)


def train_emotions(
    samples: Sequence[EmotionSample],
    epochs: int,
    batch_size: int,
    lr: float,
    seed: int = 0,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> keras.Model:
    """Train a classifier and return it, see :func:`emotion_network`.

    The learning rate falls to zero as a cosine. The weights of the last epoch are kept: nothing is
    chosen on held-out photos.

    Args:
        samples: At least one.
        epochs: Number of epochs.
        batch_size: Samples per step.
        lr: Highest learning rate.
        seed: Seed of weights, order and variation.
        callbacks: Further Keras callbacks.
    """
    keras.utils.set_random_seed(seed)
    network, batches = emotion_network(), EmotionSamples(samples, batch_size, seed)
    rate = keras.optimizers.schedules.CosineDecay(lr, epochs * len(batches))
    network.compile(
        keras.optimizers.AdamW(rate, weight_decay=_WEIGHT_DECAY),
        keras.losses.CategoricalCrossentropy(label_smoothing=_LABEL_SMOOTHING),
        metrics=["accuracy"],
        jit_compile=False,
    )
    network.fit(batches, epochs=epochs, callbacks=list(callbacks), shuffle=False, verbose=0)
    return network


def confusion_table(true: Sequence[int], predicted: Sequence[int]) -> NDArray[np.int64]:
    """Return how often each emotion was taken for each, ``(5, 5)``: a row for each true one.

    >>> confusion_table([0, 0, 4], [0, 1, 4])[0].tolist()
    [1, 1, 0, 0, 0]
    """
    table = np.zeros((len(EMOTIONS), len(EMOTIONS)), np.int64)
    np.add.at(table, (np.asarray(true, int), np.asarray(predicted, int)), 1)
    return table
