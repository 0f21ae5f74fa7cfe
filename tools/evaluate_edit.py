"""Evaluate an edit model on photos that it was not trained on."""

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
    from face2face.evaluation.edits import EditScore

DESCRIPTION = """Make scripted edits of held-out photos, each of another one. Measure whether all
pixels outside the edit are unchanged, whether the parser finds the edit, and the identity distance;
draw a contact sheet of all edits."""
#: Identity distance up to which dlib calls two faces one person.
_SAME_PERSON = 0.6
#: Share of an edit's pixels from which it counts as found.
_FOUND = 0.8
READS, WRITES = ("photos", "model", "parser"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--photos", type=Path, required=True, help="folder of photos")
    parser.add_argument(
        "--all",
        action="store_true",
        help="use all photos; without it only those that train_parser.py holds out",
    )
    parser.add_argument("--count", type=positive, default=50, help="number of edits")
    parser.add_argument(
        "--model", type=Path, help="folder of an edit model (default: the pretrained one)"
    )
    parser.add_argument(
        "--parser", type=Path, help="folder of a parser (default: the pretrained one)"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("edited"), help="folder for figures and contact sheet"
    )
    add_landmarks_argument(parser)


def outputs(options: argparse.Namespace) -> Outputs:
    """Return figures and contact sheet."""
    return Outputs([options.output / "edits.json", options.output / "edits.png"])


def run(options: argparse.Namespace) -> int:
    """Evaluate, draw the contact sheet, and print the table."""
    from tqdm import tqdm

    from face2face.data.batch import Failures
    from face2face.data.label_maps import held_out
    from face2face.edit.editor import Editor
    from face2face.evaluation.edits import edit_score, read_subjects, scripted_edits, sheet
    from face2face.face.back_ends import make_detector
    from face2face.face.identity import Identity
    from face2face.files import atomic_write, ensure_writable_dir
    from face2face.inference.pretrained import load_edit, load_parser
    from face2face.media.stills import list_images, write_image

    folder = ensure_writable_dir(options.output)
    detect, identify = make_detector(options.landmarks), Identity()
    editor = Editor(load_parser(options.parser), *load_edit(options.model))
    failures = Failures()
    paths = [each for each in list_images(options.photos) if options.all or held_out(each.stem)]
    subjects = read_subjects(tqdm(paths, "photos", unit="photo"), editor.parser, detect, failures)
    script = scripted_edits(subjects, options.count)
    scores = [
        edit_score(subject, words, change, editor, identify)
        for subject, words, change in tqdm(script, "edits", options.count, unit="edit")
    ]
    if not scores:
        raise DataError(
            f"There is no photo in {options.photos} with a face that can be edited.",
            hint="Add --all, or name another folder.",
        )
    share = _found_share(scores)
    print("\n".join(_report(scores, share)))
    names = ("name", "words", "untouched", "found", "identity")
    figures = [{name: getattr(each, name) for name in names} for each in scores]
    with atomic_write(folder / "edits.json") as aside:
        aside.write_text(
            json.dumps({"found": share, "edits": figures}, indent=2) + "\n", encoding="utf-8"
        )
    write_image(folder / "edits.png", sheet(scores))
    print(f"written: {folder}")
    return failures.report(len(subjects))


def _found_share(scores: list[EditScore]) -> float:
    """Return the share of all painted pixels whose class is found."""
    found = sum(each.found * each.area for each in scores)
    return float(found / sum(each.area for each in scores))


def _report(scores: list[EditScore], share: float) -> list[str]:
    """Return a Markdown table, one row per edit in words, and the figures over all edits."""
    import numpy as np

    lines = [
        f"{len(scores)} edits; all pixels outside are unchanged in "
        f"{sum(each.untouched for each in scores)}",
        "",
        "| edit | photos | found, mean | found, minimum | identity distance | maximum |",
        "|---|---|---|---|---|---|",
    ]
    for words in dict.fromkeys(each.words for each in scores):
        some = [each for each in scores if each.words == words]
        found = np.array([each.found for each in some])
        away = np.array([each.identity for each in some])
        lines.append(
            f"| {words} | {len(some)} | {100 * found.mean():.0f} % | {100 * found.min():.0f} % "
            f"| {away.mean():.2f} | {away.max():.2f} |"
        )
    return [
        *lines,
        "",
        f"found: {100 * share:.1f} % of all painted pixels; at least {100 * _FOUND:.0f} % in "
        f"{sum(each.found >= _FOUND for each in scores)} edits",
        f"identity distance under {_SAME_PERSON} in "
        f"{sum(each.identity < _SAME_PERSON for each in scores)} of {len(scores)}",
    ]


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
