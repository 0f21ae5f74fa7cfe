"""Read, write and list pictures on disk. OpenCV's BGR order doesn't leave this module."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL.PngImagePlugin import PngInfo

from face2face.errors import MediaError
from face2face.files import atomic_write, visible_files
from face2face.image import Image

#: Quality of JPEG and WebP files, in percent: OpenCV's default.
_QUALITY = 95
#: Keyword of the title in a PNG's metadata.
_TITLE = "Title"
#: Suffixes of files that are read as pictures, in lower case.
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"})


def read_image(path: Path) -> Image:
    """Return a picture as ``(h, w, 3)`` uint8 RGB, turned upright by its EXIF tag.

    Transparency is dropped.

    Raises:
        MediaError: The file is missing or is no picture.
    """
    try:
        data = np.fromfile(path, np.uint8)  # cv2.imread can't open every Windows path
    except OSError as error:
        raise MediaError(
            f"{path} can't be read: {error.strerror or error}.", hint="Check the path."
        ) from error
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        raise MediaError(
            f"{path} is not a picture that can be decoded.", hint="Convert it to PNG or JPEG."
        )
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)


def check_writable(path: Path) -> None:
    """Check that a picture can be written to a path. Call it before long work.

    Raises:
        MediaError: The suffix isn't a picture's, or the folder doesn't exist.
    """
    if not cv2.haveImageWriter(path.name):
        raise MediaError(
            f"{path.name} doesn't end with the suffix of a picture.",
            hint="Write a PNG or JPEG file, such as out.png.",
        )
    if not path.parent.is_dir():
        raise MediaError(
            f"There is no folder {path.parent}.", hint="Make it, or choose another folder."
        )


def colour_profile(path: Path) -> bytes | None:
    """Return the ICC colour profile in a picture's file; None where there is none."""
    try:
        with Pillow.open(path) as picture:
            return picture.info.get("icc_profile")
    except (OSError, Pillow.DecompressionBombError):
        return None


def picture_title(path: Path) -> str:
    """Return the title in a PNG's metadata; empty without one, or if it isn't a picture."""
    try:
        with Pillow.open(path) as picture:
            return str(picture.info.get(_TITLE, ""))
    except (OSError, Pillow.DecompressionBombError):
        return ""


def write_image(path: Path, image: Image, profile: bytes | None = None, title: str = "") -> None:
    """Write a picture, whole or not at all.

    Args:
        path: The file; its suffix sets the format.
        image: ``(h, w, 3)`` uint8 RGB.
        profile: ICC colour profile to put into a PNG, JPEG, WebP or TIFF file.
        title: Title to put into a PNG's metadata.

    Raises:
        MediaError: The file can't be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_image(Path(folder, "red.png"), np.array([[[255, 0, 0]]], np.uint8))
    ...     read_image(Path(folder, "red.png")).tolist()
    [[[255, 0, 0]]]
    """
    check_writable(path)
    with atomic_write(path) as temporary:
        if profile is None and not title:
            cv2.imencode(path.suffix, cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1].tofile(temporary)
        else:
            text = PngInfo()
            if title:
                text.add_text(_TITLE, title)
            kind = Pillow.registered_extensions()[path.suffix.lower()]
            Pillow.fromarray(image).save(
                temporary, kind, quality=_QUALITY, icc_profile=profile, pnginfo=text
            )


def list_images(folder: Path, exclude: Iterable[Path] = ()) -> list[Path]:
    """Return the paths of all pictures in a folder and its subfolders, sorted.

    See :func:`face2face.files.visible_files` for what is left out.
    """
    return [path for path in visible_files(folder, exclude) if path.suffix.lower() in SUFFIXES]
