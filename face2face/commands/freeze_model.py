"""``freeze_model``: a generator -> one frozen graph."""

from __future__ import annotations

import argparse
from pathlib import Path

from face2face.commands.console import quiet
from face2face.commands.outputs import Outputs, joined
from face2face.inference.names import GRAPH, LEGACY_INPUT, OUTPUT, QUANTISED

DESCRIPTION = "Writes frozen_model.pb, one self-contained graph, of a folder's reduced generator."
READS, WRITES = ("input_dir",), ("model_folder",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--model-folder", type=Path, required=True, help="what reduce_model wrote")
    parser.add_argument(
        "--precision",
        choices=("auto", "f32", "bf16", "int8"),
        default="auto",
        help="in which it is run live; auto: the fastest here that keeps the picture (int8 needs face2face[int8])",
    )
    parser.add_argument(
        "--input_dir",
        type=Path,
        help="the strips it was trained on, to see that, where the model brings no keyframes",
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """The graphs and the card; those of an earlier run are replaced."""
    from face2face.card import FILE_NAME

    return joined(
        [
            Outputs([options.model_folder / FILE_NAME], lambda path: True),
            graphs_in(options.model_folder),
        ]
    )


def graphs_in(folder: Path) -> Outputs:
    """A model's frozen graph, in floating point and in whole numbers, known by the tensors that they name."""
    graph, quantised = folder / GRAPH, folder / QUANTISED
    weights = quantised.with_suffix(".bin")

    def expected(path: Path) -> bool:
        # Weights name nothing; they belong to the graph next to them.
        named = quantised if path == weights else path
        stored = named.read_bytes() if named.is_file() else b""
        # The predecessors' graphs have the same output; what they take has another name.
        return OUTPUT.encode() in stored and LEGACY_INPUT.encode() not in stored

    return Outputs([graph, quantised, weights], expected)


def run(options: argparse.Namespace) -> None:
    """Freezes it and says where it is."""
    with quiet():
        from face2face.export.freeze import freeze
    from face2face.export.precision import choose_precision, examples

    print(f"written: {freeze(options.model_folder)}")
    chosen = choose_precision(
        options.model_folder, options.precision, examples(options.model_folder, options.input_dir)
    )
    print(
        f"runs in {chosen.precision}: {chosen.milliseconds:.1f} ms a picture, {chosen.difference:.2f} grey levels from float32"
    )
