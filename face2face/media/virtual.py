"""A virtual camera: what other programs (calls, streams) take for a webcam."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

import numpy as np

from face2face.errors import MediaError
from face2face.image import Image

#: What must be installed besides the package, by :data:`sys.platform`.
_INSTALL = {
    "linux": "sudo apt-get install v4l2loopback-dkms && sudo modprobe v4l2loopback devices=1 exclusive_caps=1",
    "win32": "install OBS Studio from obsproject.com, which brings a virtual camera",
    "darwin": "install OBS Studio from obsproject.com, start its virtual camera once, and stop it again",
}


class VirtualCamera:
    """Sends pictures to the system's virtual camera, through pyvirtualcam. It is opened with the first picture, at its size.

    Args:
        fps: Nominal frames a second, above 0.

    Raises:
        MediaError: The package isn't installed.
    """

    def __init__(self, fps: float) -> None:
        try:
            import pyvirtualcam
        except ImportError as error:
            rule = "--virtual-camera needs the package pyvirtualcam"
            raise MediaError(
                rule, "none", "pip install face2face[vcam]; and " + _install()
            ) from error
        self._open, self._fps = pyvirtualcam.Camera, fps
        self._camera: Any = None

    def write(self, image: Image, seconds: float) -> None:
        """Sends an RGB uint8 picture at once; one of another size than the first is refused by the system.

        Raises:
            MediaError: The system has no virtual camera, or it was taken away.
        """
        rule = "the system has a virtual camera"
        try:
            if self._camera is None:
                self._camera = self._open(image.shape[1], image.shape[0], self._fps)
            self._camera.send(np.ascontiguousarray(image))
        except (RuntimeError, OSError) as error:
            # One line, whatever the back ends wrote.
            raise MediaError(
                rule, "; ".join(str(error).split("\n")) or "none", _install()
            ) from error

    def __enter__(self) -> VirtualCamera:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._camera is not None:
            self._camera.close()


def _install() -> str:
    return _INSTALL.get(sys.platform, "there is none for this system; use --output instead")
