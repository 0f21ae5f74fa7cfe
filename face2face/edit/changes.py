"""Changes to a photo's label map, and how to read one from a painted picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.label_maps import nearest_classes
from face2face.errors import OptionError
from face2face.segmentation.labels import Labels

#: Channel value, 0 to 255. Pixels brighter than this in all channels count as the white canvas.
_WHITE = 200
#: Largest distance from a palette colour, summed over the channels, that soft brushes may cause.
_MAX_DISTANCE = 48
#: Largest share of the painted pixels that may be farther from the palette than that.
_MAX_FAR_SHARE = 0.2
#: Largest relative difference of the aspect ratios: room for sizes rounded to whole pixels.
_ASPECT_TOLERANCE = 0.02
#: Opacity, 0 to 255. Pixels at or below it are unpainted.
_TRANSPARENT = 127


@dataclass(frozen=True)
class Change:
    """A change to a photo.

    Attributes:
        before: ``(h, w)`` uint8, the photo's label map.
        labels: ``(h, w)`` uint8, the label map after the change.
        where: ``(h, w)`` bool, the pixels to change.
        colour: ``(3,)`` RGB, 0 to 255, the new mean colour of these pixels, which keep their
            texture. None: the network paints them.
    """

    before: Labels
    labels: Labels
    where: NDArray[np.bool_]
    colour: NDArray[np.floating] | None = None


def change_from_image(labels: Labels, picture: NDArray[np.uint8]) -> tuple[Change, int]:
    """Return the change that a painted picture shows, and its number of off-palette pixels.

    White and transparent pixels are unpainted. A picture without any is a whole label map: the
    change is where it differs from the photo's.

    Args:
        labels: ``(h, w)`` uint8, the photo's label map.
        picture: ``(h, w, 3)`` RGB or ``(h, w, 4)`` RGBA, uint8, of any size and the photo's
            aspect ratio, painted in the palette's colours.

    Returns:
        The change, and the number of painted pixels whose colour isn't exactly in the palette.
        They get the class of the nearest colour.

    Raises:
        OptionError: The aspect ratio differs, nothing is painted, or too much of it is far from
            the palette.

    >>> picture = np.full((4, 4, 3), 255, np.uint8)
    >>> picture[0, 0] = (0, 0, 204)  # hair
    >>> change, off_palette = change_from_image(np.ones((4, 4), np.uint8), picture)
    >>> int(change.labels[0, 0]), int(change.where.sum()), off_palette
    (13, 1, 0)
    """
    picture = _resized(picture, *labels.shape)
    classes, distance = nearest_classes(picture)
    where = _painted(picture, distance)
    if where.all():
        where = np.asarray(classes != labels, bool)
    if not where.any():
        raise OptionError(
            "Nothing in the painted picture differs from the photo's label map.",
            hint="Paint in the colours of --list-classes.",
        )
    far_share = float((distance[where] > _MAX_DISTANCE).mean())
    if far_share > _MAX_FAR_SHARE:
        raise OptionError(
            f"{100 * far_share:.0f} % of the painted pixels have none of the palette's colours.",
            hint="Paint in the colours of --list-classes, without shading, and save as PNG.",
        )
    change = Change(labels, np.where(where, classes, labels).astype(np.uint8), where)
    return change, int((distance[where] > 0).sum())


def _resized(picture: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Return a picture brought to the photo's size, if it has the photo's aspect ratio."""
    rows, columns = picture.shape[:2]
    if abs(columns * height / (rows * width) - 1) > _ASPECT_TOLERANCE:
        raise OptionError(
            f"The painted picture is {columns}x{rows}, the photo {width}x{height}: "
            "their proportions differ.",
            hint="Start painting from --save-map.",
        )
    if (rows, columns) == (height, width):
        return picture
    resized = cv2.resize(picture, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(resized, np.uint8)


def _painted(picture: NDArray[np.uint8], distance: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return where a picture is painted: neither white nor transparent, ``(h, w)`` bool."""
    channels = picture.shape[2]
    lowest = (_WHITE + 1,) * 3 + (0,) * (channels - 3)
    white = cv2.inRange(picture, lowest, (255,) * channels) > 0
    # A brow's palette colour is as bright as that, so near-palette colours count as painted.
    painted = np.asarray(~white | (distance <= _MAX_DISTANCE), bool)
    if channels == 4:
        painted &= picture[..., 3] > _TRANSPARENT
    return painted
