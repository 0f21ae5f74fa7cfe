"""Open a photo's file: its header first, within limits.

Decoders get an opened file, never a path: OpenCV ends the program at one that isn't UTF-8.
"""

from __future__ import annotations

import io
import logging
import stat
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from face2face.errors import Face2FaceError, MediaError

#: Suffixes of files that are read as photos, in lower case.
SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".heif"}
)
#: Largest photo that is opened unless a command allows more, in millions of pixels.
MAX_MEGAPIXELS = 200.0
#: Longest side of a photo, in pixels: OpenCV warps no more.
_MAX_SIDE = 32_766
#: Formats that are read, frequent ones first. Pillow knows more, and some run other programs.
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "PPM", "WEBP", "TIFF", "AVIF", "JPEG2000")
#: Brands of HEIC photos: bytes 8 to 12 of the file.
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
#: The first bytes of every PNG file.
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Longest text in a PNG that is read, in bytes. Pillow refuses pictures with longer ones.
_MAX_TEXT = 1 << 16
#: Number of bytes of a PNG chunk around its content: length, name, checksum.
_CHUNK_FRAME = 12
#: Largest file that is read at once, in bytes; of a larger one, only what is decoded.
_MAX_BUFFERED = 1 << 28
#: Held while Pillow's own limit of pixels is lifted, since all threads share it.
_LIMIT_LOCK = threading.Lock()

# Pillow warns of small faults, and prints some. Those that matter are raised as errors.
warnings.filterwarnings("ignore", module=r"PIL\.")
logging.getLogger("PIL").addHandler(logging.NullHandler())


@contextmanager
def open_photo(
    path: Path, max_megapixels: float = MAX_MEGAPIXELS
) -> Iterator[tuple[Pillow.Image, BinaryIO]]:
    """Give a photo whose header is read, and its file, to a block that decodes the pixels.

    Args:
        path: A regular file.
        max_megapixels: Largest photo to open, in millions of pixels.

    Raises:
        MediaError: The file is missing, is no picture, is too large, or is damaged. Any error in
            the block counts as damage.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Pillow.new("L", (3, 2)).save(Path(folder, "grey.png"))
    ...     with open_photo(Path(folder, "grey.png")) as (picture, file):
    ...         picture.mode, picture.size
    ('L', (3, 2))
    """
    with _open_file(path) as opened:
        try:
            file = _without_long_texts(opened)
            with _own_limit():
                picture = Pillow.open(file, formats=_formats_of(path, file))
            with picture:
                _find_late_exif(picture, file)
                _check_size(path, picture, max_megapixels)
                yield picture, file
        except Face2FaceError:
            raise
        except UnidentifiedImageError as error:
            raise MediaError(
                f"{path} is not a picture that can be decoded.", hint="Convert it to PNG or JPEG."
            ) from error
        except MemoryError as error:
            raise MediaError(
                f"{path} needs more memory than there is.", hint="Make the picture smaller."
            ) from error
        # On damaged files, decoders raise errors of nearly every class.
        except Exception as error:
            reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
            raise MediaError(
                f"{path} is damaged: {reason}.", hint="Copy it again, or name another picture."
            ) from error


def _open_file(path: Path) -> BinaryIO:
    """Open a file for reading, if it is a regular one: a pipe would never end."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise MediaError(f"{path} is not a regular file.", hint="Name a picture's file.")
        if status.st_size == 0:
            raise MediaError(f"{path} is empty.", hint="Copy it again.")
        opened = path.open("rb")
        if status.st_size > _MAX_BUFFERED:
            return opened
        with opened:
            return io.BytesIO(opened.read())
    except OSError as error:
        raise MediaError(
            f"{path} can't be read: {error.strerror or error}.", hint="Check the path."
        ) from error


@contextmanager
def _own_limit() -> Iterator[None]:
    """Lift Pillow's limit of pixels during a block."""
    with _LIMIT_LOCK:
        limit, Pillow.MAX_IMAGE_PIXELS = Pillow.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Pillow.MAX_IMAGE_PIXELS = limit


def _check_size(path: Path, picture: Pillow.Image, max_megapixels: float) -> None:
    """Raise a MediaError where a picture has too many pixels, or too long a side."""
    width, height = picture.size
    if width * height > max_megapixels * 1e6:
        raise MediaError(
            f"{path} has {width * height / 1e6:,.0f} megapixels, more than {max_megapixels:g}.",
            hint="Make it smaller; edit, retouch and parse take --max-megapixels.",
        )
    if max(width, height) > _MAX_SIDE:
        raise MediaError(
            f"{path} is {width}x{height} pixels, and a side may have {_MAX_SIDE:,} at most.",
            hint="Cut out the part with the face, or make it smaller.",
        )


def _formats_of(path: Path, file: BinaryIO) -> tuple[str, ...]:
    """Return the formats to try for a file; with HEIC if it is one and can be decoded.

    Raises:
        MediaError: It is a HEIC photo, and the package that decodes these is missing.
    """
    head = file.read(12)
    file.seek(0)
    if head[4:8] != b"ftyp" or head[8:] not in _HEIC_BRANDS:
        return _FORMATS
    for package in ("pi_heif", "pillow_heif"):
        with suppress(ImportError):
            import_module(package).register_heif_opener()
            return (*_FORMATS, "HEIF")
    raise MediaError(
        f"{path} is a HEIC photo, which needs the package pi-heif.",
        hint='Run pip install "face2face[heic]", or convert it to JPEG.',
    )


def check_png(file: BinaryIO) -> None:
    """Compare the checksums of a PNG's chunks: libpng would print the error that it finds.

    Raises:
        OSError: One differs, or the file breaks off.
    """
    for start, name, length in _chunks(file):
        file.seek(start + 4)
        content, checksum = file.read(4 + length), file.read(4)
        if zlib.crc32(content).to_bytes(4, "big") != checksum:
            raise OSError(f"the checksum of its part {name.decode('latin-1')} is wrong")


def _without_long_texts(file: BinaryIO) -> BinaryIO:
    """Return a PNG without long and compressed texts, and any other file as it is."""
    texts = [
        (start, start + length + _CHUNK_FRAME)
        for start, name, length in _chunks(file)
        if name in (b"zTXt", b"iTXt") or (name == b"tEXt" and length > _MAX_TEXT)
    ]
    file.seek(0)
    if not texts:
        return file
    kept = io.BytesIO()
    for first, last in texts:
        kept.write(file.read(first - file.tell()))
        file.seek(last)
    kept.write(file.read())
    kept.seek(0)
    return kept


def _find_late_exif(picture: Pillow.Image, file: BinaryIO) -> None:
    """Give a PNG the EXIF data that follow its pixels, which Pillow finds only by decoding them."""
    if picture.format != "PNG" or "exif" in picture.info:
        return
    place = file.tell()
    for start, name, length in _chunks(file):
        if name == b"eXIf":
            file.seek(start + 8)
            picture.info["exif"] = b"Exif\0\0" + file.read(length)
            break
    file.seek(place)


def _chunks(file: BinaryIO) -> Iterator[tuple[int, bytes, int]]:
    """Yield place, name and length of each chunk of a PNG; nothing of another file."""
    file.seek(0)
    if file.read(len(_PNG_SIGNATURE)) != _PNG_SIGNATURE:
        return
    start = len(_PNG_SIGNATURE)
    while len(head := file.read(8)) == 8:
        length = int.from_bytes(head[:4], "big")
        yield start, head[4:], length
        start += length + _CHUNK_FRAME
        file.seek(start)
