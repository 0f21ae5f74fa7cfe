"""Changes to a photo's label map, and how to read one from a painted picture."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.label_maps import nearest_classes
from face2face.errors import OptionError
from face2face.segmentation.labels import PALETTE, Labels, colorize

#: Channel value, 0 to 255. Pixels brighter than this in all channels count as the white canvas.
_WHITE = 200
#: Largest distance from a palette colour, summed over the channels, that soft brushes may cause.
_MAX_DISTANCE = 48
#: Share of a picture from which it is a whole label map: resizing leaves a few bright pixels.
_WHOLE_MAP_SHARE = 0.99
#: Farthest that resizing takes a colour beyond those it blends, per channel. The palette's
#: colours differ by 51.
_OVERSHOOT = 50
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
    change is where it differs from the photo's. A map of another size, or with blended colours at
    its edges, differs where its colour is no blend of those nearby in the photo's map.

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
    _check_proportions(picture, *labels.shape)
    nearest, distance = nearest_classes(picture)
    where = _painted(picture, distance)
    far_share = float((distance[where] > _MAX_DISTANCE).sum() / max(1, where.sum()))
    if far_share > _MAX_FAR_SHARE:
        raise OptionError(
            f"{100 * far_share:.0f} % of the painted pixels have none of the palette's colours.",
            hint="Paint in the colours of --list-classes, without shading, and save as PNG.",
        )
    blended = where & _blended(nearest, distance)
    classes = _without_blends(nearest, where, blended)
    if where.mean() > _WHOLE_MAP_SHARE:
        where &= _differs(picture[..., :3], classes, labels)
    off_palette = int((distance[where] > 0).sum())
    where, classes = _resized(where, labels.shape) > 0, _resized(classes, labels.shape)
    if not where.any():
        raise OptionError(
            "Nothing in the painted picture differs from the photo's label map.",
            hint="Paint in the colours of --list-classes.",
        )
    return Change(labels, np.where(where, classes, labels).astype(np.uint8), where), off_palette


def _check_proportions(picture: NDArray[np.uint8], height: int, width: int) -> None:
    """Raise an OptionError unless a picture has the photo's aspect ratio."""
    rows, columns = picture.shape[:2]
    if abs(columns * height / (rows * width) - 1) > _ASPECT_TOLERANCE:
        raise OptionError(
            f"The painted picture is {columns}x{rows}, the photo {width}x{height}: "
            "their proportions differ.",
            hint="Start painting from --save-map.",
        )


def _resized(values: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return classes, a mask or colours at another size, uint8, without blending."""
    size = shape[1::-1]
    resized = cv2.resize(values.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(resized, np.uint8)


def _blended(classes: Labels, distance: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return the pixels with the blended colours of an edge: off the palette, and not in an area.

    Args:
        classes: ``(h, w)`` uint8, the class of each pixel's nearest palette colour.
        distance: ``(h, w)``, how far that colour is.
    """
    edges = cv2.erode(classes, _square(1)) != cv2.dilate(classes, _square(1))
    return np.asarray((distance > _MAX_DISTANCE) | ((distance > 0) & edges), bool)


def _without_blends(
    classes: Labels, where: NDArray[np.bool_], blended: NDArray[np.bool_]
) -> Labels:
    """Return classes in which each blended pixel has the class of the nearest painted one.

    A program that resizes a map blends the colours on both sides of an edge. The nearest palette
    colour to such a blend may be that of a third class.
    """
    pure = where & ~blended
    if not blended.any() or not pure.any():
        return classes
    _, places = cv2.distanceTransformWithLabels(
        (~pure).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    class_of_place = np.zeros(int(places.max()) + 1, np.uint8)
    class_of_place[places[pure]] = classes[pure]
    return np.where(blended, class_of_place[places], classes)


def _differs(picture: NDArray[np.uint8], classes: Labels, labels: Labels) -> NDArray[np.bool_]:
    """Return where a whole map differs from the photo's, ``(rows, columns)`` bool.

    Args:
        picture: ``(rows, columns, 3)`` uint8 RGB, the painted map.
        classes: ``(rows, columns)`` uint8, its classes.
        labels: ``(h, w)`` uint8, the photo's map.
    """
    differs = np.asarray(classes != _resized(labels, classes.shape), bool)
    colours = colorize(labels)
    if classes.shape == labels.shape and (colours[~differs] == picture[~differs]).all():
        return differs
    # A pixel is unchanged where it may be a blend of the colours around it in the photo's map.
    # Next to a pixel that isn't, all that differs is a change.
    scale = max(labels.shape[0] / classes.shape[0], 1.0)
    reach = ceil(2 * scale)
    low = _resized(cv2.erode(colours, _square(reach)), classes.shape).astype(int) - _OVERSHOOT
    high = _resized(cv2.dilate(colours, _square(reach)), classes.shape).astype(int) + _OVERSHOOT
    beyond = (differs & ((picture < low) | (picture > high)).any(-1)).astype(np.uint8)
    if (PALETTE[classes] != picture).any():
        beyond = cv2.morphologyEx(beyond, cv2.MORPH_OPEN, _square(1))  # ringing leaves specks
    around = cv2.dilate(beyond, _square(ceil(reach / scale) + 1))
    return np.asarray(differs & (around > 0), bool)


def _square(reach: int) -> NDArray[np.uint8]:
    """Return the kernel of a dilation by a number of pixels."""
    return np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)


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
