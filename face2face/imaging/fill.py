"""Fill missing pixels smoothly from known ones."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

#: Height of the round end of something that the edge cuts, as a share of half its width.
_CAP_HEIGHT = 0.4
#: Greatest height of such an end, as a share of the margin: beyond it is none.
_MAX_CAP_SHARE = 0.9
#: Outer share of such an end in which it fades.
_CAP_SOFTNESS = 0.6
#: Depth of the edge that gives the end its colours, as a share of the margin.
_EDGE_SHARE = 0.12


def pull_push_fill(photo: NDArray[Any], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return a photo whose missing pixels are interpolated from the known ones.

    The method is pull-push: Gortler, Grzeszczuk, Szeliski and Cohen, *The lumigraph*, SIGGRAPH
    1996, section 3.4. Pull: average known pixels over ever coarser levels until none is missing.
    Push: fill the missing pixels of each level from the next coarser one.

    Args:
        photo: ``(h, w, 3)`` uint8, or float of any range.
        known: ``(h, w)``, True in at least one pixel.

    Returns:
        ``(h, w, 3)`` float32 in the photo's range; known pixels keep their colours.

    >>> photo = np.array([[[0, 0, 0], [9, 9, 9], [8, 8, 8]]], np.uint8)
    >>> filled = pull_push_fill(photo, np.array([[True, False, True]]))
    >>> bool(0 < filled[0, 1, 0] < 8)
    True
    """
    weight = known.astype(np.float32)[..., None]
    levels = [(photo * weight, weight)]
    while max(weight.shape[:2]) > 1:
        colour, weight = levels[-1]
        size = [-(-each // 2) for each in weight.shape[1::-1]]
        colour, weight = (
            cv2.resize(each, size, interpolation=cv2.INTER_AREA).reshape(*size[::-1], -1)
            for each in (colour, weight)
        )
        # One known pixel of four is enough: it gets the full weight of 1.
        gain = np.minimum(4 * weight, 1) / np.maximum(weight, 1e-9)
        colour, weight = colour * gain, weight * gain
        levels.append((colour, weight))
    filled = levels[-1][0]
    for colour, weight in reversed(levels[:-1]):
        filled = colour + (1 - weight) * cv2.resize(
            filled, weight.shape[1::-1], interpolation=cv2.INTER_LINEAR
        )
    return np.asarray(filled, np.float32)


def extend_foreground(photo: NDArray[np.uint8], margin: int) -> NDArray[np.uint8]:
    """Return a photo with a margin, in which things that its edge cuts come to a soft, round end.

    Args:
        photo: ``(n, n, 4)`` uint8: RGB, and 255 for foreground.
        margin: Its width in pixels, at most n.

    Returns:
        ``(n + 2 * margin, n + 2 * margin, 4)`` uint8. Colours in the margin are those of the
        foreground next to the edge, blurred along it. What the edge cuts ends in an arc; where it
        reaches a corner, in half of one.

    >>> photo = np.zeros((40, 40, 4), np.uint8)
    >>> photo[:, 10:30, 3] = 255
    >>> extended = extend_foreground(photo, 10)
    >>> extended.shape, extended[5:10, 30, 3].tolist(), int(extended[9, 10, 3])
    ((60, 60, 4), [0, 0, 105, 212, 255], 0)
    """
    size = photo.shape[0]
    extended = np.pad(photo, ((margin, margin), (margin, margin), (0, 0)))
    for quarter_turns in (0, 2, 1, 3):
        # Each turn brings another side to the top; the last two have corners, too.
        side = np.rot90(extended, quarter_turns)
        inside = slice(margin, margin + size) if quarter_turns % 2 == 0 else slice(None)
        side[:margin, inside] = _margin(side[margin : 2 * margin, inside])
    return extended


def _margin(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the margin above the upper rows of a photo, ``(rows, n, 4)``, as many rows."""
    margin = len(photo)
    depth = max(1, round(_EDGE_SHARE * margin))
    weight = photo[:depth, :, 3:] / np.float32(255) + np.float32(1e-3)
    # The mean colour of the foreground next to the edge, blurred along it.
    colour, total = (
        cv2.blur(each.mean(0, keepdims=True), (6 * depth + 1, 1))
        for each in (photo[:depth, :, :3] * weight, weight)
    )
    height = _cap_heights(photo[0, :, 3] > 127, margin)
    away = np.arange(margin, 0, -1)[:, None] / np.maximum(height, 1)
    share = np.clip((1 - away) / _CAP_SOFTNESS, 0, 1)
    above = np.empty_like(photo)
    above[..., :3] = np.rint(colour / total[..., None])
    above[..., 3] = np.rint(share * photo[0, :, 3])
    return above


def _cap_heights(cut: NDArray[np.bool_], margin: int) -> NDArray[np.floating]:
    """Return how far each pixel of an edge goes on in a margin, ``(n,)`` in pixels.

    Args:
        cut: ``(n,)``, where the edge cuts something.
        margin: The margin's width in pixels.
    """
    heights = np.zeros(len(cut))
    changes = np.flatnonzero(np.diff(np.concatenate([[False], cut, [False]]).astype(int)))
    for start, stop in changes.reshape(-1, 2):
        # A thing that reaches a corner goes on beyond it.
        low = start if start > 0 else 2 * start - stop
        high = stop if stop < len(cut) else 2 * stop - start
        middle, half = (low + high - 1) / 2, (high - low) / 2
        arc = 1 - ((np.arange(start, stop) - middle) / half) ** 2
        heights[start:stop] = min(_CAP_HEIGHT * half, _MAX_CAP_SHARE * margin) * arc
    return heights
