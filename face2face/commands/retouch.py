"""``retouch``: removes spots, scratches, or whatever is masked, from photos."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from face2face.commands.console import strength
from face2face.commands.options import add_face_argument, pick_face
from face2face.commands.outputs import Outputs
from face2face.errors import DataError, OptionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from face2face.data.batch import Failures
    from face2face.image import Image
    from face2face.imaging.retoucher import Retoucher

    #: Makes the mask of a photo, ``(h, w)`` uint8, 255 where it is painted over, given its path.
    Masker = Callable[[Path, Image], NDArray[np.uint8]]

DESCRIPTION = """Remove blemishes, or whatever you mask, from a photo. --mask names a picture, white
where to paint. --auto finds spots, scratches and shine in the skin of the face. --show opens a
window to brush in. Painted parts are as sharp as the photo. In a PNG, all else stays the same to
the bit. With a folder as --photo, --output is a folder too, and another run continues where the
last one stopped. The result is synthetic where it is painted: say so where it matters."""
READS, WRITES = ("photo", "mask", "model", "parser"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--photo", type=Path, required=True, help="photo, or folder of photos, to retouch"
    )
    parser.add_argument(
        "--output",
        type=Path,
        required=True,
        help="file for the retouched photo, PNG or JPEG; folder for those of a folder",
    )
    parser.add_argument(
        "--mask",
        type=Path,
        help="picture, white where the photo is painted over; or folder of masks, named as the "
        "photos",
    )
    parser.add_argument("--auto", action="store_true", help="find blemishes in the skin")
    parser.add_argument(
        "--strength",
        type=strength,
        default=1.0,
        help="how much --auto finds: 0 nothing, 2 faint blemishes too",
    )
    parser.add_argument(
        "--show",
        action="store_true",
        help="open a window to brush in; s saves to --output, h shows the keys",
    )
    add_face_argument(parser, "find blemishes in")
    parser.add_argument(
        "--model", type=Path, help="folder of an inpainting model (default: the pretrained one)"
    )
    parser.add_argument(
        "--parser", type=Path, help="folder of a parser (default: the pretrained one)"
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the retouched photo, or those of a folder, of which finished ones stay."""
    if not options.photo.is_dir():
        return Outputs([options.output], in_place=True)
    return Outputs(list(_planned(options).values()), lambda path: True, in_place=True)


def run(options: argparse.Namespace) -> int:
    """Retouch the photo or the folder, or let a person brush in a window.

    Returns:
        1 where a photo of the folder fails, else 0.
    """
    if not (options.mask or options.auto or options.show):
        raise OptionError("Nothing to remove is named.", hint="Add --mask, --auto or --show.")
    if options.photo.is_dir():
        if options.show:
            raise OptionError(
                f"{options.photo} is a folder, and --show is for one photo.", hint="Name a photo."
            )
        return _retouch_folder(options)
    _retouch_photo(options)
    return 0


def _retouch_photo(options: argparse.Namespace) -> None:
    from face2face.inference.pretrained import load_retoucher
    from face2face.media.stills import check_writable, read_image

    check_writable(options.output)
    photo = read_image(options.photo)
    retoucher = load_retoucher(options.model)
    mask = _masker(options)(options.photo, photo)
    if options.show:
        _show(options, retoucher, photo, mask)
        return
    _write(options.photo, options.output, retoucher(photo, mask), photo)
    print(f"written: {options.output}, {100 * (mask > 127).mean():.2f} % of it painted over")


def _show(
    options: argparse.Namespace, retoucher: Retoucher, photo: Image, mask: NDArray[np.uint8]
) -> None:
    """Let a person brush in a window."""
    from face2face.edit.paint_window import run_paint_window
    from face2face.edit.retouch_window import KEYS, RetouchWindow
    from face2face.media.window import Window

    def save(picture: Image) -> str:
        _write(options.photo, options.output, picture, photo)
        return f"written: {options.output}"

    with Window("face2face retouch", scale=1) as window:
        run_paint_window(RetouchWindow(retoucher, photo, mask, save), window, KEYS)


def _masker(options: argparse.Namespace) -> Masker:
    """Return a function that makes a photo's mask as ``--mask`` and ``--auto`` require."""
    maskers: list[Masker] = []
    if options.mask:
        mask_of = _finder(options) if options.mask.is_dir() else lambda photo: options.mask
        maskers.append(lambda path, photo: _read_mask(mask_of(path), photo))
    if options.auto:
        maskers.append(_blemish_masker(options))
    return lambda path, photo: np.maximum.reduce(
        [np.zeros(photo.shape[:2], np.uint8), *(each(path, photo) for each in maskers)]
    )


def _finder(options: argparse.Namespace) -> Callable[[Path], Path]:
    """Return a function that finds the mask of a photo in the folder of masks."""
    from face2face.data.batch import counterparts

    photos = options.photo if options.photo.is_dir() else options.photo.parent
    return counterparts(photos, options.mask, "mask")


def _read_mask(path: Path, photo: Image) -> NDArray[np.uint8]:
    """Return a mask at its photo's size, 255 where it is white.

    Raises:
        OptionError: It is all white.
    """
    import cv2

    from face2face.media.stills import read_image

    picture = read_image(path)
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


def _blemish_masker(options: argparse.Namespace) -> Masker:
    """Return a function that masks blemishes in the skin of a photo's face."""
    from face2face.face.detector import Detector
    from face2face.inference.pretrained import load_parser
    from face2face.landmarks import interocular
    from face2face.segmentation.blemishes import crease_lines, detect_blemishes, skin_mask

    parse, detect = load_parser(options.parser), Detector()

    def blemishes(path: Path, photo: Image) -> NDArray[np.uint8]:
        landmarks = pick_face(detect(photo), options.face, path)
        return detect_blemishes(
            photo,
            skin_mask(parse(photo, landmarks), landmarks),
            interocular(landmarks),
            options.strength,
            crease_lines(landmarks),
        )

    return blemishes


def _write(source: Path, output: Path, picture: Image, photo: Image) -> None:
    """Write a retouched photo with its source's colour profile.

    Where nothing changed and both have one format, copy the source's file instead.
    """
    from face2face.files import atomic_write
    from face2face.media.stills import colour_profile, write_image

    if source.suffix.lower() == output.suffix.lower() and (picture == photo).all():
        if source.resolve() != output.resolve():
            with atomic_write(output) as aside:
                shutil.copyfile(source, aside)
        return
    write_image(output, picture, colour_profile(source))


def _not_photos(options: argparse.Namespace) -> list[Path]:
    """Return the folders of which no picture is a photo to retouch."""
    return [options.output, options.mask] if options.mask else [options.output]


def _planned(options: argparse.Namespace) -> dict[Path, Path]:
    """Return the output file of each photo in a folder."""
    from face2face.media.stills import list_images

    return {
        path: options.output / path.relative_to(options.photo)
        for path in list_images(options.photo, _not_photos(options))
    }


def _retouch_folder(options: argparse.Namespace) -> int:
    """Retouch the photos of a folder on all cores, except those that are finished.

    Returns:
        1 where one fails, else 0.
    """
    from tqdm import tqdm

    from face2face.data.batch import Failures
    from face2face.data.parallel import in_parallel
    from face2face.files import ensure_writable_dir
    from face2face.inference.pretrained import load_retoucher

    folder = ensure_writable_dir(options.output)
    planned = _planned(options)
    if not planned:
        raise DataError(f"{options.photo} holds no photo.", hint="Name another folder.")
    pending = {
        photo: output
        for photo, output in planned.items()
        if options.overwrite or not output.is_file()
    }
    if len(pending) < len(planned):
        print(f"{len(planned) - len(pending)} of {len(planned)} photos are in {folder} already")
    load_retoucher(options.model)  # a missing model is one error, not one for each photo
    failures = Failures.in_folder(options.photo, _not_photos(options))
    results = in_parallel(_folder_worker(options, failures), pending.items())
    for _ in tqdm(results, "photos", len(pending), unit="photo"):
        pass
    print(f"written: {len(failures.succeeded(pending))} photos in {folder}")
    return failures.report(len(failures.succeeded(planned)))


def _folder_worker(
    options: argparse.Namespace, failures: Failures
) -> Callable[[tuple[Path, Path]], None]:
    """Return a thread-safe function that retouches one photo."""
    import threading

    from face2face.files import ensure_writable_dir
    from face2face.inference.pretrained import load_retoucher
    from face2face.media.stills import read_image

    # Threads can share neither engines nor detectors.
    own = threading.local()

    def retouch(job: tuple[Path, Path]) -> None:
        path, output = job
        if not hasattr(own, "retoucher"):
            own.retoucher, own.masker = load_retoucher(options.model), _masker(options)
        with failures.noted(path):
            photo = read_image(path)
            picture = own.retoucher(photo, own.masker(path, photo))
            ensure_writable_dir(output.parent)
            _write(path, output, picture, photo)

    return retouch
