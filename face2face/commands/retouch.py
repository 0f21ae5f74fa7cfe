"""``retouch``: a photo -> the photo without spots, scratches, or whatever is masked."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from face2face.commands.console import positive, strength
from face2face.commands.outputs import Outputs
from face2face.errors import DataError, Face2FaceError, FaceError, OptionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from face2face.image import Image

    Masker = Callable[[Path, Image], NDArray[np.uint8]]

DESCRIPTION = """Paints over what is masked in a photo (--mask, white on black), or the spots, scratches and shine that are found in the
skin of its face (--auto), at the photo's own sharpness; in a window (--show) a brush takes away what it goes over. All else stays as
it is, to the bit, in a PNG. --photo may be a folder: then --output is one, and it goes on where it stopped. The result is
synthetic where it was painted: say so where it matters."""
READS, WRITES = ("photo", "mask", "model", "parser"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "--photo", type=Path, required=True, help="the photo, or a folder of photos"
    )
    parser.add_argument(
        "--output", type=Path, required=True, help="where the photo goes, or the photos"
    )
    parser.add_argument(
        "--mask",
        type=Path,
        help="what to remove, white on black; for a folder, a folder of masks of the same names",
    )
    parser.add_argument("--auto", action="store_true", help="find what to remove in the skin")
    parser.add_argument(
        "--strength",
        type=strength,
        default=1.0,
        help="of --auto: 0 finds nothing, 2 what is faint too",
    )
    parser.add_argument(
        "--show",
        action="store_true",
        help="open a window to brush in; s saves to --output, h shows the keys",
    )
    parser.add_argument(
        "--face", type=positive, default=1, help="for --auto: which face, 1 for the largest"
    )
    parser.add_argument(
        "--model",
        type=Path,
        help="the folder of an inpainting model (default: the one that is shipped)",
    )
    parser.add_argument(
        "--parser", type=Path, help="the folder of a parser (default: the one that is shipped)"
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """The photo, which may replace the one that is read; of a folder each, where those that are there stay."""
    if not options.photo.is_dir():
        return Outputs([options.output], in_place=True)
    return Outputs(list(_planned(options).values()), lambda path: True, in_place=True)


def run(options: argparse.Namespace) -> None:
    """Retouches, and says where the photo is."""
    from face2face.inference.pretrained import load_retoucher
    from face2face.media.stills import check_writable, read_image

    if not (options.mask or options.auto or options.show):
        raise OptionError(
            "--mask, --auto or --show says what shall be removed", "none of them", "add one"
        )
    if options.photo.is_dir():
        if options.show:
            raise OptionError(
                "--show is for one photo", f"the folder {options.photo}", "name a photo"
            )
        _retouch_folder(options)
        return
    check_writable(options.output)
    photo = read_image(options.photo)
    retoucher = load_retoucher(options.model)
    mask = _masker(options)(options.photo, photo)
    if options.show:
        from face2face.edit.paint_window import run_paint_window
        from face2face.edit.retouch_window import KEYS, RetouchWindow
        from face2face.media.sink import Window

        def save(picture: Image) -> str:
            _write(options.photo, options.output, picture, photo)
            return f"written: {options.output}"

        with Window("face2face retouch", scale=1) as window:
            run_paint_window(RetouchWindow(retoucher, photo, mask, save), window, KEYS)
        return
    _write(options.photo, options.output, retoucher(photo, mask), photo)
    print(f"written: {options.output}, {100 * (mask > 127).mean():.2f} % of it painted over")


def _masker(options: argparse.Namespace) -> Masker:
    """What says of a photo, given its path, what shall be removed: ``(h, w)`` uint8."""
    makers: list[Masker] = []
    if options.mask:
        makers.append(lambda path, photo: _read_mask(_mask_of(options.mask, path), photo))
    if options.auto:
        makers.append(_finder(options))
    return lambda path, photo: np.maximum.reduce(
        [np.zeros(photo.shape[:2], np.uint8), *(make(path, photo) for make in makers)]
    )


def _mask_of(masks: Path, photo: Path) -> Path:
    """The mask that goes with a photo.

    Raises:
        DataError: There is none.
    """
    if not masks.is_dir():
        return masks
    from face2face.media.stills import list_images

    for path in list_images(masks):
        if path.stem == photo.stem:
            return path
    raise DataError(
        "each photo has a mask of the same name",
        f"none for {photo} in {masks}",
        "add it, or name one mask for all",
    )


def _read_mask(path: Path, photo: Image) -> NDArray[np.uint8]:
    """A mask brought to its photo's size, 255 where it is white.

    Raises:
        OptionError: It is all white.
    """
    import cv2

    from face2face.media.stills import read_image

    painted = read_image(path)
    lightness = cv2.transform(painted, np.full((1, 3), 1 / 3, np.float32)).reshape(
        painted.shape[:2]
    )
    mask = np.multiply(lightness > 127, 255, dtype=np.uint8)
    if mask.all():
        raise OptionError(
            "a mask is white where something shall be removed",
            f"{path}, all white",
            "leave the rest black",
        )
    if mask.shape != photo.shape[:2]:
        (height, width), (rows, columns) = mask.shape, photo.shape[:2]
        print(f"{path} is {width}x{height} pixels, the photo {columns}x{rows}: it was resized")
        mask = np.asarray(
            cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_NEAREST), np.uint8
        )
    return mask


def _finder(options: argparse.Namespace) -> Masker:
    """What finds blemishes in the skin of a photo's face."""
    from face2face.face.detector import Detector
    from face2face.inference.pretrained import load_parser
    from face2face.landmarks import interocular
    from face2face.segmentation.blemishes import crease_lines, detect_blemishes, skin_mask

    parse, detect = load_parser(options.parser), Detector()

    def found(path: Path, photo: Image) -> NDArray[np.uint8]:
        faces = detect(photo)
        if len(faces) < options.face:
            rule = f"--auto looks at face {options.face} of the photo"
            raise FaceError(rule, f"{len(faces)} in {path}", "name what to remove with --mask")
        landmarks = faces[options.face - 1]
        return detect_blemishes(
            photo,
            skin_mask(parse(photo, landmarks), landmarks),
            interocular(landmarks),
            options.strength,
            crease_lines(landmarks),
        )

    return found


def _write(source: Path, output: Path, picture: Image, photo: Image) -> None:
    """Writes a photo with the source's colour profile; one in which nothing was changed is the source's file."""
    from face2face.files import atomic_write
    from face2face.media.stills import colour_profile, write_image

    if source.suffix.lower() == output.suffix.lower() and (picture == photo).all():
        if source.resolve() != output.resolve():
            with atomic_write(output) as aside:
                shutil.copyfile(source, aside)
        return
    write_image(output, picture, colour_profile(source))


def _planned(options: argparse.Namespace) -> dict[Path, Path]:
    """Photo -> where it goes, for each of a folder."""
    from face2face.media.stills import list_images

    return {
        path: options.output / path.relative_to(options.photo)
        for path in list_images(options.photo)
    }


def _retouch_folder(options: argparse.Namespace) -> None:
    """All photos of a folder, on all cores; those that are there already stay."""
    import threading

    from tqdm import tqdm

    from face2face.data.parallel import in_parallel
    from face2face.files import ensure_writable_dir
    from face2face.inference.pretrained import load_retoucher
    from face2face.media.stills import read_image

    folder = ensure_writable_dir(options.output)
    planned = _planned(options)
    photos = list(planned)
    if not photos:
        raise DataError(
            "--photo names a photo, or a folder of photos",
            f"none in {options.photo}",
            "name another",
        )
    left = [path for path in photos if options.overwrite or not planned[path].is_file()]
    if len(left) < len(photos):
        print(f"{len(photos) - len(left)} of {len(photos)} photos are in {folder} already")
    own = threading.local()

    def retouched(path: Path) -> str:
        """What went wrong, if something did."""
        if not hasattr(own, "retoucher"):  # neither engines nor detectors can be shared by threads
            own.retoucher, own.masker = load_retoucher(options.model), _masker(options)
        try:
            photo = read_image(path)
            picture = own.retoucher(photo, own.masker(path, photo))
            planned[path].parent.mkdir(parents=True, exist_ok=True)
            _write(path, planned[path], picture, photo)
        except Face2FaceError as error:
            return f"{path.name}: {error}"
        return ""

    # A model that is missing is told of once, not for each photo.
    load_retoucher(options.model)
    faults = [
        told
        for told in tqdm(in_parallel(retouched, left), "photos", len(left), unit="photo")
        if told
    ]
    for told in faults:
        print(told)
    print(f"written: {len(left) - len(faults)} photos in {folder}")
