"""Evaluate a face parser on photos that it was not trained on."""

from __future__ import annotations

import argparse
import json
import sys
import time
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program
from face2face.commands.options import add_landmarks_argument
from face2face.commands.outputs import Outputs
from face2face.errors import OptionError

if TYPE_CHECKING:
    from face2face.image import Image
    from face2face.segmentation.labels import Labels

DESCRIPTION = """Compare a parser's maps with true ones on held-out photos: pixel accuracy,
intersection over union per class, milliseconds a photo. Draw contact sheets of photos that have
no map."""
READS, WRITES = ("photos", "labels", "model", "sheet_of"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--photos",
        type=Path,
        help="folder of photos; those that train_parser.py holds out are used",
    )
    parser.add_argument("--labels", type=Path, help="folder of their label maps")
    parser.add_argument(
        "--model", type=Path, help="folder of a parser (default: the pretrained one)"
    )
    parser.add_argument(
        "--sheet-of", type=Path, nargs="+", default=[], help="folders of photos for contact sheets"
    )
    parser.add_argument(
        "--sheet-count", type=positive, default=16, help="photos on each contact sheet"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("parsed"), help="folder for figures and contact sheets"
    )
    add_landmarks_argument(parser)


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the figures, if there are true maps, and one contact sheet per folder."""
    figures = [] if options.photos is None else [options.output / "parsing.json"]
    sheets = [options.output / f"sheet_{number}.png" for number in range(len(options.sheet_of))]
    return Outputs(figures + sheets)


def run(options: argparse.Namespace) -> None:
    """Evaluate, draw the contact sheets, and print the table."""
    from face2face.evaluation.parsing import sheet
    from face2face.files import ensure_writable_dir
    from face2face.media.stills import list_images, read_image, write_image
    from face2face.sample import evenly_spaced

    if (options.photos is None) != (options.labels is None):
        raise OptionError(
            "--photos and --labels go together; one of them is missing.", hint="Add the other."
        )
    folder = ensure_writable_dir(options.output)
    parse = _TimedParser(options.model, options.landmarks)
    if options.photos is not None:
        _measure(options, parse, folder / "parsing.json")
    for number, source in enumerate(options.sheet_of):
        paths = evenly_spaced(list_images(source), options.sheet_count)
        picture = sheet((read_image(path) for path in paths), parse)
        write_image(folder / f"sheet_{number}.png", picture)
    print(f"written: {folder}")


class _TimedParser:
    """A parser that records its time per photo, in seconds, without finding the face."""

    def __init__(self, model: Path | None, landmarks: str) -> None:
        from face2face.face.back_ends import make_detector
        from face2face.inference.pretrained import load_parser

        self._detect, self._parse = make_detector(landmarks), load_parser(model)
        self.seconds: list[float] = []

    def __call__(self, photo: Image) -> Labels:
        faces = self._detect(photo)
        began = time.perf_counter()
        labels = self._parse(photo, faces[0] if faces else None)
        self.seconds.append(time.perf_counter() - began)
        return labels


def _measure(options: argparse.Namespace, parse: _TimedParser, path: Path) -> None:
    """Compare the maps of held-out photos with true ones; print and write the figures."""
    import numpy as np
    from tqdm import tqdm

    from face2face.data.label_maps import held_out, pairs, read_labels
    from face2face.evaluation.parsing import Agreement
    from face2face.files import atomic_write
    from face2face.media.stills import read_image

    files = [each for each in pairs(options.photos, options.labels) if held_out(each.photo.stem)]
    agreements = [
        Agreement.of([(read_labels(each.labels), parse(read_image(each.photo)))])
        for each in tqdm(files, "photos", unit="photo")
    ]
    agreement = reduce(add, agreements)
    mean_of_photos = float(np.mean([each.mean_iou for each in agreements]))
    milliseconds = 1000 * float(np.median(parse.seconds))
    print(
        f"{len(files)} held-out photos: pixel accuracy {agreement.accuracy:.4f}, "
        f"mean IoU {agreement.mean_iou:.3f}\n"
        f"mean over photos of the mean IoU over a photo's classes: {mean_of_photos:.3f}\n"
        f"{milliseconds:.1f} ms a photo, without finding the face\n\n{agreement.table()}"
    )
    figures = {
        "photos": len(files),
        "accuracy": agreement.accuracy,
        "mean_iou": agreement.mean_iou,
        "mean_iou_of_a_photo": mean_of_photos,
        "milliseconds": milliseconds,
        "iou": agreement.ious,
    }
    with atomic_write(path) as aside:
        aside.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
