"""A virtual camera, which calls and streams can choose in place of a webcam."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

import numpy as np

from face2face.errors import MediaError
from face2face.image import Image

#: How to install a virtual camera, by :data:`sys.platform`.
_INSTALL = {
    "linux": "Run 'sudo apt-get install v4l2loopback-dkms && "
    "sudo modprobe v4l2loopback devices=1 exclusive_caps=1'.",
    "win32": "Install OBS Studio from obsproject.com, which brings a virtual camera.",
    "darwin": "Install OBS Studio from obsproject.com, start its virtual camera once, and stop it.",
}
#: Advice for other systems.
_NO_CAMERA = "There is none for this system; use --output instead."


class VirtualCamera:
    """The system's virtual camera, driven through pyvirtualcam. Use it as a context manager.

    It is opened with the first picture, at that picture's size.

    Args:
        fps: Nominal frames a second, above 0.

    Raises:
        MediaError: The package pyvirtualcam isn't installed.
    """

    def __init__(self, fps: float) -> None:
        try:
            import pyvirtualcam
        except ImportError as error:
            raise MediaError(
                "--virtual-camera needs the package pyvirtualcam, which isn't installed.",
                hint=f"Run 'pip install face2face[vcam]'. {_install_hint()}",
            ) from error
        self._open, self._fps = pyvirtualcam.Camera, fps
        self._camera: Any = None

    def write(self, image: Image, seconds: float) -> None:
        """Send an ``(h, w, 3)`` uint8 RGB picture at once; its time isn't used.

        All pictures must have the first one's size.

        Raises:
            MediaError: The system has no virtual camera, or it was removed.
        """
        try:
            if self._camera is None:
                self._camera = self._open(image.shape[1], image.shape[0], self._fps)
            self._camera.send(np.ascontiguousarray(image))
        except (RuntimeError, OSError) as error:
            # On one line: pyvirtualcam writes a line for each of its back ends.
            reason = "; ".join(str(error).split("\n")) or "no reason given"
            raise MediaError(
                f"The virtual camera can't be used: {reason}.", hint=_install_hint()
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


def _install_hint() -> str:
    return _INSTALL.get(sys.platform, _NO_CAMERA)
