"""Erase parts of faces that no model was trained on, and measure what is painted there."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program
from face2face.commands.options import add_held_out_argument, add_landmarks_argument
from face2face.commands.outputs import Outputs
from face2face.errors import DataError

if TYPE_CHECKING:
    from face2face.edit.editor import Editor
    from face2face.evaluation.edits import Subject
    from face2face.evaluation.erasing import ErasedScore, Measures, Method
    from face2face.evaluation.holes import Hole

DESCRIPTION = """Erase parts of the faces in held-out photos, one at a time, and let several methods
paint them again. The editor paints the regions of a class (hair, brows, ...) from the photo's own
label map; the inpainting model completes a tenth, a quarter or half of the face. OpenCV's two
methods and PatchMatch fill the same parts. Print how far each result is from the photo, and draw
contact sheets."""
#: The holes, in the order of the table. They are the names in evaluation.holes, whose import
#: would make the help slow.
HOLES = (
    *("hair", "brows", "eyes", "nose", "mouth", "glasses", "clothes"),
    *("tenth", "quarter", "half"),
)
#: Width of a picture on a contact sheet, in pixels.
_SHEET_WIDTH = 192
READS, WRITES = ("photos", "model", "inpaint", "parser", "held_out"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--photos", type=Path, nargs="+", required=True, help="folders of photos")
    parser.add_argument(
        "--holes", choices=HOLES, nargs="+", default=HOLES, help="parts to erase (default: all)"
    )
    parser.add_argument(
        "--count", type=positive, default=30, help="photos for each part, spread over all"
    )
    parser.add_argument(
        "--model", type=Path, help="folder of an edit model (default: the pretrained one)"
    )
    parser.add_argument(
        "--inpaint", type=Path, help="folder of an inpainting model (default: the pretrained one)"
    )
    parser.add_argument(
        "--parser", type=Path, help="folder of a parser (default: the pretrained one)"
    )
    add_held_out_argument(parser)
    parser.add_argument("--rows", type=positive, default=8, help="rows of each contact sheet")
    parser.add_argument(
        "--output", type=Path, default=Path("erased"), help="folder for figures and contact sheets"
    )
    add_landmarks_argument(parser)


def outputs(options: argparse.Namespace) -> Outputs:
    """Return figures and contact sheets."""
    names = ("erased.json", *(f"{hole}.png" for hole in options.holes))
    return Outputs([options.output / name for name in names])


def run(options: argparse.Namespace) -> int:
    """Evaluate, draw the contact sheets, and print the table."""
    from tqdm import tqdm

    from face2face.data.batch import Failures
    from face2face.data.label_maps import held_out_photos
    from face2face.edit.editor import Editor
    from face2face.evaluation.edits import read_subjects
    from face2face.evaluation.erasing import Measures, table
    from face2face.evaluation.metrics import lpips, lpips_inside
    from face2face.face.back_ends import make_detector
    from face2face.face.identity import Identity
    from face2face.files import atomic_write, ensure_writable_dir
    from face2face.inference.pretrained import load_edit, load_parser

    paths, failures = held_out_photos(options.photos, options.held_out), Failures()
    folder = ensure_writable_dir(options.output)
    editor = Editor(load_parser(options.parser), *load_edit(options.model))
    detect = make_detector(options.landmarks)
    subjects = read_subjects(
        tqdm(paths.values(), "photos", unit="photo"), editor.parser, detect, failures
    )
    measures = Measures(lpips(), lpips_inside(), Identity())
    scores: list[ErasedScore] = []
    for name in options.holes:
        scores += _scores(options, name, subjects, editor, measures)
    if not scores:
        raise DataError(
            f"None of the {len(paths)} held-out photos shows such a part.",
            hint="Name other folders or --holes.",
        )
    print("\n".join([f"{len(subjects)} held-out photos", "", *table(scores)]))
    with atomic_write(folder / "erased.json") as aside:
        aside.write_text(json.dumps([asdict(each) for each in scores], indent=1) + "\n", "utf-8")
    print(f"written: {folder}")
    return failures.report(len(subjects))


def _scores(
    options: argparse.Namespace,
    name: str,
    subjects: list[Subject],
    editor: Editor,
    measures: Measures,
) -> list[ErasedScore]:
    """Return the scores of one part in some of the photos that show it; draw its sheet."""
    import numpy as np
    from tqdm import tqdm

    from face2face.evaluation.erasing import erased_scores, sheet_row
    from face2face.media.stills import write_image
    from face2face.sample import evenly_spaced

    find, methods = _part(options, name, editor)
    found = [(subject, hole) for subject in subjects if (hole := find(subject))]
    if not found:
        return []
    scores, rows = [], []
    for subject, hole in tqdm(evenly_spaced(found, options.count), name, unit="photo"):
        results = list(erased_scores(subject, hole, methods, measures))
        scores += [score for score, _ in results]
        notes = {f"{each.method} {each.lpips_inside:.2f}": picture for each, picture in results}
        rows.append(sheet_row(subject, hole, notes, _SHEET_WIDTH))
    write_image(options.output / f"{name}.png", np.concatenate(evenly_spaced(rows, options.rows)))
    return scores


def _part(
    options: argparse.Namespace, name: str, editor: Editor
) -> tuple[Callable[[Subject], Hole | None], dict[str, Method]]:
    """Return a function that finds a part in a photo, and the methods that paint it again."""
    from face2face.evaluation.erasing import editing, inpainting
    from face2face.evaluation.holes import REGIONS, face_hole, region_hole
    from face2face.evaluation.inpainting import baselines
    from face2face.inference.pretrained import load_retoucher

    others = {each: inpainting(method) for each, method in baselines().items()}
    if name in REGIONS:
        return lambda subject: region_hole(subject, name, editor), {
            "editor": editing(editor),
            **others,
        }
    retoucher = load_retoucher(options.inpaint)
    return lambda subject: face_hole(subject, name), {"retouch": inpainting(retoucher), **others}


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
