"""Training on other back ends of Keras, and on two devices."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import keras
import pytest

from face2face.card import ModelCard
from tests.conftest import TINY

Command = Callable[..., tuple[int, str, str]]


def test_a_device_that_is_not_there_is_refused(
    combined: Path, in_folder: Path, face2face: Command
) -> None:
    status, _, err = face2face(
        "train", "--input_dir", combined, "--max_steps", 1, "--device", "gpu:7", *TINY
    )
    assert status == 2
    assert "auto or one of cpu:0" in err


def on_backend(
    backend: str, combined: Path, *options: object, **variables: str
) -> subprocess.CompletedProcess[str]:
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    command = [
        sys.executable,
        "-m",
        "face2face",
        "train",
        "--input_dir",
        str(combined),
        "--max_steps",
        "2",
        *map(str, TINY),
        *map(str, options),
    ]
    return subprocess.run(
        command,
        env=os.environ | {"KERAS_BACKEND": backend} | variables,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends_train_and_export(backend: str, combined: Path, in_folder: Path) -> None:
    done = on_backend(backend, combined, "--gan_weight", 1)
    assert done.returncode == 0, done.stderr
    assert ModelCard.load(in_folder / "face2face-model").training["backend"] == backend
    assert keras.models.load_model(
        in_folder / "face2face-model" / "best.keras", compile=False
    ).output_shape == (None, 256, 256, 3)


@pytest.mark.slow
def test_a_batch_is_shared_among_two_devices(combined: Path, in_folder: Path) -> None:
    done = on_backend(
        "jax", combined, "--distribute", XLA_FLAGS="--xla_force_host_platform_device_count=2"
    )
    assert done.returncode == 0, done.stderr
    assert "on cpu:0, cpu:1" in done.stdout


def test_sharing_needs_jax(combined: Path, in_folder: Path, face2face: Command) -> None:
    status, _, err = face2face(
        "train", "--input_dir", combined, "--max_steps", 1, "--distribute", *TINY
    )
    assert status == 2
    assert "KERAS_BACKEND=jax" in err
