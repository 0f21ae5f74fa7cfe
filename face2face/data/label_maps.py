"""Label maps on disk: palette PNGs, whose pixels are class numbers and which every viewer shows in the classes' colours."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow

from face2face.errors import DataError, MediaError
from face2face.files import atomic_write
from face2face.media.stills import list_images
from face2face.segmentation.labels import CLASSES, PALETTE, Labels

#: One photo in so many is held out.
_HELD_OUT = 10


def read_labels(path: Path) -> Labels:
    """A label map, ``(height, width)`` uint8: of a palette or grey PNG its numbers; of one in colours the classes of these.

    Raises:
        MediaError: The file is missing or is no picture.
        DataError: It has numbers that are no class, or colours that aren't in the palette.
    """
    try:
        with Pillow.open(path) as picture:
            numbers = picture.mode in ("P", "L", "1")
            pixels = np.array(picture if numbers else picture.convert("RGB"))
    except (OSError, Pillow.DecompressionBombError) as error:
        raise MediaError("a label map is a PNG", f"{path}: {error}", "check the path") from error
    if numbers:
        if pixels.max(initial=0) >= len(CLASSES):
            rule = f"a label map's numbers are classes, 0 to {len(CLASSES) - 1}"
            raise DataError(rule, f"{pixels.max()} in {path}", "list them with --list-classes")
        return pixels.astype(np.uint8)
    labels, off = numbered(pixels)
    if off.any():
        colour = tuple(pixels[off > 0][0].tolist())
        raise DataError(
            "a label map's colours are those of --list-classes",
            f"{colour} in {path}",
            "save it as PNG, without smoothing",
        )
    return labels


def read_changes(path: Path) -> np.ndarray:
    """A picture painted in the palette's colours: ``(h, w, 4)`` uint8, RGB and opacity.

    Raises:
        MediaError: The file is missing or is no picture.
    """
    try:
        with Pillow.open(path) as picture:
            return np.array(picture.convert("RGBA"))
    except (OSError, Pillow.DecompressionBombError) as error:
        raise MediaError("--changes is a picture", f"{path}: {error}", "check the path") from error


def numbered(picture: np.ndarray) -> tuple[Labels, np.ndarray]:
    """The classes whose colours are nearest to those of an RGB picture, with or without opacity, ``(h, w)`` uint8.

    And how far these are, ``(h, w)`` int, summed over the channels: 0 for a colour of the palette.
    """
    packed = (
        np.ascontiguousarray(
            picture if picture.shape[2] == 4 else cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA)
        )
        .view(np.uint32)
        .ravel()
    )
    # Painted pictures have few colours, in long rows.
    starts = np.flatnonzero(np.diff(packed, prepend=~packed[:1]))
    found, places = np.unique(packed[starts], return_inverse=True)
    colours = found[:, None].view(np.uint8)[:, :3].astype(int)
    away = np.stack([np.abs(colours - colour).sum(-1) for colour in PALETTE.astype(int)], -1)
    lengths = np.diff(starts, append=packed.size)
    nearest, far = (
        np.repeat(each[places], lengths).reshape(picture.shape[:2])
        for each in (away.argmin(1).astype(np.uint8), away.min(1))
    )
    return nearest, far


def write_labels(path: Path, labels: Labels) -> None:
    """Writes a label map as a palette PNG."""
    picture = Pillow.fromarray(labels, "P")
    picture.putpalette(PALETTE.tobytes())
    with atomic_write(path) as aside:
        picture.save(aside, "PNG")


@dataclass(frozen=True)
class Labelled:
    """A photo and its label map, on disk."""

    photo: Path
    labels: Path


def pairs(photos: Path, labels: Path) -> list[Labelled]:
    """The photos of a folder that have a map of the same name in another, sorted.

    Raises:
        DataError: There is none.
    """
    maps = {each.stem: each for each in list_images(labels)}
    found = [Labelled(each, maps[each.stem]) for each in list_images(photos) if each.stem in maps]
    if not found:
        raise DataError(
            "each photo has a label map of the same name",
            f"none in {photos} with one in {labels}",
            "check both folders",
        )
    return found


def held_out(name: str) -> bool:
    """Whether a photo of this file name, without its suffix, is never trained on: one in ten, by the name alone."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % _HELD_OUT == 0
