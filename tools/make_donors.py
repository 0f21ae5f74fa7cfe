"""Choose the faces that lend their parts to edited photos, and write them as one file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.card import PANEL_FILES
from face2face.commands.console import positive, run_program
from face2face.commands.options import add_held_out_argument
from face2face.commands.outputs import Outputs
from face2face.errors import DataError

DESCRIPTION = """Choose donors for the mode edit among the studies of make_semantic_data.py: faces
that differ from one another as much as possible. Their parts fill what an edited photo doesn't
show. Write donors.npz, and donors.txt with the names of their photos."""
READS, WRITES = ("studies", "held_out"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--studies", type=Path, required=True, help="output folder of make_semantic_data.py"
    )
    parser.add_argument("--count", type=positive, default=200, help="number of donors")
    parser.add_argument(
        "--only", nargs="+", default=["*"], help="patterns of the names that may be chosen"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("donors"), help="folder for the two files"
    )
    add_held_out_argument(parser)


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the donors and their names."""
    return Outputs([options.output / name for name in (PANEL_FILES["composed"], "donors.txt")])


def run(options: argparse.Namespace) -> int:
    """Choose and write the donors."""
    import numpy as np
    from tqdm import tqdm

    from face2face.data.donor_choice import choose_donors
    from face2face.data.label_maps import held_out_rule
    from face2face.data.semantic import SemanticSample, list_samples
    from face2face.files import atomic_write, ensure_writable_dir
    from face2face.segmentation.donors import Donors

    held_out = held_out_rule(options.held_out)
    paths = [
        path
        for path in list_samples(options.studies)
        if not held_out(path.stem) and any(path.match(f"{only}.npz") for only in options.only)
    ]
    if not paths:
        raise DataError(f"{options.studies} has no such studies.", hint="Name other patterns.")
    studies = tqdm(paths, "studies", unit="photo")
    chosen = [
        paths[each] for each in choose_donors(map(SemanticSample.load, studies), options.count)
    ]
    samples = [SemanticSample.load(path) for path in chosen]
    folder = ensure_writable_dir(options.output)
    Donors(
        np.stack([each.photo for each in samples]), np.stack([each.labels for each in samples])
    ).save(folder)
    with atomic_write(folder / "donors.txt") as aside:
        aside.write_text("".join(f"{path.stem}\n" for path in chosen), "utf-8")
    print(f"written: {len(chosen)} donors in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
