"""Keyframes as they lie in a file: lossless WebP in an archive, checked before they are read."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from face2face.errors import ModelError
from face2face.image import Image

#: Hint of every error about a bank that can't be read.
HINT = "Restore the file, or make it again with: face2face prepare"

#: Largest file, in bytes: three times 500 keyframes of 512 pixels.
MAX_BYTES = 512 << 20
#: Largest number of keyframes; 500 are usual.
_MAX_COUNT = 10_000
#: Largest width and height of a keyframe, in pixels: twice a panel's.
_MAX_SIDE = 1024
#: Pillow's options of lossless WebP: half of PNG's bytes. JPEG of that size would lose 0.01 of
#: structural similarity. The greatest effort would save 3 % of the bytes in four times the time.
_LOSSLESS: dict[str, Any] = {"format": "WEBP", "lossless": True, "method": 2, "quality": 50}


def encode(photo: Image) -> NDArray[np.uint8]:
    """Return a photo as lossless WebP, ``(bytes,)`` uint8."""
    code = io.BytesIO()
    Pillow.fromarray(photo).save(code, **_LOSSLESS)
    return np.frombuffer(code.getvalue(), np.uint8)


def split_codes(codes: NDArray[np.uint8], ends: NDArray[np.int64]) -> tuple[NDArray[np.uint8], ...]:
    """Return the photos of :func:`encode` that lie one after the other.

    Args:
        codes: ``(bytes,)``, all of them.
        ends: ``(n,)``, the end of each.

    Raises:
        ValueError: There are too many, or the ends don't divide the bytes.
    """
    if len(ends) > _MAX_COUNT or (np.diff(ends, prepend=0) <= 0).any() or ends[-1] != len(codes):
        raise ValueError("The ends don't divide the codes.")
    return tuple(np.split(codes, ends[:-1]))


def coded_side(code: NDArray[np.uint8]) -> int:
    """Return width and height of a square photo of :func:`encode`, without decoding it.

    Raises:
        ValueError: It is no such photo, or is too large.
    """
    header = code[:25].tobytes()
    if header[:4] != b"RIFF" or header[8:16] != b"WEBPVP8L" or header[20:21] != b"\x2f":
        raise ValueError("The code holds no lossless WebP.")
    # 14 bits each, less 1.
    packed = int.from_bytes(header[21:25], "little")
    width, height = (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if width != height or width > _MAX_SIDE:
        raise ValueError(f"A keyframe has {width}x{height} pixels.")
    return width


def decode(code: NDArray[np.uint8]) -> Image:
    """Return the photo of :func:`encode`.

    Raises:
        ModelError: Its pixels are damaged.
    """
    try:
        photo: Any = cv2.imdecode(code, cv2.IMREAD_COLOR)
    except cv2.error:
        photo = None
    if photo is None:
        raise ModelError("A keyframe of the bank is damaged.", hint=HINT)
    return np.ascontiguousarray(photo[..., ::-1])
