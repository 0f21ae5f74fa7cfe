"""Label maps on disk: palette PNGs whose pixels are class numbers.

Every viewer shows them in the classes' colours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow

from face2face.data.batch import by_stem
from face2face.errors import DataError, MediaError
from face2face.files import atomic_write, open_regular
from face2face.media.photo_file import MAX_MEGAPIXELS, open_photo
from face2face.media.stills import list_images
from face2face.segmentation.labels import CLASSES, PALETTE, UNKNOWN, Labels

#: One photo in this many is held out.
_HELD_OUT_EVERY = 10
#: Largest size of a list of held-out photos, in bytes: tens of thousands of names.
_MAX_LIST_BYTES = 2**20


def read_labels(path: Path, allow_unknown: bool = False) -> Labels:
    """Return a label map, ``(h, w)`` uint8 class numbers.

    Args:
        path: A PNG. A palette or grey one holds class numbers, a colour one the classes' colours.
        allow_unknown: Whether the number ``UNKNOWN`` is allowed too.

    Raises:
        MediaError: The file can't be read: see :func:`face2face.media.photo_file.open_photo`.
        DataError: A number is no class, or a colour is not in the palette.
    """
    with open_photo(path) as (picture, _):
        holds_numbers = picture.mode in ("P", "L", "1")
        pixels = np.array(picture if holds_numbers else picture.convert("RGB"))
    if holds_numbers:
        known = pixels[pixels != UNKNOWN] if allow_unknown else pixels
        if known.max(initial=0) >= len(CLASSES):
            raise DataError(
                f"{path} holds {known.max()}, and classes are 0 to {len(CLASSES) - 1}.",
                hint="List them with --list-classes.",
            )
        return pixels.astype(np.uint8)
    labels, distances = nearest_classes(pixels)
    if distances.any():
        colour = tuple(pixels[distances > 0][0].tolist())
        raise DataError(
            f"{path} holds the colour {colour}, which no class has.",
            hint="Use the colours of --list-classes, and save it as PNG without smoothing.",
        )
    return labels


def read_changes(path: Path, max_megapixels: float = MAX_MEGAPIXELS) -> np.ndarray:
    """Return a picture painted in the palette's colours, ``(h, w, 4)`` uint8 RGB and opacity.

    Raises:
        MediaError: The file can't be read: see :func:`face2face.media.photo_file.open_photo`.
    """
    with open_photo(path, max_megapixels) as (picture, _):
        return np.array(picture.convert("RGBA"))


def nearest_classes(picture: np.ndarray) -> tuple[Labels, np.ndarray]:
    """Return the class of the nearest palette colour for each pixel, and its distance.

    Args:
        picture: ``(h, w, 3)`` or ``(h, w, 4)`` uint8 RGB; opacity is ignored.

    Returns:
        The classes, ``(h, w)`` uint8, and the distances, ``(h, w)`` int: absolute differences
        summed over the channels, 0 for a colour of the palette.

    >>> labels, distances = nearest_classes(PALETTE[None, :2] + np.uint8([0, 0, 1]))
    >>> labels.tolist(), distances.tolist()
    ([[0, 1]], [[1, 1]])
    """
    packed = (
        np.ascontiguousarray(
            picture if picture.shape[2] == 4 else cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA)
        )
        .view(np.uint32)
        .ravel()
    )
    # Painted pictures have few colours, in long runs. Each run is looked up once.
    starts = np.flatnonzero(np.diff(packed, prepend=~packed[:1]))
    found, places = np.unique(packed[starts], return_inverse=True)
    colours = found[:, None].view(np.uint8)[:, :3].astype(int)
    distances = np.stack([np.abs(colours - colour).sum(-1) for colour in PALETTE.astype(int)], -1)
    lengths = np.diff(starts, append=packed.size)
    nearest, distance = (
        np.repeat(each[places], lengths).reshape(picture.shape[:2])
        for each in (distances.argmin(1).astype(np.uint8), distances.min(1))
    )
    return nearest, distance


def write_labels(path: Path, labels: Labels) -> None:
    """Write a label map, ``(h, w)`` uint8, as a palette PNG."""
    picture = Pillow.fromarray(labels, "P")
    picture.putpalette(PALETTE.tobytes())
    with atomic_write(path) as aside:
        picture.save(aside, "PNG")


@dataclass(frozen=True)
class LabelledPhoto:
    """The files of a photo and of its label map."""

    photo: Path
    labels: Path


def pairs(photos: Path, labels: Path) -> list[LabelledPhoto]:
    """Return the photos of a folder that have a label map in another, sorted.

    A photo and its label map have the same name up to the suffix.

    Raises:
        DataError: There is no such pair, or two photos or two label maps have the same name.
    """
    label_maps = by_stem(list_images(labels))
    found = [
        LabelledPhoto(path, label_maps[stem])
        for stem, path in by_stem(list_images(photos, [labels])).items()
        if stem in label_maps
    ]
    if not found:
        raise DataError(
            f"No photo in {photos} has a label map of the same name in {labels}.",
            hint="Check both folders.",
        )
    return found


def held_out(name: str) -> bool:
    """Return whether a photo is never trained on. One in ten is held out, by its name alone.

    Args:
        name: The photo's file name without its suffix.
    """
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:4], "big") % _HELD_OUT_EVERY == 0


def held_out_rule(path: Path | None) -> Callable[[str], bool]:
    """Return a function from a photo's name to whether it is never trained on.

    Args:
        path: A text file with one name on each line; ``*`` stands for any characters. Empty lines
            and lines that begin with ``#`` are skipped. None for :func:`held_out`.

    Raises:
        MediaError: The file can't be read.
        DataError: The file holds no name.
    """
    if path is None:
        return held_out
    hint = "Check the path."
    with open_regular(path, _MAX_LIST_BYTES, MediaError, hint) as file:
        try:
            lines = [line.strip() for line in file.read().decode("utf-8").splitlines()]
        except (OSError, UnicodeDecodeError) as error:
            raise MediaError(f"{path} can't be read: {error}.", hint=hint) from error
    names = [line for line in lines if line and not line.startswith("#")]
    if not names:
        raise DataError(f"{path} holds no name.", hint="Write one photo's name on each line.")
    return lambda name: any(fnmatchcase(name, each) for each in names)


def held_out_photos(folders: Sequence[Path], names: Path | None) -> dict[str, Path]:
    """Return name without suffix -> path of the photos that are never trained on.

    Args:
        folders: Folders of photos.
        names: See :func:`held_out_rule`.

    Raises:
        MediaError: A folder or the list can't be read.
        DataError: There is no such photo, or two have the same name.
    """
    rule = held_out_rule(names)
    found = by_stem(path for each in folders for path in list_images(each) if rule(path.stem))
    if not found:
        raise DataError(
            f"No photo in {', '.join(map(str, folders))} is held out.",
            hint="Name other folders, or another list with --held-out.",
        )
    return found
