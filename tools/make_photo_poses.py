"""Make poses between several photos of one person, to prepare a target from them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program, whole
from face2face.commands.options import add_landmarks_argument, add_painter_argument
from face2face.commands.outputs import Outputs
from face2face.errors import FaceError

if TYPE_CHECKING:
    from face2face.image import Scene

DESCRIPTION = """Make poses between several photos of one person: the expression of each photo at
several strengths, with open and shut lids, and looks to the sides. The first photo by name shows
the neutral face; the others show expressions, from the same place and in the same light. Prepare a
target with generate_train_data.py --file FOLDER --crop center. The poses are synthetic."""
READS, WRITES = ("photos", "models"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--photos", metavar="DIR", type=Path, required=True, help="folder with the person's photos"
    )
    parser.add_argument(
        "--trim",
        type=whole,
        default=0,
        help="width of a frame around the photos that is left out, in pixels",
    )
    parser.add_argument("--num", type=positive, default=220, help="number of pictures to write")
    add_painter_argument(parser)
    parser.add_argument(
        "--output", type=Path, default=Path("poses"), help="folder for the pictures, PNG"
    )
    parser.add_argument("--seed", type=whole, default=0, help="seed of the poses")
    add_landmarks_argument(parser)


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the pictures."""
    return Outputs([options.output / f"{number:06d}.png" for number in range(options.num)])


def run(options: argparse.Namespace) -> int:
    """Write the pictures; return 0."""
    import numpy as np
    from tqdm import tqdm

    from face2face.data.photo_poses import poses_between, squares
    from face2face.edit.face_painter import FacePainter
    from face2face.files import ensure_writable_dir
    from face2face.media.stills import write_image

    photos = _photos(options)
    rng = np.random.default_rng(options.seed)
    side = min(min(each.photo.shape[:2]) for each in photos)
    poses = poses_between(photos, FacePainter(options.models), options.num, rng)
    paths = outputs(options).files
    ensure_writable_dir(options.output)
    for path, picture in zip(
        paths, tqdm(squares(poses, side, rng), "poses", len(paths)), strict=True
    ):
        write_image(path, picture)
    print(f"written: {len(paths)} pictures of {len(photos)} photos in {options.output}")
    return 0


def _photos(options: argparse.Namespace) -> list[Scene]:
    """Return the photos by name, with the landmarks of the face in each.

    Raises:
        FaceError: A photo doesn't show exactly one face, or there are fewer than two photos.
    """
    from face2face.face.back_ends import make_detector
    from face2face.image import Scene
    from face2face.media.stills import list_images, read_image

    detector, photos = make_detector(options.landmarks), []
    for path in list_images(options.photos):
        photo = read_image(path)
        height, width = photo.shape[:2]
        photo = photo[options.trim : height - options.trim, options.trim : width - options.trim]
        faces = detector(photo)
        if len(faces) != 1:
            raise FaceError(f"{path} shows {len(faces)} faces.", hint="Leave it out of the folder.")
        photos.append(Scene(photo, faces[0]))
    if len(photos) < 2:
        raise FaceError(f"{options.photos} holds fewer than two photos.", hint="Add more.")
    return photos


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
