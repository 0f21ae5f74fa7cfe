"""Pairs on disk: a strip is a row of equal square panels, of which the last is the target."""

from __future__ import annotations

from pathlib import Path

from face2face.card import FILE_NAME, SIZES, ModelCard
from face2face.errors import DataError
from face2face.image import Image, side_by_side
from face2face.media.stills import list_images, read_image, write_image

#: Folder of the strips that are trained on.
TRAIN = "train"
#: Folder of the strips that are validated on.
VAL = "val"
#: Folder of the strips that are tested on.
TEST = "test"


def write_strip(path: Path, panels: list[Image]) -> None:
    """Write panels, ``(size, size, 3)`` uint8 RGB each, as one PNG strip."""
    write_image(path, side_by_side(panels))


def read_strip(path: Path, count: int) -> list[Image]:
    """Return the panels of a strip, ``(size, size, 3)`` uint8 RGB each.

    Args:
        path: The strip.
        count: Number of panels.

    Raises:
        MediaError: The file is no picture.
        DataError: The picture is not a row of that many squares.
    """
    strip = read_image(path)
    height, width = strip.shape[:2]
    if width != count * height:
        raise DataError(
            f"{path} has {width}x{height} pixels, and is no row of {count} equal square panels.",
            hint="Make the strips again, or use the card.json that belongs to them.",
        )
    return [strip[:, each * height : (each + 1) * height] for each in range(count)]


def list_strips(folder: Path, part: str) -> list[Path]:
    """Return the strips of one part of a data set, sorted; an empty list where it is missing."""
    return list_images(folder / part) if (folder / part).is_dir() else []


def read_card(folder: Path) -> ModelCard:
    """Return the card of a data set.

    The predecessors' data sets have none. Their strips are ``A|B``, and so their card is made up.

    Args:
        folder: Folder with ``train/``, and perhaps ``val/`` and ``card.json``.

    Raises:
        DataError: There is no folder, or no strip in it; or there is no card, and the first strip
            is not ``A|B``.
        ModelError: The card is damaged.
    """
    if not folder.is_dir():
        raise DataError(
            f"There is no folder {folder}.",
            hint="Check the path, or make the folder with: face2face prepare",
        )
    strips = list_strips(folder, TRAIN)
    if not strips:
        raise DataError(
            f"There are no strips in {TRAIN}/ of {folder}.",
            hint="Make them with: face2face prepare",
        )
    if (folder / FILE_NAME).is_file():
        return ModelCard.load(folder)
    height, width = read_image(strips[0]).shape[:2]
    if width != 2 * height:
        raise DataError(
            f"{strips[0]} has {width}x{height} pixels, and is no pair of square panels, A|B.",
            hint="Restore the card.json of the strips.",
        )
    smallest, largest = SIZES
    return ModelCard("reenact", largest if height > smallest else smallest, ("sketch",))
