"""The devices that training runs on: one, or several that share each batch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import keras

from face2face.errors import OptionError


@contextmanager
def device_scope(wanted: str, distribute: bool) -> Iterator[None]:
    """Run a block on one device, or share its batches among all devices.

    Batches are shared by Keras' data parallelism.

    Args:
        wanted: The backend's name of a device, ``cpu:0`` or ``gpu:1``; ``auto`` for its choice.
        distribute: Whether to share batches. The batch size is a multiple of the number of
            devices.

    Raises:
        OptionError: There is no such device, or the backend can't share batches.
    """
    available = keras.distribution.list_devices() or ["cpu:0"]
    if wanted != "auto" and wanted not in available:
        raise OptionError(
            f"There is no device {wanted}; --device is auto or one of {', '.join(available)}.",
            hint="Leave it out, or see docs/training.md for GPUs.",
        )
    if not distribute:
        with keras.device(wanted) if wanted != "auto" else nullcontext():
            yield
        return
    if keras.backend.backend() != "jax":
        raise OptionError(
            f"--distribute needs JAX, but Keras runs on {keras.backend.backend()}.",
            hint="Set KERAS_BACKEND=jax, or leave --distribute out.",
        )
    keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
    try:
        yield
    finally:
        keras.distribution.set_distribution(None)


def name() -> str:
    """Return the backend's names of the devices, separated by commas."""
    return ", ".join(keras.distribution.list_devices() or ["cpu:0"])


def num_replicas() -> int:
    """Return the number of parts that a batch is split into."""
    shared = keras.distribution.distribution()
    return math.prod(shared.device_mesh.shape) if shared is not None else 1
