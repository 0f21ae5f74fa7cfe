"""Give pixels from one photo the colours and the light of another."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image
from face2face.imaging.fill import pull_push_fill
from face2face.imaging.lab import lab_to_rgb, rgb_to_lab

#: Share of the chroma's variation that is kept: strands differ more in light than in hue.
_CHROMA_SHARE = 0.7
#: Smallest and largest factor of the contrast.
_CONTRAST = (0.4, 1.8)
#: Lightness, 0 to 100, that is added before a quotient is formed: black has no contrast.
_MIN_LIGHTNESS = 2.0
#: Level, 0 to 255, that is added before a quotient of light is formed, against noise in shadows.
_MIN_LIGHT = 8.0
#: Largest logarithm of a quotient of light: a factor of 2.7.
_MAX_LOG_LIGHT = 1.0
#: Standard deviation of the blur over the quotient of light, in pixels.
_LIGHT_SIGMA = 4.0


def match_colour(pixels: NDArray[Any], colour: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return pixels with another mean colour. Light and shade stay, and follow its lightness.

    Args:
        pixels: ``(n, 3)`` RGB, 0 to 255.
        colour: ``(3,)`` RGB, 0 to 255.

    Returns:
        ``(n, 3)`` float32 RGB, 0 to 255.

    >>> match_colour(np.full((2, 3), 90, np.uint8), np.array([200.0, 40, 40])).round().tolist()
    [[200.0, 40.0, 40.0], [200.0, 40.0, 40.0]]
    """
    lab, wanted = (rgb_to_lab(each.reshape(-1, 1, 3))[:, 0] for each in (pixels, colour))
    mean, wanted = lab.mean(0), wanted[0]
    contrast = (wanted[0] + _MIN_LIGHTNESS) / (mean[0] + _MIN_LIGHTNESS)
    contrast = float(np.clip(contrast, *_CONTRAST))
    chroma = _CHROMA_SHARE * min(contrast, 1.0)
    matched = wanted + (lab - mean) * np.array([contrast, chroma, chroma], np.float32)
    rgb = lab_to_rgb(matched.astype(np.float32)[:, None])[:, 0]
    return np.asarray(np.clip(rgb, 0, 255), np.float32)


def match_light(picture: Image, photo: Image, shared: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return a picture in the light of a photo.

    The quotient of both is known where both show the same thing. It is interpolated elsewhere.

    Args:
        picture: ``(h, w, 3)`` uint8 RGB.
        photo: ``(h, w, 3)`` uint8 RGB.
        shared: ``(h, w)`` bool, where both show the same; where it is nowhere, nothing changes.

    Returns:
        ``(h, w, 3)`` float32 RGB, 0 to 255.

    >>> half = np.array([[True, False]])
    >>> dark, bright = np.full((2, 1, 2, 3), (90,), np.uint8)
    >>> bright[0, 0] = 188  # twice as bright, with 8 added to both
    >>> match_light(dark, bright, half)[0, 1].round().tolist()
    [188.0, 188.0, 188.0]
    """
    light = picture.astype(np.float32) + _MIN_LIGHT
    if not shared.any():
        return light - _MIN_LIGHT
    quotient = np.log((photo + _MIN_LIGHT) / light)
    quotient = pull_push_fill(np.clip(quotient, -_MAX_LOG_LIGHT, _MAX_LOG_LIGHT), shared)
    quotient = cv2.GaussianBlur(quotient, (0, 0), _LIGHT_SIGMA)
    return np.asarray(np.clip(light * np.exp(quotient) - _MIN_LIGHT, 0, 255), np.float32)
