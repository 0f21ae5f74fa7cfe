"""``evaluate_blemishes``: blemishes drawn into photos, found and removed -> figures, a contact sheet."""

from __future__ import annotations

import argparse
import sys
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program, strength
from face2face.commands.outputs import Outputs

DESCRIPTION = """Draws two blemishes of each kind into the skin of photos' faces, and has them found and removed as retouch --auto does; the
photos as they are, too. Prints how many are found, what of that is right, what is left of them, and how much of clean skin is altered."""
READS, WRITES = ("photos", "model", "parser"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--photos", type=Path, required=True, help="a folder of photos of faces")
    parser.add_argument(
        "--all",
        action="store_true",
        help="take all of them (default: only those that no model of ours was trained on)",
    )
    parser.add_argument(
        "--model",
        type=Path,
        help="the folder of a model of mode inpaint (default: the one that is shipped)",
    )
    parser.add_argument(
        "--parser", type=Path, help="the folder of a parser (default: the one that is shipped)"
    )
    parser.add_argument(
        "--strength", type=strength, default=1.0, help="0 finds nothing, 2 what is faint too"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("blemishes"), help="where the sheet goes"
    )
    parser.add_argument("--rows", type=positive, default=6, help="of the sheet")


def outputs(options: argparse.Namespace) -> Outputs:
    """The sheet."""
    return Outputs([options.output / "blemishes.png"])


def run(options: argparse.Namespace) -> None:
    """Measures, draws, and prints the tables."""
    import cv2
    import numpy as np
    from tqdm import tqdm

    from face2face.data.label_maps import held_out
    from face2face.errors import DataError
    from face2face.evaluation.blemishes import Examined, examined, table
    from face2face.face.detector import Detector
    from face2face.files import ensure_writable_dir
    from face2face.inference.pretrained import load_parser, load_retoucher
    from face2face.media.stills import list_images, read_image, write_image
    from face2face.sample import evenly_spaced

    paths = [path for path in list_images(options.photos) if options.all or held_out(path.stem)]
    if not paths:
        which = "photos" if options.all else "photos that are held out by their names"
        raise DataError(
            f"--photos holds {which}",
            f"none in {options.photos}",
            "name another folder, or add --all",
        )
    folder = ensure_writable_dir(options.output)
    detect, parse, retouch = Detector(), load_parser(options.parser), load_retoucher(options.model)
    photos: list[Examined] = []
    for path in tqdm(paths, "photos", unit="photo"):
        photo = read_image(path)
        if faces := detect(photo):
            rng = np.random.default_rng(zlib.crc32(path.stem.encode()))
            photos.append(examined(photo, faces[0], parse, retouch, options.strength, rng))
    if not photos:
        raise DataError(
            "photos show faces", f"none that is found in {options.photos}", "name another folder"
        )
    print("\n".join([f"{len(photos)} photos with a face, of {len(paths)}", "", *table(photos)]))
    shown = [each.row for each in evenly_spaced(photos, options.rows)]
    width = min(row.shape[1] for row in shown)
    alike = [
        cv2.resize(
            row, (width, round(row.shape[0] * width / row.shape[1])), interpolation=cv2.INTER_AREA
        )
        for row in shown
    ]
    write_image(folder / "blemishes.png", np.concatenate(alike))
    print(
        f"written: {folder}; its sheet shows photos, retouched; with blemishes, what is found of them, retouched"
    )


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
