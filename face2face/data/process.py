"""The single steps of preparing pairs by hand, on folders of pictures.

These are the operations of ``process.py`` in affinelayer/pix2pix-tensorflow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from face2face.data.batch import Failures, by_stem
from face2face.data.parallel import in_parallel
from face2face.errors import DataError, OptionError
from face2face.files import ensure_writable_dir
from face2face.image import Image, centre_box, side_by_side
from face2face.media.stills import list_images, read_image, write_image

#: Side of the square that ``blank`` erases, as a share of the picture's shorter side.
_BLANK_SHARE = 0.3
#: The operations of :func:`process`.
OPERATIONS = ("resize", "combine", "grayscale", "blank", "edges")


def resize(image: Image, size: int, pad: bool = False) -> Image:
    """Return a picture as a square, ``(size, size, 3)`` uint8 RGB.

    It shrinks by area averaging and grows by cubic interpolation.

    Args:
        image: ``(h, w, 3)`` uint8 RGB.
        size: Width and height in pixels, at least 1.
        pad: Whether to put the whole picture on black, instead of cutting out its middle.

    >>> resize(np.zeros((4, 6, 3), np.uint8), 2).shape
    (2, 2, 3)
    """
    height, width = image.shape[:2]
    if pad:
        side = max(height, width)
        top, left = (side - height) // 2, (side - width) // 2
        square = np.zeros((side, side, 3), np.uint8)
        square[top : top + height, left : left + width] = image
    else:
        square = centre_box(height, width).cut(image)
    interpolation = cv2.INTER_AREA if square.shape[0] > size else cv2.INTER_CUBIC
    return cv2.resize(square, (size, size), interpolation=interpolation)


def grayscale(image: Image) -> Image:
    """Return a picture without its colours, ``(h, w, 3)`` uint8."""
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def blank(image: Image) -> Image:
    """Return a picture with a white square in its middle, ``(h, w, 3)`` uint8 RGB."""
    height, width = image.shape[:2]
    side = round(min(height, width) * _BLANK_SHARE)
    top, left = (height - side) // 2, (width - side) // 2
    erased = image.copy()
    erased[top : top + side, left : left + side] = 255
    return erased


def edges(image: Image) -> Image:
    """Return a picture's edges, black on white, ``(h, w, 3)`` uint8.

    Canny 1986, with thresholds of 100 and 200.
    """
    found = cv2.Canny(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), 100, 200)
    return cv2.cvtColor(255 - found, cv2.COLOR_GRAY2RGB)


def combine(a: Image, b: Image) -> Image:
    """Return two pictures of one size side by side, A on the left.

    Raises:
        DataError: Their sizes differ.
    """
    if a.shape != b.shape:
        sizes = " and ".join(f"{each.shape[1]}x{each.shape[0]}" for each in (a, b))
        raise DataError(f"A and B differ in size: {sizes}.", hint="Resize both first.")
    return side_by_side([a, b])


@dataclass(frozen=True)
class Processed:
    """The result of a run.

    Attributes:
        written: Number of pictures written.
        skipped: Number of pictures that existed already.
        failures: The pictures that could not be used.
    """

    written: int
    skipped: int
    failures: Failures


def destinations(input_dir: Path, output_dir: Path, b_dir: Path | None = None) -> dict[Path, Path]:
    """Return the file that :func:`process` writes for each picture of a folder.

    Pictures in the output folder, and in that of B pictures, are left out.

    Raises:
        DataError: Two pictures have the same name.
        MediaError: The folder can't be read.
    """
    stems = by_stem(list_images(input_dir, [output_dir, b_dir or output_dir]))
    return {path: output_dir / f"{stem}.png" for stem, path in stems.items()}


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
    """Apply one operation to each picture of a folder, and write PNG files of the same stems.

    Args:
        input_dir: Folder of the pictures; of A for ``combine``.
        output_dir: Folder to write to; made if missing.
        operation: One of :data:`OPERATIONS`.
        b_dir: For ``combine``, the folder of the B pictures, with the stems of A.
        size: For ``resize``, the width and height in pixels.
        pad: For ``resize``, whether to keep the whole picture.
        workers: Number of threads; None for all cores.
        progress: Function of the results and their number, which yields them and shows progress.
        overwrite: Whether to replace files that exist; otherwise they are skipped.

    Raises:
        OptionError: The operation is unknown, or ``combine`` has no ``b_dir``.
        DataError: There are no pictures, or two have the same name.
        WriteError: The folder can't be written to.
    """
    operate = _operation(operation, b_dir, size, pad)
    planned = destinations(input_dir, output_dir, b_dir)
    if not planned:
        raise DataError(f"There are no pictures in {input_dir}.", hint="Name another folder.")
    ensure_writable_dir(output_dir)
    failures = Failures.in_folder(input_dir, [output_dir])

    def write(path: Path) -> bool:
        if planned[path].exists() and not overwrite:
            return False
        with failures.noted(path):
            write_image(planned[path], operate(path))
        return True

    new = sum(progress(in_parallel(write, planned, workers), len(planned)))
    skipped = len(planned) - new
    return Processed(len(failures.succeeded(planned)) - skipped, skipped, failures)


def _operation(operation: str, b_dir: Path | None, size: int, pad: bool) -> Callable[[Path], Image]:
    """Return the function from a picture's file to the processed picture.

    Raises:
        OptionError: The operation is unknown, or ``combine`` has no ``b_dir``.
    """
    single: dict[str, Callable[[Image], Image]] = {
        "resize": partial(resize, size=size, pad=pad),
        "grayscale": grayscale,
        "blank": blank,
        "edges": edges,
    }
    if operation in single:
        return lambda path: single[operation](read_image(path))
    if operation != "combine":
        raise OptionError(
            f"There is no operation {operation}.", hint=f"Use one of {', '.join(OPERATIONS)}."
        )
    if b_dir is None:
        raise OptionError("combine needs the folder of B pictures.", hint="Add --b_dir DIR.")
    partners = by_stem(list_images(b_dir))

    def combined(path: Path) -> Image:
        if path.stem not in partners:
            raise DataError(
                f"{path.name} has no B of the same name in {b_dir}.",
                hint="Add it, or remove the A.",
            )
        return combine(read_image(path), read_image(partners[path.stem]))

    return combined
