"""Write photos with their bits, transparency, colour profile, EXIF data and resolution."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image as Pillow

from face2face.errors import MediaError
from face2face.files import atomic_write
from face2face.media.photo import TITLE, Photo
from face2face.media.photo_metadata import with_resolution

#: Quality of files that lose detail, in percent: OpenCV's default.
_QUALITY = 95
#: Bytes of a PNG before its second chunk: signature and IHDR.
_PNG_START = 33
#: Centimetres in an inch, for a PNG's pixels per metre.
_CM_PER_INCH = 2.54
#: Largest EXIF block in a JPEG, in bytes.
_MAX_JPEG_EXIF = 65_527


@dataclass(frozen=True)
class _Format:
    """A format that photos are written in.

    Attributes:
        name: Pillow's name of it.
        deep: Whether it holds 16 bits a channel.
        transparent: Whether it holds opacity.
        described: Whether it holds a colour profile and EXIF data.
        max_side: Longest side, in pixels.
    """

    name: str
    deep: bool = False
    transparent: bool = True
    described: bool = True
    max_side: int = 65_535


#: Suffix in lower case -> its format.
_FORMATS = {
    ".png": _Format("PNG", deep=True),
    ".jpg": _Format("JPEG", transparent=False),
    ".jpeg": _Format("JPEG", transparent=False),
    ".webp": _Format("WEBP", max_side=16_383),
    ".avif": _Format("AVIF"),
    ".tif": _Format("TIFF", deep=True),
    ".tiff": _Format("TIFF", deep=True),
    ".bmp": _Format("BMP", transparent=False, described=False),
}


def check_writable(path: Path) -> None:
    """Check that a photo can be written to a path. Call it before long work.

    Raises:
        MediaError: The suffix isn't of a format that is written, or the folder doesn't exist.
    """
    if path.suffix.lower() not in _FORMATS:
        raise MediaError(
            f"{path.name} doesn't end with the suffix of a picture that can be written.",
            hint="Write a PNG or JPEG file, such as out.png.",
        )
    if not path.parent.is_dir():
        raise MediaError(
            f"There is no folder {path.parent}.", hint="Make it, or choose another folder."
        )


def losses(photo: Photo, path: Path) -> list[str]:
    """Return what a photo has and the file written to a path will not have, in words.

    Raises:
        MediaError: The photo is too large for the format, or no photo can be written there.

    >>> photo = Photo(np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2, 4), np.uint16))
    >>> losses(photo, Path("out.png")), losses(photo, Path("out.jpg"))
    ([], ['16 bits a channel', 'transparency'])
    """
    check_writable(path)
    kind = _FORMATS[path.suffix.lower()]
    if max(photo.stored.shape) > kind.max_side:
        raise MediaError(
            f"{path.name} can't hold a side of {max(photo.stored.shape):,} pixels.",
            hint="Write a PNG file.",
        )
    held = _held(photo, kind)
    lost = {
        "16 bits a channel": photo.deep and not kind.deep,
        "transparency": photo.transparent and not kind.transparent,
        "colour profile": bool(photo.profile) and not held.profile,
        "EXIF data": bool(photo.exif) and not held.exif,
    }
    return [*photo.lost, *(name for name, is_lost in lost.items() if is_lost)]


def _held(photo: Photo, kind: _Format) -> Photo:
    """Return a photo with only what a format holds."""
    stored = photo.stored if kind.transparent or not photo.transparent else photo.shown
    if stored.dtype == np.uint16 and not kind.deep:
        stored = np.rint(stored / 257).astype(np.uint8)
    deep_tiff = kind.name == "TIFF" and stored.dtype == np.uint16
    too_long = kind.name == "JPEG" and len(photo.exif) > _MAX_JPEG_EXIF
    exif = photo.exif if kind.described and not deep_tiff and not too_long else b""
    profile = photo.profile if kind.described else None
    return Photo(photo.shown, stored, profile, exif, photo.resolution, photo.title)


def write_photo(path: Path, photo: Photo) -> None:
    """Write a photo, whole or not at all, with all that its format holds: see :func:`losses`.

    Raises:
        MediaError: The file can't be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_photo(Path(folder, "a.tif"), Photo(*[np.zeros((2, 3, 3), np.uint8)] * 2))
    ...     Pillow.open(Path(folder, "a.tif")).size
    (3, 2)
    """
    losses(photo, path)
    kind = _FORMATS[path.suffix.lower()]
    with atomic_write(path) as temporary:
        temporary.write_bytes(_encoded(_held(photo, kind), kind))


def _encoded(photo: Photo, kind: _Format) -> bytes:
    """Return the content of a photo's file."""
    if kind.name == "PNG":
        return _encoded_png(photo)
    content = io.BytesIO()
    if photo.deep:
        _write_deep_tiff(content, photo)
        return content.getvalue()
    options: dict[str, Any] = {"quality": _QUALITY}
    if kind.name == "TIFF":
        # libtiff, which compresses, can't write the blocks that EXIF data consists of.
        options = {} if photo.exif else {"compression": "tiff_lzw"}
    elif kind.name == "WEBP":
        options["exact"] = True  # keeps colours where the photo is transparent
    exif = photo.exif
    if kind.name in ("WEBP", "AVIF"):
        exif = with_resolution(exif, photo.resolution)
    elif photo.resolution:
        options["dpi"] = photo.resolution
    if exif:
        options["exif"] = exif
    if photo.profile:
        options["icc_profile"] = photo.profile
    Pillow.fromarray(photo.stored).save(content, kind.name, **options)
    return content.getvalue()


def _encoded_png(photo: Photo) -> bytes:
    """Return a PNG. OpenCV makes it, because Pillow writes 8 bits, in nine times the time."""
    chunks = []
    if photo.profile:
        chunks.append(_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(photo.profile)))
    if photo.resolution:
        metre = (round(100 * each / _CM_PER_INCH) for each in photo.resolution)
        chunks.append(_chunk(b"pHYs", struct.pack(">IIB", *metre, 1)))
    if photo.exif:
        chunks.append(_chunk(b"eXIf", photo.exif.removeprefix(b"Exif\0\0")))
    if photo.title:
        text = f"{TITLE}\0{photo.title}".encode("latin-1", "replace")
        chunks.append(_chunk(b"tEXt", text))
    order = cv2.COLOR_RGBA2BGRA if photo.transparent else cv2.COLOR_RGB2BGR
    _, encoded = cv2.imencode(".png", cv2.cvtColor(photo.stored, order))
    content = encoded.tobytes()
    return b"".join([content[:_PNG_START], *chunks, content[_PNG_START:]])


def _chunk(name: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG file."""
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def _write_deep_tiff(file: io.BytesIO, photo: Photo) -> None:
    """Write a TIFF of 16 bits a channel, which Pillow can't."""
    import tifffile

    tifffile.imwrite(
        file,
        photo.stored,
        photometric="rgb",
        extrasamples=["unassalpha"] if photo.transparent else None,
        compression="zlib",
        predictor=True,
        metadata=None,
        iccprofile=photo.profile,
        resolution=photo.resolution,
        resolutionunit="INCH" if photo.resolution else None,
    )
