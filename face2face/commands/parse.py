"""``parse``: makes label maps of photos."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.commands.options import add_landmarks_argument
from face2face.commands.outputs import Outputs
from face2face.commands.photos import add_limit_argument
from face2face.errors import FaceError, MediaError, OptionError
from face2face.segmentation.labels import COLOURS

if TYPE_CHECKING:
    from face2face.image import Image, Landmarks
    from face2face.segmentation.labels import Labels

DESCRIPTION = """Find which part of a face each pixel of a photo shows. For each photo, write a
palette PNG of its size and name, in the 19 classes of CelebAMask-HQ. A photo in which no face is
found is parsed as a whole."""
READS, WRITES = ("photo", "model"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--photo", type=Path, help="photo, or folder of photos, to parse")
    parser.add_argument(
        "--output", type=Path, default=Path("labels"), help="folder for the label maps"
    )
    parser.add_argument(
        "--model", type=Path, help="folder of a parser (default: the pretrained one)"
    )
    add_limit_argument(parser)
    add_landmarks_argument(parser)
    parser.add_argument(
        "--landmarks-only",
        action="store_true",
        help="draw skin, brows, eyes, nose and lips from the landmarks, without a network",
    )
    parser.add_argument(
        "--list-classes",
        action="store_true",
        help="list the classes with their numbers and colours, then stop",
    )


def list_classes() -> str:
    """Return a line for each class: number, name and colour.

    >>> list_classes().splitlines()[13]
    '13  hair         #0000cc'
    """
    return "\n".join(
        f"{number:2}  {name:<12} #{red:02x}{green:02x}{blue:02x}"
        for number, (name, (red, green, blue)) in enumerate(COLOURS.items())
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """Return a label map for each photo."""
    return Outputs([_map_of(photo, options.output) for photo in _photos(options)], in_place=True)


def run(options: argparse.Namespace) -> int:
    """Parse the photos; return 1 where one of a folder fails."""
    if options.list_classes:
        print(list_classes())
        return 0
    if options.photo is None:
        raise OptionError("No photo is named.", hint="Add --photo with a photo or a folder.")

    from tqdm import tqdm

    from face2face.data.batch import Failures
    from face2face.data.label_maps import write_labels
    from face2face.face.back_ends import make_detector
    from face2face.files import ensure_writable_dir
    from face2face.media.stills import read_image

    photos = _photos(options)
    if not photos:
        raise MediaError(f"{options.photo} holds no photo.", hint="Name another folder.")
    folder = ensure_writable_dir(options.output)
    detect, parse = make_detector(options.landmarks), _parser(options)
    faceless = 0

    def write(path: Path) -> None:
        nonlocal faceless
        photo = read_image(path, options.max_megapixels)
        faces = detect(photo)
        write_labels(_map_of(path, folder), parse(path, photo, faces[0] if faces else None))
        faceless += not faces

    failures = Failures()
    if options.photo.is_dir():
        failures = Failures.in_folder(options.photo, [options.output])
        for path in tqdm(photos, "photos", unit="photo"):
            with failures.noted(path):
                write(path)
    else:
        write(options.photo)
    count = len(failures.succeeded(photos))
    missed = f"; no face was found in {faceless} of the photos" if faceless else ""
    print(f"written: {count} label map{'' if count == 1 else 's'} in {folder}{missed}")
    return failures.report(count)


def _parser(options: argparse.Namespace) -> Callable[[Path, Image, Landmarks | None], Labels]:
    """Return a function that makes the label map of a photo, given its path and landmarks."""
    from face2face.inference.pretrained import load_parser
    from face2face.segmentation.parser import labels_from_landmarks

    if not options.landmarks_only:
        parse = load_parser(options.model)
        return lambda path, photo, landmarks: parse(photo, landmarks)

    def from_landmarks(path: Path, photo: Image, landmarks: Landmarks | None) -> Labels:
        if landmarks is None:
            raise FaceError(
                f"{path} shows no face, which --landmarks-only needs.",
                hint="Leave --landmarks-only out, or name another photo.",
            )
        return labels_from_landmarks(landmarks, *photo.shape[:2])

    return from_landmarks


def _photos(options: argparse.Namespace) -> list[Path]:
    """Return the photos to parse; none without ``--photo``.

    Raises:
        DataError: Two photos of a folder would make one label map.
    """
    from face2face.data.batch import by_stem
    from face2face.media.stills import list_images

    if options.photo is None:
        return []
    if not options.photo.is_dir():
        return [options.photo]
    return list(by_stem(list_images(options.photo, [options.output])).values())


def _map_of(photo: Path, folder: Path) -> Path:
    """Return the file for a photo's label map."""
    return folder / f"{photo.stem}.png"
