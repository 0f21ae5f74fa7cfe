"""Evaluate the detection and removal of blemishes that are drawn into photos."""

from __future__ import annotations

import argparse
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program, strength
from face2face.commands.options import add_landmarks_argument
from face2face.commands.outputs import Outputs
from face2face.errors import DataError

if TYPE_CHECKING:
    from face2face.evaluation.blemishes import BlemishScore
    from face2face.image import Image

DESCRIPTION = """Draw two blemishes of each kind into the skin of faces, and detect and remove
them as retouch --auto does. Do the same with the photos as they are. Print the share that is
found, the precision, the difference that is left, and the change of clean skin."""
READS, WRITES = ("photos", "model", "parser"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--photos", type=Path, required=True, help="folder of photos of faces")
    parser.add_argument(
        "--all",
        action="store_true",
        help="use all photos; without it only those that no pretrained model was trained on",
    )
    parser.add_argument(
        "--model", type=Path, help="folder of a model of mode inpaint (default: the pretrained one)"
    )
    parser.add_argument(
        "--parser", type=Path, help="folder of a parser (default: the pretrained one)"
    )
    parser.add_argument(
        "--strength",
        type=strength,
        default=1.0,
        help="strength of the detection, 0 (nothing) to 2 (faint ones too)",
    )
    parser.add_argument(
        "--output", type=Path, default=Path("blemishes"), help="folder for the contact sheet"
    )
    parser.add_argument("--rows", type=positive, default=6, help="rows of the contact sheet")
    add_landmarks_argument(parser)


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the contact sheet."""
    return Outputs([options.output / "blemishes.png"])


def run(options: argparse.Namespace) -> int:
    """Evaluate, draw the contact sheet, and print the tables."""
    import numpy as np
    from tqdm import tqdm

    from face2face.data.batch import Failures
    from face2face.data.label_maps import held_out
    from face2face.evaluation.blemishes import blemish_score, table
    from face2face.face.back_ends import make_detector
    from face2face.files import ensure_writable_dir
    from face2face.inference.pretrained import load_parser, load_retoucher
    from face2face.media.stills import list_images, read_image, write_image
    from face2face.sample import evenly_spaced

    paths = [path for path in list_images(options.photos) if options.all or held_out(path.stem)]
    if not paths:
        raise DataError(
            f"There are no {'' if options.all else 'held-out '}photos in {options.photos}.",
            hint="Name another folder." if options.all else "Name another folder, or add --all.",
        )
    folder = ensure_writable_dir(options.output)
    detect, parse, retouch = (
        make_detector(options.landmarks),
        load_parser(options.parser),
        load_retoucher(options.model),
    )
    scores: list[BlemishScore] = []
    failures = Failures()
    for path in tqdm(paths, "photos", unit="photo"):
        with failures.noted(path):
            photo = read_image(path)
            if faces := detect(photo):
                rng = np.random.default_rng(zlib.crc32(path.stem.encode()))
                scores.append(blemish_score(photo, faces[0], parse, retouch, options.strength, rng))
    if not scores:
        raise DataError(
            f"There is no face in the photos of {options.photos}.", hint="Name another folder."
        )
    print("\n".join([f"{len(scores)} photos with a face, of {len(paths)}", "", *table(scores)]))
    rows = [each.row for each in evenly_spaced(scores, options.rows)]
    write_image(folder / "blemishes.png", np.concatenate(_same_width(rows)))
    print(
        f"written: {folder}; its sheet shows: photo, retouched; with blemishes, detected, retouched"
    )
    return failures.report(len(failures.succeeded(paths)))


def _same_width(rows: list[Image]) -> list[Image]:
    """Return rows scaled to the width of the narrowest."""
    import cv2

    width = min(row.shape[1] for row in rows)
    sizes = [(width, round(row.shape[0] * width / row.shape[1])) for row in rows]
    return [
        cv2.resize(row, size, interpolation=cv2.INTER_AREA)
        for row, size in zip(rows, sizes, strict=True)
    ]


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
