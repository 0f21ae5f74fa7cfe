"""Single steps on folders of pictures, for those who prepare their pairs by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from face2face.data.parallel import in_parallel
from face2face.errors import DataError, OptionError
from face2face.files import ensure_writable_dir
from face2face.image import Image, centre_box, side_by_side
from face2face.media.stills import list_images, read_image, write_image

#: Side of the square that ``blank`` erases, as a share of the picture's.
_BLANK = 0.3


def resize(image: Image, size: int, pad: bool = False) -> Image:
    """A picture as a square: ``(size, size, 3)`` uint8, by area averaging when it shrinks, cubic when it grows.

    Args:
        image: RGB uint8, any shape.
        size: In pixels, at least 1.
        pad: Put it whole on black instead of cutting out its middle.
    """
    height, width = image.shape[:2]
    if pad:
        side = max(height, width)
        top, left = (side - height) // 2, (side - width) // 2
        square = np.zeros((side, side, 3), np.uint8)
        square[top : top + height, left : left + width] = image
    else:
        square = centre_box(height, width).cut(image)
    how = cv2.INTER_AREA if square.shape[0] > size else cv2.INTER_CUBIC
    return cv2.resize(square, (size, size), interpolation=how)


def grayscale(image: Image) -> Image:
    """A picture without its colours, ``(height, width, 3)`` uint8."""
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def blank(image: Image) -> Image:
    """A picture with a white square in its middle."""
    height, width = image.shape[:2]
    side = round(min(height, width) * _BLANK)
    top, left = (height - side) // 2, (width - side) // 2
    erased = image.copy()
    erased[top : top + side, left : left + side] = 255
    return erased


def edges(image: Image) -> Image:
    """A picture's edges, black on white (Canny 1986, thresholds 100 and 200)."""
    found = cv2.Canny(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), 100, 200)
    return cv2.cvtColor(255 - found, cv2.COLOR_GRAY2RGB)


def combine(a: Image, b: Image) -> Image:
    """A to the left of B.

    Raises:
        DataError: Their sizes differ.
    """
    if a.shape != b.shape:
        sizes = " and ".join(f"{each.shape[1]}x{each.shape[0]}" for each in (a, b))
        raise DataError("A and B have the same size", sizes, "resize both first")
    return side_by_side([a, b])


OPERATIONS = ("resize", "combine", "grayscale", "blank", "edges")


@dataclass(frozen=True)
class Processed:
    """What came of a run: how many pictures were written, and how many were there already."""

    written: int
    skipped: int


def destination(path: Path, output_dir: Path) -> Path:
    """Where :func:`process` writes what it makes of a picture."""
    return output_dir / f"{path.stem}.png"


def process(
    input_dir: Path,
    output_dir: Path,
    operation: str,
    b_dir: Path | None = None,
    size: int = 256,
    pad: bool = False,
    workers: int | None = None,
    progress: Callable[[Iterator[bool], int], Iterable[bool]] = lambda results, total: results,
    overwrite: bool = False,
) -> Processed:
    """Applies one operation to each picture of a folder and writes PNG files of the same stems; those that exist are skipped.

    Args:
        input_dir: The pictures; A for ``combine``.
        output_dir: Made if need be.
        operation: One of :data:`OPERATIONS`.
        b_dir: The B pictures for ``combine``, of the same stems.
        size: For ``resize``, in pixels.
        pad: For ``resize``: keep the whole picture.
        workers: Threads; None for all cores.
        progress: Wraps the results, one for each picture, to show how far it is.
        overwrite: Replace files that exist instead.

    Raises:
        OptionError: The operation is unknown, or ``combine`` has no ``b_dir``.
        DataError: There are no pictures, a B is missing, or sizes differ.
    """
    if operation not in OPERATIONS:
        raise OptionError(f"--operation is one of {', '.join(OPERATIONS)}", operation)
    if operation == "combine" and b_dir is None:
        raise OptionError("combine takes the folder of B pictures", "none", "add --b_dir DIR")
    files = list_images(input_dir)
    if not files:
        raise DataError("--input_dir holds pictures", f"none in {input_dir}", "name another folder")
    partners = {path.stem: path for path in list_images(b_dir)} if b_dir else {}
    square = partial(resize, size=size, pad=pad)
    single: dict[str, Callable[[Image], Image]] = {
        "resize": square,
        "grayscale": grayscale,
        "blank": blank,
        "edges": edges,
    }
    ensure_writable_dir(output_dir)

    def one(path: Path) -> bool:
        written = destination(path, output_dir)
        if written.exists() and not overwrite:
            return False
        image = read_image(path)
        if operation != "combine":
            write_image(written, single[operation](image))
        elif path.stem in partners:
            write_image(written, combine(image, read_image(partners[path.stem])))
        else:
            raise DataError(
                "each A has a B of the same name",
                f"none for {path.name} in {b_dir}",
                "add it, or remove the A",
            )
        return True

    written = sum(progress(in_parallel(one, files, workers), len(files)))
    return Processed(written, len(files) - written)
