"""``parse``: photos -> label maps."""

from __future__ import annotations

import argparse
from pathlib import Path

from face2face.commands.outputs import Outputs
from face2face.errors import FaceError, MediaError
from face2face.segmentation.labels import COLOURS

DESCRIPTION = """Says which part of a face each pixel of a photo is: writes a palette PNG for each photo, of the same size and name,
in CelebAMask-HQ's 19 classes. A photo in which no face is found is looked at as a whole."""
READS, WRITES = ("photo", "model"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--photo", type=Path, help="a photo, or a folder of photos")
    parser.add_argument(
        "--output", type=Path, default=Path("labels"), help="the folder in which the maps go"
    )
    parser.add_argument(
        "--model", type=Path, help="the folder of a parser (default: the one that is shipped)"
    )
    parser.add_argument(
        "--landmarks-only",
        action="store_true",
        help="draw skin, brows, eyes, nose and lips from dlib's landmarks, without a network",
    )
    parser.add_argument(
        "--list-classes",
        action="store_true",
        help="list the classes with their numbers and colours, and stop",
    )


def list_classes() -> str:
    """The classes, a line each: number, name, colour."""
    lines = enumerate(COLOURS.items())
    return "\n".join(
        f"{number:2}  {name:<12} #{red:02x}{green:02x}{blue:02x}"
        for number, (name, (red, green, blue)) in lines
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """A map for each photo."""
    return Outputs([_map_of(photo, options.output) for photo in _photos(options)], in_place=True)


def run(options: argparse.Namespace) -> None:
    """Parses, and says where the maps are."""
    if options.list_classes:
        print(list_classes())
        return
    if options.photo is None:
        raise MediaError("--photo names a photo or a folder of photos", "none", "add --photo PHOTO")
    from tqdm import tqdm

    from face2face.data.label_maps import write_labels
    from face2face.face.detector import Detector
    from face2face.files import ensure_writable_dir
    from face2face.inference.pretrained import load_parser
    from face2face.media.stills import read_image
    from face2face.segmentation.parser import labels_from_landmarks

    photos = _photos(options)
    if not photos:
        raise MediaError(
            "--photo names a photo or a folder of photos",
            f"no photo in {options.photo}",
            "name another folder",
        )
    folder = ensure_writable_dir(options.output)
    detect = Detector()
    parse = None if options.landmarks_only else load_parser(options.model)
    without = 0
    for path in tqdm(photos, "photos", unit="photo", disable=len(photos) == 1):
        photo = read_image(path)
        faces = detect(photo)
        without += not faces
        if parse is not None:
            labels = parse(photo, faces[0] if faces else None)
        elif faces:
            labels = labels_from_landmarks(faces[0], *photo.shape[:2])
        else:
            raise FaceError(
                "--landmarks-only needs a face",
                f"none found in {path}",
                "leave the option out, or name another photo",
            )
        write_labels(_map_of(path, folder), labels)
    print(
        f"written: {len(photos)} maps in {folder}"
        + (f"; in {without} photos no face was found" if without else "")
    )


def _photos(options: argparse.Namespace) -> list[Path]:
    """The photos that are parsed; none where none are named."""
    from face2face.media.stills import list_images

    if options.photo is None:
        return []
    return list_images(options.photo) if options.photo.is_dir() else [options.photo]


def _map_of(photo: Path, folder: Path) -> Path:
    """Where a photo's map goes."""
    return folder / f"{photo.stem}.png"
