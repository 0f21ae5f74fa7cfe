"""Evaluate inpainting models and OpenCV's methods on faces they were not trained on."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program
from face2face.commands.options import add_landmarks_argument
from face2face.commands.outputs import Outputs
from face2face.errors import DataError

if TYPE_CHECKING:
    from face2face.evaluation.inpainting import Inpainter, InpaintingScore

DESCRIPTION = """Fill in the holes of the pairs that make_inpaint_data.py held out, with models of
mode inpaint and with OpenCV's two methods. Print the difference from the photo inside the holes,
by their size, and draw a contact sheet."""
READS, WRITES = ("input_dir", "model"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--input_dir",
        type=Path,
        default=Path("inpaint"),
        help="folder that make_inpaint_data.py wrote",
    )
    parser.add_argument(
        "--model",
        type=Path,
        nargs="+",
        default=[],
        help="folders of inpainting models (default: the pretrained one)",
    )
    parser.add_argument(
        "--output", type=Path, default=Path("mended"), help="folder for mended.json and mended.png"
    )
    parser.add_argument(
        "--count", type=positive, default=200, help="pairs, spread over those held out"
    )
    parser.add_argument("--rows", type=positive, default=8, help="rows of the contact sheet")
    add_landmarks_argument(parser)


def outputs(options: argparse.Namespace) -> Outputs:
    """Return figures and contact sheet."""
    return Outputs([options.output / "mended.json", options.output / "mended.png"])


def run(options: argparse.Namespace) -> None:
    """Evaluate, draw the contact sheet, and print the tables."""
    import numpy as np
    from tqdm import tqdm

    from face2face.data.pairs import read_strip
    from face2face.evaluation.inpainting import inpainting_score, table
    from face2face.evaluation.metrics import distance_from, lpips
    from face2face.face.back_ends import make_detector
    from face2face.face.identity import Identity
    from face2face.files import ensure_writable_dir
    from face2face.image import side_by_side
    from face2face.media.stills import write_image
    from face2face.sample import evenly_spaced

    paths = _pairs(options)
    folder = ensure_writable_dir(options.output)
    methods = _methods(options.model)
    detect, identify, perceived = (
        make_detector(options.landmarks, ensemble_size=2),
        Identity(),
        lpips(),
    )
    scores: dict[str, list[InpaintingScore]] = {name: [] for name in methods}
    rows = []
    for path in tqdm(paths, "pairs", unit="pair"):
        holes, mask, photo = read_strip(path, 3)
        faces = detect(photo)
        distance = distance_from(photo, faces[0], identify) if faces else None
        for name, inpaint in methods.items():
            score = inpainting_score(photo, mask[..., 0], inpaint, distance, perceived)
            scores[name].append(score)
        rows.append(side_by_side([holes, *(each[-1].picture for each in scores.values()), photo]))
    count = sum(len(each.scores) for each in scores["Telea"])
    print("\n".join([f"{len(paths)} held-out pairs, {count} holes", "", *table(scores)]))
    _write(scores, folder / "mended.json")
    write_image(folder / "mended.png", np.concatenate(evenly_spaced(rows, options.rows)))
    print(f"written: {folder}; its sheet shows: the holes, {', '.join(methods)}, the photo")


def _pairs(options: argparse.Namespace) -> list[Path]:
    """Return the files of the held-out pairs."""
    from face2face.data.pairs import VAL, list_strips, read_card
    from face2face.modes.inpaint import PANELS
    from face2face.sample import evenly_spaced

    card = read_card(options.input_dir)
    paths = list_strips(options.input_dir, VAL)
    if card.panels != PANELS or not paths:
        raise DataError(
            f"There are no held-out pairs of mode inpaint in {options.input_dir}.",
            hint="See make_inpaint_data.py.",
        )
    return evenly_spaced(paths, options.count)


def _methods(models: list[Path]) -> dict[str, Inpainter]:
    """Return OpenCV's methods and the models, each alone and, if it can be, with retouching."""
    from face2face.card import ModelCard
    from face2face.evaluation.inpainting import CLASSICAL
    from face2face.image import Scene
    from face2face.inference.models import pretrained
    from face2face.inference.pretrained import load_painter, load_retoucher
    from face2face.modes.inpaint import PANELS

    def network_alone(model: Path) -> Inpainter:
        paint = load_painter(model, "inpaint")
        return lambda photo, mask: paint(Scene(photo, mask=mask))

    methods: dict[str, Inpainter] = dict(CLASSICAL)
    for model in models or [pretrained("inpaint")]:
        methods[str(model)] = network_alone(model)
        if ModelCard.load(model).panels == PANELS:
            methods[f"{model}, retouched"] = load_retoucher(model)
    return methods


def _write(scores: dict[str, list[InpaintingScore]], path: Path) -> None:
    from face2face.files import atomic_write

    figures = {
        name: {
            "lpips": [each.lpips for each in pictures],
            "identity": [each.identity for each in pictures],
            "holes": [vars(hole) for each in pictures for hole in each.scores],
        }
        for name, pictures in scores.items()
    }
    with atomic_write(path) as aside:
        aside.write_text(json.dumps(figures) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
