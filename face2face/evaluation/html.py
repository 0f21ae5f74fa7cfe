"""Parts of HTML pages that need no other file."""

from __future__ import annotations

import base64

import cv2

from face2face.image import Image


def data_uri(picture: Image, quality: int) -> str:
    """Return a picture as the address of a JPEG in itself.

    Args:
        picture: ``(h, w, 3)`` uint8 RGB.
        quality: Of the JPEG, 0 to 100.

    >>> import numpy as np
    >>> data_uri(np.zeros((8, 8, 3), np.uint8), 90)[:23]
    'data:image/jpeg;base64,'
    """
    pixels = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return "data:image/jpeg;base64," + base64.b64encode(coded.tobytes()).decode("ascii")
