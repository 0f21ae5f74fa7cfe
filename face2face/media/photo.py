"""Photos with what their files hold besides the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from face2face.errors import MediaError
from face2face.image import Image, row_bands
from face2face.media.photo_file import MAX_MEGAPIXELS, check_png, open_photo
from face2face.media.photo_metadata import (
    has_usable_profile,
    orientation,
    read_exif,
    read_resolution,
    rgb_profile,
    to_srgb,
    upright,
)

#: Keyword of the title in a PNG's metadata.
TITLE = "Title"
#: Grey level that shows through where a photo is transparent.
WHITE = 255
#: Number of values of 16 bits for one of 8 bits.
_DEEP_STEP = 257


@dataclass(frozen=True)
class Photo:
    """A photo, as it is shown and as its file stores it.

    Attributes:
        shown: ``(h, w, 3)`` uint8 RGB, upright; white where the photo is transparent.
        stored: ``(h, w, 3)`` RGB or ``(h, w, 4)`` RGB and opacity, upright, uint8 or uint16. The
            same array as ``shown`` where it would hold the same.
        profile: ICC colour profile of ``stored``; None for sRGB.
        exif: EXIF block, without orientation and thumbnail; empty for none.
        resolution: Pixels per inch, along x and y; None where it isn't known.
        title: Title in a PNG's metadata; empty for none.
        lost: What the file holds beyond that, in words.

    >>> photo = Photo(np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2, 3), np.uint16))
    >>> photo.edited(np.full((2, 2, 3), 255, np.uint8)).stored[0, 0].tolist()
    [65535, 65535, 65535]
    """

    shown: Image
    stored: NDArray[Any]
    profile: bytes | None = None
    exif: bytes = b""
    resolution: tuple[float, float] | None = None
    title: str = ""
    lost: tuple[str, ...] = ()

    @property
    def deep(self) -> bool:
        """Whether a channel has 16 bits."""
        return self.stored.dtype == np.uint16

    @property
    def transparent(self) -> bool:
        """Whether a pixel is transparent."""
        return self.stored.shape[2] == 4

    def edited(self, picture: Image) -> Photo:
        """Return the photo with another picture, whose changes reach the stored pixels.

        Unchanged pixels stay the same to the bit, and opacity stays everywhere.

        Args:
            picture: ``(h, w, 3)`` uint8 RGB, made of ``shown``.
        """
        if self.stored is self.shown:
            return replace(self, shown=picture, stored=picture)
        stored = self.stored.copy()
        for rows in row_bands(stored.shape):
            changed = (picture[rows] != self.shown[rows]).any(-1)
            old = stored[rows][changed].astype(np.float64)
            new = picture[rows][changed].astype(np.float64)
            difference = (new - self.shown[rows][changed]) * (_DEEP_STEP if self.deep else 1)
            largest = np.iinfo(stored.dtype).max
            if self.transparent:
                # Of a colour's change, the share of its opacity is seen.
                opacity = old[:, 3:] / largest
                difference /= np.where(opacity > 0, opacity, np.inf)
            old[:, :3] = np.clip(np.rint(old[:, :3] + difference), 0, largest)
            stored[rows][changed] = old.astype(stored.dtype)
        return replace(self, shown=picture, stored=stored)


def read_photo(
    path: Path, max_megapixels: float = MAX_MEGAPIXELS, background: int = WHITE
) -> Photo:
    """Return a photo and what its file holds besides.

    Colours that aren't RGB are converted to sRGB, by the profile of the file if it has one.

    Args:
        path: The file.
        max_megapixels: Largest photo to read, in millions of pixels.
        background: Grey level that shows through where the photo is transparent, 0 to 255.

    Raises:
        MediaError: The file is missing, is no picture, is too large, or is damaged.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Pillow.new("RGB", (3, 2), "red").save(Path(folder, "red.png"), dpi=(300, 300))
    ...     photo = read_photo(Path(folder, "red.png"))
    >>> photo.shown.shape, round(photo.resolution[0])
    ((2, 3, 3), 300)
    """
    with open_photo(path, max_megapixels) as (picture, file):
        deep, turn = _is_deep(path, picture), orientation(picture)
        exif, resolution = read_exif(picture), read_resolution(picture)
        lost = _losses(picture, exif, deep)
        profile, title = rgb_profile(picture), str(picture.info.get(TITLE, ""))
        stored: NDArray[Any] = (
            _decode_by_opencv(picture, file) if deep or _is_plain_png(picture) else _decode(picture)
        )
    # Pillow and OpenCV both turn TIFF files, and only these.
    stored = stored if picture.format == "TIFF" else upright(stored, turn)
    if stored.shape[2] == 4 and (stored[..., 3] == np.iinfo(stored.dtype).max).all():
        stored = np.ascontiguousarray(stored[..., :3])
    plain = stored.shape[2] == 3 and stored.dtype == np.uint8
    shown = stored if plain else _flattened(stored, background)
    return Photo(shown, stored, profile, exif or b"", resolution, title, lost)


def _losses(picture: Any, exif: bytes | None, deep: bool) -> tuple[str, ...]:
    """Return what can't be kept of a picture, in words."""
    lost = [f"{picture.mode} colours"] if picture.mode in ("CMYK", "LAB") else []
    if not has_usable_profile(picture, deep):
        lost.append("colour profile")
    if getattr(picture, "is_animated", False):
        lost.append("further pictures")
    if exif is None:
        lost.append("damaged EXIF data")
    return tuple(lost)


def _is_deep(path: Path, picture: Any) -> bool:
    """Return whether a picture has 16 bits a channel, of which Pillow would keep 8.

    Raises:
        MediaError: Its pixels are floating-point numbers, or integers of 32 bits.
    """
    if picture.mode in ("I", "F"):
        raise MediaError(
            f"{path} has 32 bits a channel.", hint="Convert it to a PNG of 8 or 16 bits."
        )
    if picture.mode.startswith("I;16"):
        return True
    arguments = [tile[3] for tile in picture.tile if tile[3]]
    layouts = [each if isinstance(each, str) else str(each[0]) for each in arguments]
    several = picture.format in ("PNG", "TIFF") and picture.mode in ("LA", "RGB", "RGBA", "RGBX")
    return several and any("16" in layout for layout in layouts)


def _decode(picture: Pillow.Image) -> NDArray[np.uint8]:
    """Return the pixels of a picture of 8 bits, ``(h, w, 3)`` or ``(h, w, 4)``."""
    picture.load()
    width, height = picture.size
    mode, channels = ("RGBA", 4) if picture.has_transparency_data else ("RGB", 3)
    pixels = np.empty((height, width, channels), np.uint8)
    for rows in row_bands(pixels.shape):  # all at once would take the memory of three copies
        part = picture.crop((0, rows.start, width, min(rows.stop, height)))
        colours = to_srgb(part)
        pixels[rows] = np.asarray(part if part.mode == mode else part.convert(mode))
        if colours:
            pixels[rows, :, :3] = np.asarray(colours)
    return pixels


def _is_plain_png(picture: Pillow.Image) -> bool:
    """Return whether a picture is one of those that OpenCV reads in less time: a plain PNG."""
    still = not getattr(picture, "is_animated", False)
    plain = picture.mode == "RGB" and not picture.has_transparency_data
    return picture.format == "PNG" and plain and still


def _decode_by_opencv(picture: Any, file: BinaryIO) -> NDArray[Any]:
    """Return the pixels of a plain PNG, or of a picture of 16 bits, as they are stored."""
    # These raise an error on a damaged file, where OpenCV's libraries may print one.
    if picture.format == "PNG":
        check_png(file)
    else:
        picture.load()
    if picture.mode.startswith("I;16"):
        return np.repeat(np.array(picture).astype(np.uint16)[..., None], 3, axis=2)
    file.seek(0)
    pixels: Any = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.ndim != 3 or pixels.dtype not in (np.uint8, np.uint16):
        raise OSError("its pixels can't be decoded")
    order = cv2.COLOR_BGR2RGB if pixels.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
    return np.asarray(cv2.cvtColor(pixels, order))


def _flattened(stored: NDArray[Any], background: int) -> Image:
    """Return stored pixels as ``(h, w, 3)`` uint8 RGB over a grey level."""
    shown = np.empty((*stored.shape[:2], 3), np.uint8)
    largest = np.iinfo(stored.dtype).max
    for rows in row_bands(stored.shape):
        part = stored[rows].astype(np.float32) / largest
        if stored.shape[2] == 4:
            opacity = part[..., 3:]
            part = opacity * part[..., :3] + (1 - opacity) * np.float32(background / 255)
        shown[rows] = np.rint(255 * part)
    return shown
