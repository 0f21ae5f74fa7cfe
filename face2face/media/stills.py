"""Read, write and list pictures on disk, where only their pixels matter."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from face2face.errors import MediaError
from face2face.files import visible_files
from face2face.image import Image
from face2face.media.photo import TITLE, Photo, read_photo
from face2face.media.photo_file import MAX_MEGAPIXELS, SUFFIXES, open_photo
from face2face.media.photo_writer import check_writable, write_photo

__all__ = [
    "SUFFIXES",
    "check_writable",
    "list_images",
    "picture_title",
    "read_image",
    "write_image",
]


def read_image(path: Path, max_megapixels: float = MAX_MEGAPIXELS) -> Image:
    """Return a picture as ``(h, w, 3)`` uint8 RGB, turned upright by its EXIF tag.

    White shows through where it is transparent.

    Args:
        path: The file.
        max_megapixels: Largest picture to read, in millions of pixels.

    Raises:
        MediaError: The file is missing, is no picture, is too large, or is damaged.
    """
    return read_photo(path, max_megapixels).shown


def picture_title(path: Path) -> str:
    """Return the title in a PNG's metadata; empty without one, or if it isn't a picture."""
    try:
        with open_photo(path) as (picture, _):
            return str(picture.info.get(TITLE, ""))
    except MediaError:
        return ""


def write_image(path: Path, image: Image, title: str = "") -> None:
    """Write a picture, whole or not at all.

    Args:
        path: The file; its suffix sets the format.
        image: ``(h, w, 3)`` uint8 RGB.
        title: Title to put into a PNG's metadata.

    Raises:
        MediaError: The file can't be written.

    >>> import tempfile, numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_image(Path(folder, "red.png"), np.array([[[255, 0, 0]]], np.uint8))
    ...     read_image(Path(folder, "red.png")).tolist()
    [[[255, 0, 0]]]
    """
    write_photo(path, Photo(image, image, title=title))


def list_images(folder: Path, exclude: Iterable[Path] = ()) -> list[Path]:
    """Return the paths of all pictures in a folder and its subfolders, sorted.

    See :func:`face2face.files.visible_files` for what is left out.
    """
    return [path for path in visible_files(folder, exclude) if path.suffix.lower() in SUFFIXES]
