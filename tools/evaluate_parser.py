"""``evaluate_parser``: a parser on photos that it never saw."""

from __future__ import annotations

import argparse
import json
import sys
import time
from functools import reduce
from operator import add
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program
from face2face.commands.outputs import Outputs

DESCRIPTION = """Compares a parser's maps with true ones on the photos that are held out by their names: pixel accuracy, intersection
over union of each class, milliseconds a photo; and draws a contact sheet of photos that have no map."""
READS, WRITES = ("photos", "labels", "model", "sheet_of"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "--photos",
        type=Path,
        help="a folder of photos, of which those are used that train_parser holds out",
    )
    parser.add_argument("--labels", type=Path, help="a folder of their label maps")
    parser.add_argument(
        "--model", type=Path, help="the folder of a parser (default: the one that is shipped)"
    )
    parser.add_argument(
        "--sheet-of",
        type=Path,
        nargs="+",
        default=[],
        help="folders of photos for the contact sheet",
    )
    parser.add_argument(
        "--sheet-count", type=positive, default=16, help="photos on it of each folder"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("parsed"),
        help="the folder in which figures and sheets go",
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """The figures, where there are true maps, and a sheet a folder."""
    figures = [] if options.photos is None else [options.output / "parsing.json"]
    return Outputs(
        figures
        + [options.output / f"sheet_{number}.png" for number in range(len(options.sheet_of))]
    )


def run(options: argparse.Namespace) -> None:
    """Measures, draws, and prints the table."""
    import numpy as np
    from tqdm import tqdm

    from face2face.data.label_maps import held_out, pairs, read_labels
    from face2face.errors import OptionError
    from face2face.evaluation.parsing import Agreement, sheet
    from face2face.face.detector import Detector
    from face2face.files import atomic_write, ensure_writable_dir
    from face2face.image import Image
    from face2face.inference.pretrained import load_parser
    from face2face.media.stills import list_images, read_image, write_image
    from face2face.sample import evenly_spaced
    from face2face.segmentation.labels import Labels

    if (options.photos is None) != (options.labels is None):
        raise OptionError("--photos and --labels go together", "one of them", "add the other")
    folder = ensure_writable_dir(options.output)
    detect, parser = Detector(), load_parser(options.model)
    taken: list[float] = []

    def parse(photo: Image) -> Labels:
        faces = detect(photo)
        began = time.perf_counter()
        labels = parser(photo, faces[0] if faces else None)
        taken.append(time.perf_counter() - began)
        return labels

    if options.photos is not None:
        files = [
            each for each in pairs(options.photos, options.labels) if held_out(each.photo.stem)
        ]
        maps = (
            (read_labels(each.labels), parse(read_image(each.photo)))
            for each in tqdm(files, "photos", unit="photo")
        )
        each_photo = [Agreement.of([pair]) for pair in maps]
        agreement = reduce(add, each_photo)
        of_a_photo = float(np.mean([each.mean_iou for each in each_photo]))
        milliseconds = 1000 * float(np.median(taken))
        print(
            f"{len(files)} photos held out: pixel accuracy {agreement.accuracy:.4f}, mean IoU {agreement.mean_iou:.3f}"
        )
        print(
            f"of each photo the mean IoU over the classes in it, and the mean of these: {of_a_photo:.3f}"
        )
        print(f"{milliseconds:.1f} ms a photo, finding the face not counted\n\n{agreement.table()}")
        figures = {
            "photos": len(files),
            "accuracy": agreement.accuracy,
            "mean_iou": agreement.mean_iou,
            "mean_iou_of_a_photo": of_a_photo,
        }
        with atomic_write(folder / "parsing.json") as aside:
            told = figures | {"milliseconds": milliseconds, "iou": agreement.ious}
            aside.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    for number, source in enumerate(options.sheet_of):
        photos = list_images(source)
        chosen = evenly_spaced(photos, options.sheet_count)
        write_image(
            folder / f"sheet_{number}.png", sheet((read_image(each) for each in chosen), parse)
        )
    print(f"written: {folder}")


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
