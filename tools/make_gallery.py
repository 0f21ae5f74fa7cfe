"""Make a gallery of what face2face does with photos: one HTML file to judge its pictures by."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program
from face2face.commands.options import add_held_out_argument
from face2face.commands.outputs import Outputs
from face2face.errors import DataError, ModelError, OptionError

if TYPE_CHECKING:
    from face2face.data.semantic import SemanticSample
    from face2face.evaluation.edits import Subject
    from face2face.evaluation.gallery import Exhibit
    from face2face.evaluation.reconstruction import Painter
    from face2face.face.back_ends import FaceDetector
    from face2face.segmentation.parser import Parser

DESCRIPTION = """Edit, retouch and rebuild held-out photos, and show all of them on one HTML page
that needs no other file: before, map, after, and the truth where it is known. With --before, a
checkout of an earlier release makes the same pictures. The results are synthetic, and marked so."""
#: Captions of what this checkout and the earlier one make.
_AFTER, _EARLIER = "after", "earlier release"
READS, WRITES = ("photos", "before", "held_out"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--photos", type=Path, nargs="+", required=True, help="folders of photos")
    add_held_out_argument(parser)
    parser.add_argument(
        "--count", type=positive, default=8, help="photos in each section, each with another change"
    )
    parser.add_argument(
        "--before", metavar="DIR", type=Path, help="checkout of an earlier release to compare with"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("gallery.html"), help="file for the page"
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the page."""
    return Outputs([options.output])


def run(options: argparse.Namespace) -> int:
    """Make the pictures, and write the page."""
    from tqdm import tqdm

    from face2face.data.batch import Failures
    from face2face.data.label_maps import held_out_photos
    from face2face.evaluation.edits import read_subjects
    from face2face.evaluation.gallery import page
    from face2face.evaluation.releases import check_checkout
    from face2face.face.back_ends import make_detector
    from face2face.files import atomic_write
    from face2face.inference.pretrained import load_parser

    if options.output.suffix.lower() not in (".html", ".htm"):
        raise OptionError(f"{options.output} is no HTML file.", hint="Add --output gallery.html.")
    roots = {_AFTER: Path(__file__).resolve().parents[1]}
    if options.before:
        check_checkout(options.before)
        roots[_EARLIER] = options.before.resolve()
    paths, failures = held_out_photos(options.photos, options.held_out), Failures()
    parser, detect = load_parser(), make_detector()
    bar = tqdm(paths.values(), "photos", unit="photo")
    subjects = read_subjects(bar, parser, detect, failures)
    if not subjects:
        raise DataError(
            f"None of the {len(paths)} held-out photos shows a face.", hint="Name other folders."
        )
    chosen = [paths[each.name] for each in subjects]
    exhibits = [
        *_changed(subjects, options.count, roots),
        *_rebuilt(_samples(chosen, options.count, parser, detect), roots),
    ]
    with atomic_write(options.output) as aside:
        aside.write_text(page("Photos by face2face", exhibits), encoding="utf-8")
    print(f"written: {options.output}, {len(exhibits)} photos")
    return failures.report(len(subjects))


def _changed(subjects: list[Subject], count: int, roots: dict[str, Path]) -> Iterator[Exhibit]:
    """Yield photos that commands change.

    Args:
        subjects: The photos.
        count: Number of photos for each kind of command.
        roots: Caption -> folder of the checkout that makes these pictures.
    """
    from face2face.evaluation.gallery import Exhibit
    from face2face.evaluation.gallery_jobs import MAKERS, results

    with TemporaryDirectory() as name:
        folder = Path(name)
        jobs = [job for make in MAKERS for job in make(subjects, count, folder)]
        made = {}
        for caption, root in roots.items():
            print(f"{caption}: {len(jobs)} commands of {root}")
            made[caption] = results(jobs, root, folder / caption)
    for number, job in enumerate(jobs):
        pictures = {**job.pictures, **{caption: made[caption][number] for caption in roots}}
        if job.truth is not None:
            pictures["truth"] = job.truth
        yield Exhibit(job.mode, job.title, pictures, frozenset(roots))


def _samples(
    paths: list[Path], count: int, parser: Parser, detect: FaceDetector
) -> dict[str, SemanticSample]:
    """Return name -> sample of some of the photos."""
    from face2face.data.semantic import SemanticSampleBuilder
    from face2face.face.identity import Identity
    from face2face.sample import evenly_spaced

    build = SemanticSampleBuilder(detect, Identity(), parser)
    samples = {path.stem: build(path, None) for path in evenly_spaced(paths, count)}
    return {name: sample for name, sample in samples.items() if sample is not None}


def _rebuilt(samples: dict[str, SemanticSample], roots: dict[str, Path]) -> Iterator[Exhibit]:
    """Yield faces that the models of the checkouts paint from label maps."""
    from face2face.data.reconstruction_pairs import rebuilt, with_map_of
    from face2face.evaluation.gallery import Exhibit
    from face2face.segmentation.labels import colorize

    synthetic = frozenset(roots)
    if painters := _painters("reconstruct", roots):
        for name, sample in samples.items():
            made = {caption: paint(rebuilt(sample)) for caption, paint in painters.items()}
            shown = {"map": colorize(sample.labels), **made, "truth": sample.photo}
            yield Exhibit("Rebuilt from the map", name, shown, synthetic)
    if painters := _painters("manipulate", roots):
        names = list(samples)
        for name, other in zip(names, [*names[1:], *names[:1]], strict=True):
            scene = with_map_of(samples[name], samples[other])
            made = {caption: paint(scene) for caption, paint in painters.items()}
            shown = {"before": samples[name].photo, "map": colorize(samples[other].labels), **made}
            yield Exhibit("With another person's map", f"{name}, map of {other}", shown, synthetic)


def _painters(mode: str, roots: dict[str, Path]) -> dict[str, Painter]:
    """Return caption -> model of a mode, of those checkouts that have one."""
    from face2face.inference.pretrained import load_painter

    painters = {}
    for caption, root in roots.items():
        try:
            painters[caption] = load_painter(root / "models" / mode, mode)
        except ModelError as error:
            print(f"{caption}: {error}")
    return painters


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
