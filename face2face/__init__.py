"""face2face: a driver moves another person's face, live, on a laptop without a GPU.

>>> import face2face
>>> for frame in face2face.drive("astronaut", "demo"):
...     picture = frame.compose("side")  # RGB uint8: the driver, and the target next to it
...     break
>>> picture.shape
(256, 512, 3)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from face2face.api.photos import (
        detect,
        edit_photo,
        express,
        find_blemishes,
        parse,
        read_image,
        retouch,
        write_image,
    )
    from face2face.api.training import build_pairs, train
    from face2face.errors import (
        DataError,
        Face2FaceError,
        FaceError,
        MediaError,
        ModelError,
        OptionError,
    )
    from face2face.face.facial_change import FacialChange
    from face2face.live.frame import RenderedFrame
    from face2face.live.model import ReenactmentModel, load_model
    from face2face.live.options import MotionOptions
    from face2face.live.reenactor import Reenactor, drive, write_video

__version__ = "0.2.0"

__all__ = [
    "DataError",
    "Face2FaceError",
    "FaceError",
    "FacialChange",
    "MediaError",
    "ModelError",
    "MotionOptions",
    "OptionError",
    "ReenactmentModel",
    "Reenactor",
    "RenderedFrame",
    "build_pairs",
    "detect",
    "drive",
    "edit_photo",
    "express",
    "find_blemishes",
    "load_model",
    "parse",
    "read_image",
    "retouch",
    "train",
    "write_image",
    "write_video",
]

#: Module -> the public names that it defines; each module is imported at the first use of a name.
_MODULES = {
    "face2face.api.photos": (
        "detect",
        "edit_photo",
        "express",
        "find_blemishes",
        "parse",
        "read_image",
        "retouch",
        "write_image",
    ),
    "face2face.api.training": ("build_pairs", "train"),
    "face2face.errors": (
        "DataError",
        "Face2FaceError",
        "FaceError",
        "MediaError",
        "ModelError",
        "OptionError",
    ),
    "face2face.face.facial_change": ("FacialChange",),
    "face2face.live.frame": ("RenderedFrame",),
    "face2face.live.model": ("ReenactmentModel", "load_model"),
    "face2face.live.options": ("MotionOptions",),
    "face2face.live.reenactor": ("Reenactor", "drive", "write_video"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Return a public name, imported at its first use."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULE_OF[name]), name)
    return value


def __dir__() -> list[str]:
    """Return all public names, imported or not."""
    return sorted({*globals(), *__all__})
