"""``freeze_model``: a generator -> one frozen graph."""

from __future__ import annotations

import argparse
from pathlib import Path

from face2face.commands.console import quiet

DESCRIPTION = "Writes frozen_model.pb, one self-contained graph, of a folder's reduced generator."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--model-folder", type=Path, required=True, help="what reduce_model wrote")


def run(options: argparse.Namespace) -> None:
    """Freezes it and says where it is."""
    with quiet():
        from face2face.graph.freeze import freeze

    print(f"written: {freeze(options.model_folder)}")
