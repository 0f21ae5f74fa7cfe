"""Compare several ways of training on one video."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.card import SIZES
from face2face.commands.console import number, positive, quiet, run_program
from face2face.commands.generate_train_data import pairs_in
from face2face.commands.outputs import Outputs, joined
from face2face.commands.train import run_in

if TYPE_CHECKING:
    from face2face.evaluation.compare import Result

DESCRIPTION = """Train each variant on the same pairs of one video for the same minutes, one after
another, and evaluate it on the held-out part. Write comparison.md, comparison.json,
comparison.png (SSIM and LPIPS against minutes) and a contact sheet per variant. Run again, it
continues."""
#: File of the figures and of each variant's curve.
_FIGURES = "comparison.json"
READS, WRITES = ("file",), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--file", type=Path, required=True, help="video of one person; its last tenth is held out"
    )
    parser.add_argument(
        "--minutes", type=number, default=10.0, help="training time of each variant in minutes"
    )
    parser.add_argument(
        "--variants",
        "--contestants",
        nargs="+",
        default=["warp", "light", "unet"],
        help="warp (no training), light (ours), unet (pix2pix's, sketch only), or "
        "name='options of train'",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("comparison"),
        help="folder for the pairs, the runs and the results",
    )
    parser.add_argument(
        "--num", type=positive, default=1000, help="frames, spread over the whole video"
    )
    parser.add_argument(
        "--size", type=int, choices=SIZES, default=256, help="width and height of a panel in pixels"
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the pairs, each variant's run, and the results; those of a comparison are replaced."""
    with quiet():
        from face2face.evaluation import compare

    folder, names = options.output, [compare.variant(each)[0] for each in options.variants]
    sheets = [f"{name}.png" for name in names]
    results = [folder / name for name in (_FIGURES, "comparison.md", "comparison.png", *sheets)]
    own = compare.holds_figures(folder / _FIGURES)
    return joined(
        [
            pairs_in(folder),
            *(run_in(folder / name) for name in names),
            Outputs(results, lambda path: own),
        ]
    )


def run(options: argparse.Namespace) -> None:
    """Train, evaluate, and print the table."""
    with quiet():
        from face2face.evaluation import compare, comparison_report
    from face2face.card import ModelCard
    from face2face.data.build_pairs import build_pairs
    from face2face.data.folders import DatasetConfig
    from face2face.edit.face_painter import FacePainter
    from face2face.evaluation.evaluator import Evaluator
    from face2face.evaluation.footage import held_out
    from face2face.files import ensure_writable_dir
    from face2face.inference.pretrained import load_parser
    from face2face.modes.reenact import Reenact

    variants = [compare.variant(each) for each in options.variants]
    folder = ensure_writable_dir(options.output)
    config = DatasetConfig(options.file, options.num, options.size)
    build_pairs(config, folder, Reenact.fit, load_parser(), FacePainter(), options.overwrite)
    pairs = folder / "combined"
    card = ModelCard.load(pairs)
    frames, evaluator = list(held_out(card, options.file)), Evaluator(card.landmarks)
    results: list[Result] = []
    extra = ("--overwrite",) if options.overwrite else ()
    for name, arguments in variants:
        print(f"{name}:", flush=True)
        results.append(
            compare.train_variant(
                name, (*arguments, *extra), pairs, options.minutes, folder / name, frames, evaluator
            )
        )
        print(comparison_report.table(results), flush=True)
    _write(results, folder)
    comparison_report.plot(results, folder / "comparison.png")
    comparison_report.write_sheets(results, folder)
    print(f"written: {folder / 'comparison.md'}, .json, .png, and a contact sheet per variant")


def _write(results: list[Result], folder: Path) -> None:
    from face2face.evaluation import comparison_report
    from face2face.files import atomic_write

    outcome = {each.name: {"figures": each.figures, "curve": each.curve} for each in results}
    # The figures come first: by them a later run recognises the other files as its own.
    with atomic_write(folder / _FIGURES) as aside:
        aside.write_text(json.dumps(outcome, indent=2) + "\n", encoding="utf-8")
    with atomic_write(folder / "comparison.md") as aside:
        aside.write_text(comparison_report.table(results) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
