"""``retouch``: removes spots, scratches, or whatever is masked, from photos."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from face2face.commands.console import strength
from face2face.commands.options import add_face_argument, add_landmarks_argument
from face2face.commands.outputs import Outputs
from face2face.commands.photo_folder import change_folder, planned
from face2face.commands.photos import (
    add_limit_argument,
    find_face,
    read_mask,
    read_to_change,
    write_changed,
)
from face2face.errors import OptionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from face2face.commands.photo_folder import Changer
    from face2face.image import Image
    from face2face.imaging.retoucher import Retoucher
    from face2face.media.photo import Photo

    #: Makes the mask of a photo, ``(h, w)`` uint8, 255 where it is painted over, given its path.
    Masker = Callable[[Path, Image], NDArray[np.uint8]]

DESCRIPTION = """Remove blemishes, or whatever you mask, from a photo. --mask names a picture, white
where to paint. --auto finds spots, scratches and shine in the skin of the face. --show opens a
window to brush in. Painted parts are as sharp as the photo. In a PNG, all else stays the same to
the bit. With a folder as --photo, --output is a folder too, and another run continues where the
last one stopped. The result is synthetic where it is painted: say so where it matters."""
#: Largest value of ``--strength``.
_MAX_STRENGTH = 2.0
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
    add_landmarks_argument(parser)
    add_limit_argument(parser)
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
    return Outputs(
        list(planned(options, _not_photos(options)).values()), lambda path: True, in_place=True
    )


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

    photo, lacking = read_to_change(options.photo, options.output, options.max_megapixels)
    if lacking:
        print(lacking)
    retoucher = load_retoucher(options.model)
    mask = _masker(options)(options.photo, photo.shown)
    if options.show:
        _show(options, retoucher, photo, mask)
        return
    write_changed(options.photo, options.output, photo, retoucher(photo.shown, mask))
    print(f"written: {options.output}, {100 * (mask > 127).mean():.2f} % of it painted over")


def _show(
    options: argparse.Namespace, retoucher: Retoucher, photo: Photo, mask: NDArray[np.uint8]
) -> None:
    """Let a person brush in a window."""
    from face2face.edit.photo_window import run_photo_window
    from face2face.edit.retouch_window import KEYS, RetouchWindow
    from face2face.media.window import Window

    def save(picture: Image) -> str:
        write_changed(options.photo, options.output, photo, picture)
        return f"written: {options.output}"

    with Window("face2face retouch", scale=1) as window:
        run_photo_window(RetouchWindow(retoucher, photo.shown, mask, save), window, KEYS)


def _masker(options: argparse.Namespace) -> Masker:
    """Return a function that makes a photo's mask as ``--mask`` and ``--auto`` require."""
    maskers: list[Masker] = []
    if options.mask:
        mask_of = _finder(options) if options.mask.is_dir() else lambda photo: options.mask
        maskers.append(lambda path, photo: read_mask(mask_of(path), photo, options.max_megapixels))
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


def _blemish_masker(options: argparse.Namespace) -> Masker:
    """Return a function that masks blemishes in the skin of a photo's face."""
    from face2face.face.back_ends import make_detector
    from face2face.inference.pretrained import load_parser
    from face2face.landmarks import interocular
    from face2face.segmentation.blemishes import (
        count_missed,
        crease_lines,
        detect_blemishes,
        skin_mask,
    )

    parse, detector = load_parser(options.parser), make_detector(options.landmarks)

    def blemishes(path: Path, photo: Image) -> NDArray[np.uint8]:
        landmarks = find_face(detector, photo, options.face, path)
        skin = skin_mask(parse(photo, landmarks), landmarks)
        creases, unit = crease_lines(landmarks), interocular(landmarks)
        found = detect_blemishes(photo, skin, unit, options.strength, creases)
        # In a folder this would be a line for nearly every photo.
        if options.strength < _MAX_STRENGTH and not options.photo.is_dir():
            most = detect_blemishes(photo, skin, unit, _MAX_STRENGTH, creases)
            if missed := count_missed(found, most):
                print(f"--strength {_MAX_STRENGTH:g} would find {missed} more")
        return found

    return blemishes


def _not_photos(options: argparse.Namespace) -> list[Path]:
    """Return the folders of which no picture is a photo to retouch."""
    return [options.output, options.mask] if options.mask else [options.output]


def _retouch_folder(options: argparse.Namespace) -> int:
    """Retouch the photos of a folder on all cores, except those that are finished.

    Returns:
        1 where one fails, else 0.
    """
    from face2face.inference.pretrained import load_retoucher

    def make_changer() -> Changer:
        retoucher, mask = load_retoucher(options.model), _masker(options)
        return lambda path, photo: retoucher(photo, mask(path, photo))

    load_retoucher(options.model)  # a missing model is one error, not one for each photo
    return change_folder(options, _not_photos(options), make_changer)
