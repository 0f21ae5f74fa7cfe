"""Pairs on disk: a strip of equal square panels, the last of which is B, the target."""

from __future__ import annotations

from pathlib import Path

from face2face.card import FILE_NAME, ModelCard
from face2face.errors import DataError
from face2face.image import Image, side_by_side
from face2face.media.stills import list_images, read_image, write_image

#: The parts of a data set, each a folder of strips.
TRAIN, VAL, TEST = "train", "val", "test"


def write_strip(path: Path, panels: list[Image]) -> None:
    """Writes panels, ``(size, size, 3)`` uint8 each, as one PNG strip."""
    write_image(path, side_by_side(panels))


def read_strip(path: Path, count: int) -> list[Image]:
    """The ``count`` panels of a strip.

    Raises:
        DataError: The picture isn't a row of that many squares.
    """
    strip = read_image(path)
    height, width = strip.shape[:2]
    if width != count * height:
        rule = f"a strip is a row of {count} equal square panels"
        raise DataError(
            rule,
            f"{width}x{height} in {path}",
            "make the strips again, or use the card.json that belongs to them",
        )
    return [strip[:, each * height : (each + 1) * height] for each in range(count)]


def list_strips(folder: Path, part: str) -> list[Path]:
    """The strips of one part of a data set, sorted; none where the part is missing."""
    return list_images(folder / part) if (folder / part).is_dir() else []


def read_card(folder: Path) -> ModelCard:
    """The card of a data set; where there is none, as in the ancestors' ``A|B`` folders, one that says just that.

    Args:
        folder: Holds ``train/`` and perhaps ``val/`` and ``card.json``.

    Raises:
        DataError: There are no strips, or the first one isn't ``A|B`` and no card says what it is.
    """
    strips = list_strips(folder, TRAIN)
    if not strips:
        do = (
            "make them with generate_train_data.py, or split a folder of strips with tools/split.py"
        )
        raise DataError("--input_dir holds strips in train/", f"none in {folder}", do)
    if (folder / FILE_NAME).is_file():
        return ModelCard.load(folder)
    height, width = read_image(strips[0]).shape[:2]
    if width != 2 * height:
        raise DataError(
            "a strip without a card.json is two square panels, A|B",
            f"{width}x{height} in {strips[0]}",
            "restore the card",
        )
    return ModelCard(mode="reenact", size=512 if height > 256 else 256, panels=("sketch",))
