"""What is trained on: one device, or several that share each batch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import keras

from face2face.errors import OptionError


@contextmanager
def device_scope(wanted: str, distribute: bool) -> Iterator[None]:
    """What is trained in this block is on one device, or shared among all of them by Keras' own data parallelism.

    Args:
        wanted: As the backend calls it, ``cpu:0`` or ``gpu:1``; ``auto`` for the backend's choice.
        distribute: Share each batch among all devices; the batch size is a multiple of their number.

    Raises:
        OptionError: There is no such device, or the backend can't share.
    """
    there = keras.distribution.list_devices() or ["cpu:0"]
    if wanted != "auto" and wanted not in there:
        raise OptionError(
            f"--device is auto or one of {', '.join(there)}",
            wanted,
            "leave it out, or see docs/training.md for GPUs",
        )
    if not distribute:
        with keras.device(wanted) if wanted != "auto" else nullcontext():
            yield
        return
    if keras.backend.backend() != "jax":
        do = "set KERAS_BACKEND=jax, or leave --distribute out"
        raise OptionError(
            "--distribute shares batches among devices on JAX", keras.backend.backend(), do
        )
    keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
    try:
        yield
    finally:
        keras.distribution.set_distribution(None)


def name() -> str:
    """What is trained on, as the backend calls it."""
    return ", ".join(keras.distribution.list_devices() or ["cpu:0"])


def num_replicas() -> int:
    """In how many parts a batch is cut."""
    shared = keras.distribution.distribution()
    return math.prod(shared.device_mesh.shape) if shared is not None else 1
