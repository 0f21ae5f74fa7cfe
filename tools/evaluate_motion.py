"""Measure how every driver's motion arrives at every target."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program
from face2face.commands.outputs import Outputs
from face2face.errors import DataError, OptionError

if TYPE_CHECKING:
    from face2face.evaluation.evaluator import Evaluator
    from face2face.evaluation.motion_pairs import MeasuredDriver, PairScore

DESCRIPTION = """Drive every target by every driver, and measure with the landmark back end that is
not driving. Write motion.md and motion.json, and for each pair a clip of the target alone and a
sheet: the driver's most extreme frames above, the results below. Run again, it continues."""
#: File of the figures; by it a later run recognises the other files as its own.
_FIGURES = "motion.json"
#: Sets of pairs: those that are driven here, and those of --clips.
_NOW, _BEFORE = "now", "before"
READS, WRITES = ("drivers", "models", "clips"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--drivers", type=Path, nargs="+", required=True, help="videos of the people who drive"
    )
    parser.add_argument(
        "--models",
        nargs="+",
        required=True,
        help="folders of models, or name=folder; of pairs without a model, the warped keyframes",
    )
    parser.add_argument(
        "--clips",
        type=Path,
        help="also score the clips DRIVER-MODEL.mp4 in this folder, which another version made "
        "with run_webcam.py --compose target --no-mark",
    )
    parser.add_argument(
        "--landmarks",
        choices=("dlib", "mesh"),
        help="back end that drives (default: that of each model's pairs)",
    )
    parser.add_argument("--every", type=positive, default=1, help="measure every n-th frame")
    parser.add_argument(
        "--output", type=Path, default=Path("motion"), help="folder for the results"
    )


def inputs(options: argparse.Namespace) -> list[Path]:
    """Return the drivers, the models and the clips."""
    return [
        *options.drivers,
        *_models(options).values(),
        *([options.clips] if options.clips else []),
    ]


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the table, the clips and the sheets; those of an earlier run are replaced."""
    folder = options.output
    pairs = [f"{each.stem}-{name}" for each in options.drivers for name in _models(options)]
    sets = [_NOW, *([_BEFORE] if options.clips else [])]
    files = [folder / _FIGURES, folder / "motion.md"]
    files += [folder / "clips" / f"{pair}.mp4" for pair in pairs]
    files += [
        folder / kind / f"{pair}.{suffix}"
        for kind in sets
        for pair in pairs
        for suffix in ("json", "png")
    ]
    own = _holds_figures(folder / _FIGURES)
    return Outputs(files, lambda path: own)


def run(options: argparse.Namespace) -> None:
    """Drive, measure, and write the tables after each driver."""
    from face2face.files import ensure_writable_dir

    ensure_writable_dir(options.output)
    sets = [_NOW, *([_BEFORE] if options.clips else [])]
    scores: dict[str, list[PairScore]] = {kind: [] for kind in sets}
    if not _holds_figures(options.output / _FIGURES):
        _write(scores, options.output)
    for kind, score in _scores(options, sets):
        scores[kind].append(score)
        _write(scores, options.output)
        print(f"{kind}: {score.driver} on {score.target}, {score.frames} frames", flush=True)
    print((options.output / "motion.md").read_text(encoding="utf-8"))
    print(f"written: {options.output / 'motion.md'} and .json, clips and sheets")


def _scores(options: argparse.Namespace, sets: list[str]) -> Iterator[tuple[str, PairScore]]:
    """Yield the score of each pair; that of an earlier run is read."""
    from face2face.evaluation.evaluator import Evaluator

    evaluators: dict[str, Evaluator] = {}
    for path in options.drivers:
        drivers: dict[str, MeasuredDriver] = {}
        for name, folder in _models(options).items():
            files = {kind: options.output / kind / f"{path.stem}-{name}.json" for kind in sets}
            if missing := [kind for kind, file in files.items() if not file.is_file()]:
                back_end = options.landmarks or _back_end(folder)
                if back_end not in evaluators:
                    evaluators[back_end] = Evaluator(back_end)
                evaluator = evaluators[back_end]
                if back_end not in drivers:
                    drivers[back_end] = _measured(path, evaluator, options.every)
                for kind in missing:
                    _score_pair(options, kind, drivers[back_end], (name, folder), evaluator)
            for kind, file in files.items():
                yield kind, _read(file)


def _score_pair(
    options: argparse.Namespace,
    kind: str,
    driver: MeasuredDriver,
    model: tuple[str, Path],
    evaluator: Evaluator,
) -> None:
    """Make the clip of a pair unless it was made elsewhere; write its sheet, then its figures."""
    from face2face.config import save_json
    from face2face.evaluation.motion_pairs import drive_clip, score_clip, target_identity
    from face2face.evaluation.motion_sheet import sheet
    from face2face.files import ensure_writable_dir
    from face2face.live.model import load_model
    from face2face.media.stills import write_image

    name, folder = model
    loaded = load_model(folder)
    if loaded.mode.bank is None:
        raise OptionError(f"{folder} has no keyframes.", hint="Name a model trained on pairs.")
    pair = f"{driver.path.stem}-{name}"
    into, fades = ensure_writable_dir(options.output / kind), None
    if kind == _NOW:
        clip = options.output / "clips" / f"{pair}.mp4"
        fades = drive_clip(loaded, driver.path, clip, evaluator)
    else:
        clip = options.clips / f"{pair}.mp4"
    identity = target_identity(loaded.mode.bank, evaluator)
    score, series = score_clip(clip, driver, name, identity, fades, evaluator)
    write_image(into / f"{pair}.png", sheet(driver, clip, series))
    save_json(into / f"{pair}.json", score)


def _models(options: argparse.Namespace) -> dict[str, Path]:
    """Return name -> folder of each model.

    Raises:
        OptionError: Two have one name.
    """
    found: dict[str, Path] = {}
    for text in options.models:
        name, equals, path = text.partition("=")
        folder = Path(path if equals else text)
        name = name if equals else folder.resolve().name
        if name in found:
            raise OptionError(f"Two models are called {name}.", hint="Write name=folder.")
        found[name] = folder
    return found


def _back_end(folder: Path) -> str:
    """Return the back end that made a model's pairs."""
    from face2face.card import ModelCard
    from face2face.inference.models import find_graph

    path = folder if folder.is_dir() else find_graph(folder).parent
    return ModelCard.load(path).landmarks


def _measured(path: Path, evaluator: Evaluator, every: int) -> MeasuredDriver:
    from face2face.evaluation.motion_pairs import MeasuredDriver

    return MeasuredDriver.of(path, evaluator, every)


def _read(file: Path) -> PairScore:
    from face2face.config import load_json
    from face2face.evaluation.motion_pairs import PairScore

    return load_json(PairScore, file, DataError, "Delete it, and run again.")


def _write(scores: dict[str, list[PairScore]], folder: Path) -> None:
    """Write the pairs that are known so far."""
    from face2face.evaluation.motion_table import agreement_table, table
    from face2face.files import atomic_write

    values = {kind: [asdict(each) for each in found] for kind, found in scores.items()}
    with atomic_write(folder / _FIGURES) as aside:
        aside.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    parts = [f"## {kind}\n\n{table(found)}" for kind, found in scores.items() if found]
    if scores[_NOW]:
        parts.append(f"## Agreement of both back ends\n\n{agreement_table(scores[_NOW])}")
    with atomic_write(folder / "motion.md") as aside:
        aside.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _holds_figures(path: Path) -> bool:
    """Return whether a file is the ``motion.json`` of a run."""
    from face2face.config import read_json

    try:
        stored = read_json(path, DataError)
    except DataError:
        return False
    return isinstance(stored, dict) and _NOW in stored


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
