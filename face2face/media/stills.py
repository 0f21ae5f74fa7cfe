"""Pictures on disk: read, listed, written. BGR, which OpenCV keeps in files, doesn't leave this module."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from imutils import paths
from PIL import Image as Pillow
from PIL.PngImagePlugin import PngInfo

from face2face.errors import MediaError
from face2face.files import atomic_write
from face2face.image import Image

#: Of JPEG and WebP, as OpenCV's own.
_QUALITY = 95
#: The keyword of a PNG's title.
_TITLE = "Title"
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"})


def read_image(path: Path) -> Image:
    """A picture as RGB uint8, turned upright after its EXIF tag; transparency is dropped.

    Raises:
        MediaError: The file is missing or is no picture.
    """
    try:
        data = np.fromfile(path, np.uint8)  # cv2.imread can't open every Windows path
    except OSError as error:
        raise MediaError(
            "a picture is a readable file", f"{path}: {error.strerror or error}", "check the path"
        ) from error
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        raise MediaError(
            "a picture is a PNG, JPEG, WebP, BMP or TIFF file",
            f"{path}, which can't be decoded",
            "convert it first",
        )
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)


def check_writable(path: Path) -> None:
    """Sees that a picture can be written under a name, before work is done that would be lost.

    Raises:
        MediaError: The suffix is none of a picture's, or the folder doesn't exist.
    """
    if not cv2.haveImageWriter(path.name):
        raise MediaError(
            "a picture is written as PNG or JPEG",
            path.suffix or path.name,
            "name a file that ends with .png",
        )
    if not path.parent.is_dir():
        raise MediaError(
            "the output's folder exists", f"no {path.parent}", "make it, or name another"
        )


def colour_profile(path: Path) -> bytes | None:
    """The ICC profile of a picture, which says what its colours mean; None where it has none."""
    try:
        with Pillow.open(path) as picture:
            return picture.info.get("icc_profile")
    except (OSError, Pillow.DecompressionBombError):
        return None


def picture_title(path: Path) -> str:
    """Return the title in a PNG's metadata; empty for a file that has none or isn't a picture."""
    try:
        with Pillow.open(path) as picture:
            return str(picture.info.get(_TITLE, ""))
    except (OSError, Pillow.DecompressionBombError):
        return ""


def write_image(path: Path, image: Image, profile: bytes | None = None, title: str = "") -> None:
    """Writes an RGB uint8 picture whole or not at all; the suffix says the format.

    Args:
        path: Where.
        image: ``(h, w, 3)``.
        profile: See :func:`colour_profile`; it is written into a PNG, JPEG, WebP or TIFF file.
        title: See :func:`picture_title`; it is written into a PNG.

    Raises:
        MediaError: It can't be written.
    """
    check_writable(path)
    with atomic_write(path) as aside:
        if profile is None and not title:
            cv2.imencode(path.suffix, cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1].tofile(aside)
        else:
            text = PngInfo()
            if title:
                text.add_text(_TITLE, title)
            kind = Pillow.registered_extensions()[path.suffix.lower()]
            Pillow.fromarray(image).save(
                aside, kind, quality=_QUALITY, icc_profile=profile, pnginfo=text
            )


def list_images(folder: Path) -> list[Path]:
    """The pictures of a folder and its subfolders, sorted."""
    return sorted(Path(each) for each in paths.list_images(str(folder)))
