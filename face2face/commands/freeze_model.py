"""``freeze_model``: a generator -> one frozen graph."""

from __future__ import annotations

import argparse
from pathlib import Path

from face2face.commands.console import quiet

DESCRIPTION = "Writes frozen_model.pb, one self-contained graph, of a folder's reduced generator."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--model-folder", type=Path, required=True, help="what reduce_model wrote")
    parser.add_argument(
        "--precision",
        choices=("auto", "f32", "bf16", "int8"),
        default="auto",
        help="in which it is run live; auto: the fastest here that keeps the picture (int8 needs face2face[int8])",
    )
    parser.add_argument("--input_dir", type=Path, help="the strips it was trained on, to see that, where the model brings no keyframes")


def run(options: argparse.Namespace) -> None:
    """Freezes it and says where it is."""
    with quiet():
        from face2face.graph.freeze import freeze
    from face2face.graph.precision import choose_precision, examples

    print(f"written: {freeze(options.model_folder)}")
    chosen = choose_precision(options.model_folder, options.precision, examples(options.model_folder, options.input_dir))
    print(f"runs in {chosen.precision}: {chosen.milliseconds:.1f} ms a picture, {chosen.difference:.2f} grey levels from float32")
