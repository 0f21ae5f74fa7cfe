"""Evaluate models that paint faces from label maps, on photos they were not trained on."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program
from face2face.commands.options import add_held_out_argument, add_landmarks_argument
from face2face.commands.outputs import Outputs
from face2face.errors import DataError, OptionError

if TYPE_CHECKING:
    from face2face.data.semantic import SemanticSample
    from face2face.evaluation.reconstruction import Painter, ReconstructionScore
    from face2face.image import Image

DESCRIPTION = """Paint the held-out faces of make_semantic_data.py. Models of mode reconstruct
paint each face itself: its likeness to the photo is compared with that of the mean colours. Models
of mode manipulate paint it with another face's map: the result is parsed, and compared with the new
and the old map. The photo warped to that map is measured in the same way. Their results with the
face's own map are compared with the photo."""
#: Identity distance up to which dlib calls two faces one person.
_SAME_PERSON = 0.6
#: Name of the picture of mean colours among the models.
_MEAN_COLOURS = "mean colours"
#: Name of the photo that is warped to the new map, among the models.
_WARPED = "warped photo"
READS, WRITES = ("studies", "reconstruct", "manipulate", "parser", "held_out"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--studies", type=Path, required=True, help="folder that make_semantic_data.py wrote"
    )
    parser.add_argument(
        "--reconstruct", type=Path, nargs="+", default=[], help="folders of models of that mode"
    )
    parser.add_argument(
        "--manipulate", type=Path, nargs="+", default=[], help="folders of models of that mode"
    )
    parser.add_argument(
        "--parser", type=Path, help="folder of a parser (default: the pretrained one)"
    )
    add_held_out_argument(parser)
    parser.add_argument("--rows", type=positive, default=12, help="faces on each contact sheet")
    parser.add_argument(
        "--output", type=Path, default=Path("rebuilt"), help="folder for figures and contact sheets"
    )
    add_landmarks_argument(parser)


def outputs(options: argparse.Namespace) -> Outputs:
    """Return figures and contact sheets."""
    names = ("rebuilt.json", "rebuilt.png", "manipulated.png")
    return Outputs([options.output / name for name in names])


@dataclass
class _Scores:
    """Model -> its scores, and rows for the contact sheets.

    Attributes:
        likeness: Of models of mode reconstruct.
        agreement: Mean IoU with the new and the old map, of models of mode manipulate; LPIPS with
            the face's own map, of the photo itself, and of it warped to the new map and back.
        without_face: Number of photos in which no face is found.
        rebuilt: Rows of the first contact sheet.
        manipulated: Rows of the second.
    """

    likeness: dict[str, list[ReconstructionScore]]
    agreement: dict[str, list[tuple[float, float, float, float]]]
    without_face: int = 0
    rebuilt: list[Image] = field(default_factory=list)
    manipulated: list[Image] = field(default_factory=list)


def run(options: argparse.Namespace) -> None:
    """Evaluate, draw the contact sheets, and print the tables."""
    import numpy as np
    from tqdm import tqdm

    from face2face.data.reconstruction_pairs import partner
    from face2face.data.semantic import SemanticSample
    from face2face.files import atomic_write, ensure_writable_dir
    from face2face.inference.pretrained import load_painter
    from face2face.media.stills import write_image
    from face2face.modes.reconstruct import warped_photo

    paths = _sample_paths(options)
    folder = ensure_writable_dir(options.output)
    _check_sizes(options, SemanticSample.load(paths[0]).photo.shape[0])
    rebuild = {str(each): load_painter(each, "reconstruct") for each in options.reconstruct}
    manipulate = {str(each): load_painter(each, "manipulate") for each in options.manipulate}
    if manipulate:
        manipulate = {_WARPED: warped_photo, **manipulate}
    names = [path.stem for path in paths]
    scores = _Scores(
        {name: [] for name in (_MEAN_COLOURS, *rebuild)}, {name: [] for name in manipulate}
    )
    add = _scorer(options, rebuild, manipulate, scores)
    for path in tqdm(paths, "faces", unit="face"):
        other = path.with_stem(partner(path.stem, names, 0))
        add(SemanticSample.load(path), SemanticSample.load(other))
    if scores.without_face == len(paths):
        raise DataError(f"No face is found in {options.studies}.", hint="Make the data again.")
    found = len(paths) - scores.without_face
    lines, figures = _report(scores)
    print(
        "\n".join(
            [f"{len(paths)} held-out faces; the {found} that dlib finds are compared", "", *lines]
        )
    )
    with atomic_write(folder / "rebuilt.json") as aside:
        stored = json.dumps({"faces": len(paths)} | figures, indent=2)
        aside.write_text(stored + "\n", encoding="utf-8")
    for title, rows in (("rebuilt", scores.rebuilt), ("manipulated", scores.manipulated)):
        shown = rows[:: max(1, len(rows) // options.rows)][: options.rows]
        write_image(folder / f"{title}.png", np.concatenate(shown))
    print(f"written: {folder}")


def _sample_paths(options: argparse.Namespace) -> list[Path]:
    """Return the files of the held-out samples."""
    from face2face.data.label_maps import held_out_rule
    from face2face.data.semantic import list_samples

    if not (options.reconstruct or options.manipulate):
        raise OptionError("No model is named.", hint="Add --reconstruct or --manipulate.")
    held_out = held_out_rule(options.held_out)
    paths = [path for path in list_samples(options.studies) if held_out(path.stem)]
    if len(paths) < 2:
        raise DataError(
            f"{options.studies} holds {len(paths)} held-out faces; two are needed.",
            hint="See make_semantic_data.py.",
        )
    return paths


def _check_sizes(options: argparse.Namespace, size: int) -> None:
    """Raise DataError where a model has another size than the samples."""
    from face2face.card import ModelCard

    for model in (*options.reconstruct, *options.manipulate):
        if (own := ModelCard.load(model).size) != size:
            raise DataError(
                f"{model} has {own} pixels; the faces in {options.studies} have {size}.",
                hint="Make the data again.",
            )


def _scorer(
    options: argparse.Namespace,
    rebuild: dict[str, Painter],
    manipulate: dict[str, Painter],
    scores: _Scores,
) -> Callable[[SemanticSample, SemanticSample], None]:
    """Return a function that adds the scores of a sample and another person's sample."""
    import numpy as np

    from face2face.data.reconstruction_pairs import brought_back, rebuilt
    from face2face.evaluation.metrics import distance_from, lpips
    from face2face.evaluation.reconstruction import map_agreement, reconstruction_score
    from face2face.face.back_ends import make_detector
    from face2face.face.identity import Identity
    from face2face.image import side_by_side
    from face2face.inference.pretrained import load_parser
    from face2face.segmentation.labels import colorize

    detect, identify, perceived = make_detector(options.landmarks), Identity(), lpips()
    parser = load_parser(options.parser)

    def add(sample: SemanticSample, other: SemanticSample) -> None:
        pictures = [sample.colour_map, *(paint(rebuilt(sample)) for paint in rebuild.values())]
        if faces := detect(sample.photo):
            distance = distance_from(sample.photo, faces[0], identify)
            for name, picture in zip(scores.likeness, pictures, strict=True):
                score = reconstruction_score(sample, picture, distance, perceived)
                scores.likeness[name].append(score)
        else:
            scores.without_face += 1
        labels, new_labels = colorize(sample.labels), colorize(other.labels)
        row = [sample.photo, labels, new_labels]
        for name, paint in manipulate.items():
            agreement = map_agreement(sample, other, paint, lambda picture: parser(picture, None))
            own, back = (
                perceived(paint(scene), sample.photo) if perceived else np.nan
                for scene in (rebuilt(sample), brought_back(sample, other))
            )
            scores.agreement[name].append((agreement.new, agreement.old, own, back))
            row.append(agreement.picture)
        scores.manipulated.append(side_by_side(row))
        scores.rebuilt.append(side_by_side([labels, *pictures, sample.photo]))

    return add


def _report(scores: _Scores) -> tuple[list[str], dict[str, dict[str, float]]]:
    """Return Markdown tables as lines, and the figures of each model."""
    import numpy as np

    lines = [
        f"| model | SSIM | LPIPS | identity distance | under {_SAME_PERSON} |",
        "|---|---|---|---|---|",
    ]
    figures: dict[str, dict[str, float]] = {}
    for name, likeness in scores.likeness.items():
        table = np.array([(each.ssim, each.lpips, each.identity) for each in likeness])
        means = dict(zip(("ssim", "lpips", "identity"), table.mean(0).tolist(), strict=True))
        same = float((table[:, 2] < _SAME_PERSON).mean())
        lines.append(
            f"| {name} | {means['ssim']:.3f} | {means['lpips']:.3f} | {means['identity']:.3f} "
            f"| {100 * same:.0f} % |"
        )
        known = {metric: figure for metric, figure in means.items() if np.isfinite(figure)}
        figures[name] = known | {"same": same}
    lines += [
        "",
        "| model, another map | IoU with the new map | with the old map | better with the new "
        "| LPIPS, own map | LPIPS, warped and back |",
        "|---|---|---|---|---|---|",
    ]
    for name, pairs in scores.agreement.items():
        new, old, own, back = np.array(pairs).T
        followed = float((new > old).mean())
        lines.append(
            f"| {name} | {new.mean():.3f} | {old.mean():.3f} | {100 * followed:.1f} % "
            f"| {own.mean():.3f} | {back.mean():.3f} |"
        )
        figures[name] = {
            "new": float(new.mean()),
            "old": float(old.mean()),
            "followed": followed,
        }
    return lines, figures


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
