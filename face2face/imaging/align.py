"""Align similar pictures, so that a mix of them shows each outline once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image

#: Width at which the flow is computed, in pixels; finer detail takes longer and is no steadier.
_FLOW_SIDE = 128


def align(
    cutouts: Sequence[NDArray[np.uint8]], views: Sequence[Image], weights: Sequence[float]
) -> list[NDArray[np.uint8]]:
    """Return pictures that are moved towards each other until their outlines lie together.

    They meet at the mean of their outlines, by weight. So while one picture gives way to another,
    outlines move from the one's place to the other's. The motion is the dense optical flow of
    Kroeger, Timofte, Dai and Van Gool, *Fast optical flow using dense inverse search*, ECCV 2016.

    Args:
        cutouts: At least one ``(size, size, channels)`` uint8.
        views: The same pictures as they are seen, ``(size, size, 3)`` uint8 RGB.
        weights: Their weights, which add up to 1.

    Returns:
        The pictures, moved: ``(size, size, channels)`` uint8 each.

    >>> picture = np.zeros((64, 64, 3), np.uint8)
    >>> [each.shape for each in align([picture, picture], [picture, picture], [0.5, 0.5])]
    [(64, 64, 3), (64, 64, 3)]
    """
    if len(cutouts) < 2:
        return list(cutouts)
    small = [
        cv2.resize(cv2.cvtColor(view, cv2.COLOR_RGB2GRAY), (_FLOW_SIDE, _FLOW_SIDE))
        for view in views
    ]
    # A place x of the last picture is at x + flow in another one; the mean of all is at x + mean.
    flows = [_flow_estimator().calc(small[-1], each, None) for each in small[:-1]]
    flows.append(np.zeros_like(flows[0]))
    mean = np.tensordot(np.asarray(weights, np.float32), flows, 1)
    return [_moved(each, flow - mean) for each, flow in zip(cutouts, flows, strict=True)]


def _moved(picture: NDArray[np.uint8], flow: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a picture read at a distance from each place, ``(side, side, 2)`` in coarse pixels."""
    size = picture.shape[0]
    places = cv2.resize(flow, (size, size)) * np.float32(size / _FLOW_SIDE) + _places(size)
    return np.asarray(
        cv2.remap(picture, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


@lru_cache(maxsize=4)
def _places(size: int) -> NDArray[np.float32]:
    """Return x and y of each pixel of a square picture, ``(size, size, 2)``."""
    line = np.arange(size, dtype=np.float32)
    return np.stack(np.meshgrid(line, line), -1)


@lru_cache(maxsize=1)
def _flow_estimator() -> cv2.DISOpticalFlow:
    return cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
