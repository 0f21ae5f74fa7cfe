"""``evaluate_rebuild``: models that rebuild faces, on photos that they never saw."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program
from face2face.commands.outputs import Outputs

DESCRIPTION = """Rebuilds the held-out faces of make_semantic_data's studies with each model of mode reconstruct, and paints them with
another one's map with each model of mode manipulate: how like the photos the former are, beside the mean colours alone, and how often
the latter, parsed again, agree better with the new map than with the old one."""
READS, WRITES = ("studies", "reconstruct", "manipulate", "parser"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "--studies", type=Path, required=True, help="the folder that make_semantic_data wrote"
    )
    parser.add_argument(
        "--reconstruct", type=Path, nargs="+", default=[], help="folders of models of that mode"
    )
    parser.add_argument(
        "--manipulate", type=Path, nargs="+", default=[], help="folders of models of that mode"
    )
    parser.add_argument(
        "--parser", type=Path, help="the folder of a parser (default: the one that is shipped)"
    )
    parser.add_argument("--rows", type=positive, default=12, help="faces on each sheet")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("rebuilt"),
        help="the folder in which figures and sheets go",
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """Figures and sheets."""
    return Outputs(
        [options.output / name for name in ("rebuilt.json", "rebuilt.png", "manipulated.png")]
    )


def run(options: argparse.Namespace) -> None:
    """Measures, draws, and prints the tables."""
    import numpy as np
    from tqdm import tqdm

    from face2face.card import ModelCard
    from face2face.data.label_maps import held_out
    from face2face.data.reconstruction_pairs import partner, rebuilt
    from face2face.data.semantic import STUDIES, SemanticSample
    from face2face.errors import DataError, OptionError
    from face2face.evaluation.metrics import distance_from, lpips
    from face2face.evaluation.reconstruction import (
        ReconstructionScore,
        following,
        reconstruction_score,
    )
    from face2face.face.detector import Detector
    from face2face.face.identity import Identity
    from face2face.files import atomic_write, ensure_writable_dir
    from face2face.image import side_by_side
    from face2face.inference.pretrained import load_painter, load_parser
    from face2face.media.stills import write_image
    from face2face.segmentation.labels import colorize

    if not (options.reconstruct or options.manipulate):
        raise OptionError("--reconstruct and --manipulate name the models", "neither", "add one")
    paths = [
        path for path in sorted((options.studies / STUDIES).glob("*.npz")) if held_out(path.stem)
    ]
    if len(paths) < 2:
        raise DataError(
            "--studies holds the studies of several held-out photos",
            f"{len(paths)} in {options.studies}",
            "see make_semantic_data",
        )
    folder = ensure_writable_dir(options.output)
    size = SemanticSample.load(paths[0]).photo.shape[0]
    for model in (*options.reconstruct, *options.manipulate):
        if (wanted := ModelCard.load(model).size) != size:
            raise DataError(
                "models and studies are of one size",
                f"{wanted} in {model}, {size} in {options.studies}",
                "make the studies again",
            )
    detect, identify, parser, perceived = (
        Detector(),
        Identity(),
        load_parser(options.parser),
        lpips(),
    )
    rebuild = {str(each): load_painter(each, "reconstruct") for each in options.reconstruct}
    manipulate = {str(each): load_painter(each, "manipulate") for each in options.manipulate}
    alike: dict[str, list[ReconstructionScore]] = {name: [] for name in ("mean colours", *rebuild)}
    agreed: dict[str, list[tuple[float, float]]] = {name: [] for name in manipulate}
    names = [path.stem for path in paths]
    rebuilt_rows, manipulated_rows, faceless = [], [], 0
    for path in tqdm(paths, "faces", unit="face"):
        study = SemanticSample.load(path)
        other = SemanticSample.load(path.with_stem(partner(path.stem, names, 0)))
        pictures = [study.coloured, *(paint(rebuilt(study)) for paint in rebuild.values())]
        if faces := detect(study.photo):
            distance = distance_from(study.photo, faces[0], identify)
            for name, picture in zip(alike, pictures, strict=True):
                alike[name].append(reconstruction_score(study, picture, distance, perceived))
        else:
            faceless += 1
        followed = {
            name: following(study, other, paint, lambda picture: parser(picture, None))
            for name, paint in manipulate.items()
        }
        for name, each in followed.items():
            agreed[name].append((each.new, each.old))
        rebuilt_rows.append(side_by_side([colorize(study.labels), *pictures, study.photo]))
        shown = [study.photo, colorize(study.labels), colorize(other.labels)]
        manipulated_rows.append(
            side_by_side([*shown, *(each.picture for each in followed.values())])
        )
    if faceless == len(paths):
        raise DataError(
            "studies show faces", f"none that is found in {options.studies}", "make them again"
        )
    lines = [
        "| rebuilt by | SSIM | LPIPS | identity distance | under 0.6 |",
        "|---|---|---|---|---|",
    ]
    figures: dict[str, object] = {"faces": len(paths)}
    for name, rows in alike.items():
        table = np.array([(each.ssim, each.lpips, each.identity) for each in rows])
        same = float((table[:, 2] < 0.6).mean())
        lines.append(
            f"| {name} | {table[:, 0].mean():.3f} | {table[:, 1].mean():.3f} | {table[:, 2].mean():.3f} | {100 * same:.0f} % |"
        )
        measured = dict(zip(("ssim", "lpips", "identity"), table.mean(0).tolist(), strict=True))
        figures[name] = {
            metric: figure for metric, figure in measured.items() if np.isfinite(figure)
        } | {"same": same}
    lines += [
        "",
        "| painted with another's map by | IoU with the new map | with the old one | better with the new one |",
        "|---|---|---|---|",
    ]
    for name, pairs in agreed.items():
        new, old = np.array(pairs).T
        lines.append(
            f"| {name} | {new.mean():.3f} | {old.mean():.3f} | {100 * (new > old).mean():.1f} % |"
        )
        figures[name] = {
            "new": float(new.mean()),
            "old": float(old.mean()),
            "followed": float((new > old).mean()),
        }
    print(
        "\n".join(
            [
                f"{len(paths)} faces held out, of which dlib finds {len(paths) - faceless}, which are compared",
                "",
                *lines,
            ]
        )
    )
    with atomic_write(folder / "rebuilt.json") as aside:
        aside.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for title, sheet in (("rebuilt", rebuilt_rows), ("manipulated", manipulated_rows)):
        write_image(
            folder / f"{title}.png",
            np.concatenate(sheet[:: max(1, len(sheet) // options.rows)][: options.rows]),
        )
    print(f"written: {folder}")


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
