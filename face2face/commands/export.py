"""``export``: write the frozen graph of a training run."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import is_zipfile

from face2face.card import BEST, FILE_NAME, PANEL_FILES, ModelCard
from face2face.commands.console import quiet
from face2face.commands.outputs import Outputs, joined
from face2face.errors import ModelError
from face2face.inference.names import GRAPH, LEGACY_INPUT, OUTPUT, QUANTISED, REDUCED

if TYPE_CHECKING:
    from face2face.export.precision import PrecisionResult

DESCRIPTION = """Write frozen_model.pb, the self-contained graph of a training run's best epoch.
Training does this at its end; use export after an interrupted or copied run."""
READS, WRITES = ("model", "input_dir"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--model", type=Path, default=Path("face2face-model"), help="folder of a training run"
    )
    parser.add_argument(
        "--output", type=Path, help="folder for the model (default: the run's own folder)"
    )
    add_precision(parser)
    parser.add_argument(
        "--input-dir",
        type=Path,
        help="training pairs of the run; needed to choose a precision without keyframes",
    )


def add_precision(parser: argparse.ArgumentParser) -> None:
    """Add ``--precision``."""
    parser.add_argument(
        "--precision",
        choices=("auto", "f32", "bf16", "int8"),
        default="auto",
        help="number format of the live program; auto is the fastest here that keeps the "
        "picture; int8 needs face2face[int8]",
    )


def inputs(options: argparse.Namespace) -> list[Path]:
    """Return the files that are read and must stay; a run's own card is changed in place."""
    read = run_files(options.model)
    if options.output is None or options.output.resolve() == options.model.resolve():
        read.remove(options.model / FILE_NAME)
    return read + ([options.input_dir] if options.input_dir else [])


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the generator, the graphs and the card."""
    folder = options.output or options.model
    return joined([generator_in(options.model, folder), card_and_graphs_in(folder)])


def run(options: argparse.Namespace) -> None:
    """Export, and report the files."""
    folder = options.output or options.model
    chosen = export(options.model, folder, options.precision, options.input_dir)
    print(f"written: {folder / GRAPH}\n{describe(chosen)}")


def export(run: Path, folder: Path, precision: str, strips: Path | None) -> PrecisionResult:
    """Strip the generator of a run, freeze it and choose its precision.

    Args:
        run: Folder of the training run.
        folder: Folder for the model.
        precision: One of ``auto``, ``f32``, ``bf16`` and ``int8``.
        strips: Folder of the training pairs, or None.

    Returns:
        The precision in which the model runs here.

    Raises:
        ModelError: The run has no finished epoch, or a file of it is damaged.
        OptionError: ``int8`` is requested without NNCF.
    """
    with quiet():
        from face2face.export.freeze import freeze
        from face2face.export.reduce import strip_for_inference
    from face2face.export.precision import choose_precision, examples

    strip_for_inference(run, folder)
    freeze(folder)
    return choose_precision(folder, precision, examples(folder, strips))


def describe(chosen: PrecisionResult) -> str:
    """Return one line on a chosen precision; its time only where it was measured."""
    words = f"precision: {chosen.precision}"
    if chosen.milliseconds:
        words += f", {chosen.milliseconds:.1f} ms a picture"
    if chosen.precision != "f32":
        words += f", {chosen.difference:.2f} grey levels from f32 on average"
    return words


def run_files(run: Path) -> list[Path]:
    """Return the files of a training run from which a model is exported."""
    return [run / name for name in (BEST, FILE_NAME, *PANEL_FILES.values())]


def generator_in(run: Path, folder: Path) -> Outputs:
    """Return the stripped generator; in another folder than the run's also card and panels' files.

    Files of the same model are replaced.
    """
    if folder.resolve() == run.resolve():
        return Outputs([folder / REDUCED], is_zipfile)
    names = (FILE_NAME, *PANEL_FILES.values())
    copied = [folder / name for name in names if (run / name).is_file()]
    return Outputs([folder / REDUCED, *copied], lambda path: _same_model(run, folder))


def card_and_graphs_in(folder: Path) -> Outputs:
    """Return the card, which is changed in place, and the graphs of an earlier export."""
    return joined([Outputs([folder / FILE_NAME], lambda path: True), graphs_in(folder)])


def graphs_in(folder: Path) -> Outputs:
    """Return a model's frozen graphs, recognised by the tensors that they name."""
    graph, quantised = folder / GRAPH, folder / QUANTISED
    weights = quantised.with_suffix(".bin")

    def expected(path: Path) -> bool:
        # The weights name no tensor; they belong to the graph next to them.
        named = quantised if path == weights else path
        stored = named.read_bytes() if named.is_file() else b""
        # The predecessors' graphs have the same output and an input of another name.
        return OUTPUT.encode() in stored and LEGACY_INPUT.encode() not in stored

    return Outputs([graph, quantised, weights], expected)


def _same_model(run: Path, folder: Path) -> bool:
    """Return whether both cards describe one model; freezing sets the precision."""
    try:
        mine, theirs = ModelCard.load(run), ModelCard.load(folder)
    except ModelError:
        return False
    return replace(theirs, precision=mine.precision) == mine
