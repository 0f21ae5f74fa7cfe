"""``compare_training``: several ways of training, side by side on one video."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.card import SIZES
from face2face.commands.console import number, positive, quiet, run_program
from face2face.commands.generate_train_data import pairs_in
from face2face.commands.outputs import Outputs, joined
from face2face.commands.train import run_in

DESCRIPTION = """Gives each contestant the same pairs of one video and the same minutes on this machine, one after another, and evaluates
each on the part that was held out: comparison.md, comparison.json, comparison.png (SSIM and LPIPS against minutes) and a
contact sheet each. Run again, it goes on where it stopped."""
#: The figures, and each contestant's curve.
_FIGURES = "comparison.json"
READS, WRITES = ("file",), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "--file", type=Path, required=True, help="a video of one person; its last tenth is held out"
    )
    parser.add_argument("--minutes", type=number, default=10.0, help="training time of each")
    parser.add_argument(
        "--contestants",
        nargs="+",
        default=["warp", "light", "unet"],
        help="warp (no training), light (ours), unet (the paper's, sketch only), or name='options of train'",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("comparison"),
        help="where the pairs, the runs and the results go",
    )
    parser.add_argument(
        "--num", type=positive, default=1000, help="frames wanted, spread over the whole video"
    )
    parser.add_argument(
        "--size", type=int, choices=SIZES, default=256, help="width and height of a panel in pixels"
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """The pairs, each contestant's run, and the results; an earlier comparison's are replaced."""
    with quiet():
        from face2face.evaluation import compare

    folder, names = options.output, [compare.variant(each)[0] for each in options.contestants]
    results = [
        folder / name
        for name in (
            _FIGURES,
            "comparison.md",
            "comparison.png",
            *(f"{name}.png" for name in names),
        )
    ]
    own = compare.holds_figures(folder / _FIGURES)
    return joined(
        [
            pairs_in(folder),
            *(run_in(folder / name) for name in names),
            Outputs(results, lambda path: own),
        ]
    )


def run(options: argparse.Namespace) -> None:
    """Trains, evaluates, and prints the table."""
    with quiet():
        from face2face.evaluation import compare
    from face2face.card import ModelCard
    from face2face.data.build_pairs import build_pairs
    from face2face.data.folders import DatasetConfig
    from face2face.evaluation.reenactment import Evaluator, held_out
    from face2face.files import atomic_write, ensure_writable_dir
    from face2face.modes.reenact import Reenact

    contestants = [compare.variant(each) for each in options.contestants]
    folder = ensure_writable_dir(options.output)
    build_pairs(
        DatasetConfig(options.file, options.num, options.size),
        folder,
        Reenact.fit,
        options.overwrite,
    )
    pairs = folder / "combined"
    frames = list(held_out(ModelCard.load(pairs), options.file))
    judge = Evaluator()
    results = []
    allowed = ("--overwrite",) if options.overwrite else ()
    for name, arguments in contestants:
        print(f"{name}:", flush=True)
        results.append(
            compare.train_variant(
                name, (*arguments, *allowed), pairs, options.minutes, folder / name, frames, judge
            )
        )
        table = compare.table(results)
        print(table, flush=True)
    outcome = {
        result.name: {"figures": result.figures, "curve": result.curve} for result in results
    }
    # First, since by it the other files are known for the comparison's own.
    with atomic_write(folder / _FIGURES) as aside:
        aside.write_text(json.dumps(outcome, indent=2) + "\n", encoding="utf-8")
    with atomic_write(folder / "comparison.md") as aside:
        aside.write_text(table + "\n", encoding="utf-8")
    compare.plot(results, folder / "comparison.png")
    compare.write_sheets(results, folder)
    print(f"written: {folder / 'comparison.md'}, .json, .png, and a contact sheet each")


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
