"""Photos that a command changes: how they are read and written, and the face that is meant."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.commands.console import number
from face2face.commands.options import pick_face
from face2face.errors import OptionError
from face2face.media.photo_file import MAX_MEGAPIXELS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from face2face.face.back_ends import FaceDetector
    from face2face.image import Image, Landmarks
    from face2face.media.photo import Photo


def add_limit_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--max-megapixels`` to a command."""
    parser.add_argument(
        "--max-megapixels",
        type=number,
        default=MAX_MEGAPIXELS,
        help="refuse photos with more millions of pixels; each takes about 15 MB of memory",
    )


def read_to_change(source: Path, output: Path, max_megapixels: float) -> tuple[Photo, str]:
    """Return a photo, and a line that says what its changed copy will lack; empty for nothing.

    Args:
        source: The photo's file.
        output: The file for the changed copy.
        max_megapixels: Largest photo to read, in millions of pixels.

    Raises:
        MediaError: The photo can't be read, or not be written in the output's format.
    """
    from face2face.media.photo import read_photo
    from face2face.media.photo_writer import losses

    photo = read_photo(source, max_megapixels)
    lost = losses(photo, output)
    return photo, f"{output} will lack {' and '.join(lost)} of {source}" if lost else ""


def write_changed(source: Path, output: Path, photo: Photo, picture: Image) -> None:
    """Write a photo with another picture.

    Where nothing changed and both files have one format, copy the source instead.

    Args:
        source: The photo's file.
        output: The file to write.
        photo: The photo before.
        picture: ``(h, w, 3)`` uint8 RGB, made of ``photo.shown``.
    """
    from face2face.files import atomic_write
    from face2face.media.photo_writer import write_photo

    if source.suffix.lower() == output.suffix.lower() and (picture == photo.shown).all():
        if source.resolve() != output.resolve():
            with atomic_write(output) as aside:
                shutil.copyfile(source, aside)
        return
    write_photo(output, photo.edited(picture))


def read_mask(path: Path, photo: Image, max_megapixels: float) -> NDArray[np.uint8]:
    """Return a mask at its photo's size, ``(h, w)`` uint8, 255 where it is white and opaque.

    Raises:
        MediaError: The mask can't be read.
        OptionError: It is all white.
    """
    import cv2
    import numpy as np

    from face2face.media.photo import read_photo

    picture = read_photo(path, max_megapixels, background=0).shown
    mean = cv2.transform(picture, np.full((1, 3), 1 / 3, np.float32)).reshape(picture.shape[:2])
    mask = np.multiply(mean > 127, 255, dtype=np.uint8)
    if mask.all():
        raise OptionError(
            f"{path} is all white.", hint="Paint white what to remove, and leave the rest black."
        )
    if mask.shape != photo.shape[:2]:
        (height, width), (rows, columns) = mask.shape, photo.shape[:2]
        print(f"{path} is {width}x{height} pixels, the photo {columns}x{rows}: it was resized")
        mask = np.asarray(
            cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_NEAREST), np.uint8
        )
    return mask


def find_face(detector: FaceDetector, picture: Image, number: int, photo: Path) -> Landmarks:
    """Return the landmarks of the face to change, ``(70, 2)`` float32.

    Args:
        detector: Finds it.
        picture: ``(h, w, 3)`` uint8 RGB.
        number: From 1 for the largest.
        photo: The photo's path, for errors.

    Raises:
        FaceError: The photo isn't upright, shows fewer faces, or the face is too small.
    """
    from face2face.face.photo_checks import check_large_enough, check_upright

    check_upright(detector, picture, photo)
    landmarks = pick_face(detector(picture), number, photo)
    check_large_enough(landmarks, photo)
    return landmarks
