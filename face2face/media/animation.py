"""Animated WebP pictures, which FFmpeg doesn't decode."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image as Pillow
from PIL import ImageSequence

from face2face.errors import MediaError
from face2face.image import Image
from face2face.media.decoder import DEFAULT_FPS, MAX_PIXELS, LazyFrame
from face2face.media.geometry import over_white

#: First bytes of a PNG file.
_PNG = b"\x89PNG\r\n\x1a\n"
#: Largest number of a PNG's chunks that are looked through for the one of an animation.
_MOST_CHUNKS = 100
#: Length of the header of an extended WebP file, in bytes.
_HEADER = 30
#: Position of its flags, and the one of animation.
_FLAGS, _ANIMATED = 20, 2


def is_animated(path: Path) -> bool:
    """Return whether a file is an animated PNG, WebP or AVIF picture, by its header.

    A file that can't be read is none.
    """
    try:
        if not path.is_file():  # a pipe would block
            return False
        with path.open("rb") as file:
            header = file.read(_HEADER)
            animated_avif = header[4:12] == b"ftypavis"
            return _is_animated_webp(header) or animated_avif or _is_animated_png(file)
    except (OSError, ValueError):
        return False


def is_animated_webp(path: Path) -> bool:
    """Return whether a file that exists is an animated WebP picture, by its header."""
    try:
        with path.open("rb") as file:
            return _is_animated_webp(file.read(_HEADER))
    except OSError:
        return False


def _is_animated_webp(header: bytes) -> bool:
    kind = header[:4] + header[8:16]
    return len(header) == _HEADER and kind == b"RIFFWEBPVP8X" and bool(header[_FLAGS] & _ANIMATED)


def _is_animated_png(file: BinaryIO) -> bool:
    """Return whether a PNG announces an animation before its first picture."""
    file.seek(0)
    if file.read(len(_PNG)) != _PNG:
        return False
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8 or head[4:] in (b"IDAT", b"acTL"):
            return head[4:] == b"acTL"
        file.seek(int.from_bytes(head[:4], "big") + 4, 1)  # its data, and their checksum
    return False


@dataclass(frozen=True)
class _AnimationFrame:
    """A frame of an :class:`AnimatedWebP`."""

    seconds: float
    rgba: Pillow.Image

    def image(self) -> Image:
        return over_white(np.asarray(self.rgba, np.uint8))


class AnimatedWebP:
    """An animated WebP picture. Iterate over :meth:`frames` once.

    Raises:
        MediaError: It can't be decoded, or is too large.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._picture = Pillow.open(path, formats=["WEBP"])
        except (OSError, Pillow.DecompressionBombError) as error:
            raise self._damaged() from error
        width, height = self._picture.size
        if width * height > MAX_PIXELS:
            raise MediaError(f"{path} has {width}x{height} pixels.", hint="Scale it down.")
        self.fps = DEFAULT_FPS

    def frames(self) -> Iterator[LazyFrame]:
        """Yield the frames in order.

        Raises:
            MediaError: The first frame can't be decoded.
        """
        milliseconds, started = 0.0, False
        try:
            for frame in ImageSequence.Iterator(self._picture):
                yield _AnimationFrame(milliseconds / 1000, frame.convert("RGBA"))
                started = True
                milliseconds += frame.info.get("duration") or 1000 / self.fps
        except (OSError, EOFError, ValueError) as error:
            if not started:
                raise self._damaged() from error

    def close(self) -> None:
        """Close the file."""
        self._picture.close()

    def _damaged(self) -> MediaError:
        return MediaError(
            f"{self._path} is not a picture that can be decoded.", hint="Copy it again."
        )
