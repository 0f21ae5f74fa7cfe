"""``evaluate_edit``: an edit model on photos that it never saw."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program
from face2face.commands.outputs import Outputs

DESCRIPTION = """Makes scripted edits of the photos that are held out by their names, each of another one: is every pixel beyond the
edit as it was, does the parser find what was painted, is it still the same person; and draws a sheet of them all."""
READS, WRITES = ("photos", "model", "parser"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--photos", type=Path, required=True, help="a folder of photos")
    parser.add_argument(
        "--all",
        action="store_true",
        help="use every photo of it, not only those that train_parser holds out",
    )
    parser.add_argument("--count", type=positive, default=50, help="edits")
    parser.add_argument(
        "--model", type=Path, help="the folder of an edit model (default: the one that is shipped)"
    )
    parser.add_argument(
        "--parser", type=Path, help="the folder of a parser (default: the one that is shipped)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("edited"),
        help="the folder in which figures and the sheet go",
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """Figures and sheet."""
    return Outputs([options.output / "edits.json", options.output / "edits.png"])


def run(options: argparse.Namespace) -> None:
    """Measures, draws, and prints the table."""
    import numpy as np
    from tqdm import tqdm

    from face2face.data.label_maps import held_out
    from face2face.edit.editor import Editor
    from face2face.errors import DataError
    from face2face.evaluation.edits import Subject, edited, scripted, sheet
    from face2face.face.detector import Detector
    from face2face.face.identity import Identity
    from face2face.files import atomic_write, ensure_writable_dir
    from face2face.inference.pretrained import load_edit, load_parser
    from face2face.media.stills import list_images, read_image, write_image

    folder = ensure_writable_dir(options.output)
    detect, identify = Detector(), Identity()
    editor = Editor(load_parser(options.parser), *load_edit(options.model))
    subjects = []
    for path in tqdm(
        [each for each in list_images(options.photos) if options.all or held_out(each.stem)],
        "photos",
        unit="photo",
    ):
        photo = read_image(path)
        if faces := detect(photo):
            subjects.append(Subject(path.stem, photo, faces[0], editor.parser(photo, faces[0])))
    script = tqdm(scripted(subjects, options.count), "edits", options.count, unit="edit")
    done = [edited(subject, words, change, editor, identify) for subject, words, change in script]
    if not done:
        raise DataError(
            "--photos holds photos with faces that can be edited",
            f"none in {options.photos}",
            "add --all, or name another folder",
        )
    lines = [
        "| edit | photos | found in | of the least | identity distance | the farthest |",
        "|---|---|---|---|---|---|",
    ]
    for words in dict.fromkeys(each.words for each in done):
        found, away = (
            np.array([getattr(each, name) for each in done if each.words == words])
            for name in ("found", "identity")
        )
        lines.append(
            f"| {words} | {len(found)} | {100 * found.mean():.0f} % | {100 * found.min():.0f} % | {away.mean():.2f} | {away.max():.2f} |"
        )
    found, away = (
        np.array([getattr(each, name) for each in done]) for name in ("found", "identity")
    )
    areas = np.array([each.area for each in done], float)
    whole = float((found * areas).sum() / areas.sum())
    untouched = sum(each.untouched for each in done)
    print(
        "\n".join(
            [f"{len(done)} edits; every pixel beyond is as it was in {untouched}", "", *lines, ""]
        )
    )
    print(
        f"what was painted is found in {100 * whole:.1f} % of all that was painted, in at least 80 % of it in {(found >= 0.8).sum()} edits"
    )
    print(f"identity: under 0.6 in {(away < 0.6).sum()} of {len(done)}")
    figures = [
        {name: getattr(each, name) for name in ("name", "words", "untouched", "found", "identity")}
        for each in done
    ]
    with atomic_write(folder / "edits.json") as aside:
        aside.write_text(
            json.dumps({"found": whole, "edits": figures}, indent=2) + "\n", encoding="utf-8"
        )
    write_image(folder / "edits.png", sheet(done))
    print(f"written: {folder}")


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
