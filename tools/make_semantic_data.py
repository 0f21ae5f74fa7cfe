"""Make training strips for edit, reconstruct and manipulate from photos."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.card import FILE_NAME, PANEL_FILES, SIZES, describes_data
from face2face.commands.console import number, positive, run_program, whole
from face2face.commands.options import (
    add_card_arguments,
    add_held_out_argument,
    add_landmarks_argument,
)
from face2face.commands.outputs import Outputs
from face2face.errors import DataError

if TYPE_CHECKING:
    from face2face.data.batch import Failures

DESCRIPTION = """Study the largest face of each photo: the places and mean colours of seven groups
(skin, eyes, mouth, hair, nose, clothes, accessories), and dlib's descriptor of whose face it is.
Photos are framed as in CelebA-HQ. Photos without a label map are parsed. Photos without a face,
with a small one or with an unsure map are listed and left out. From the studies, make the strips
for train.py --mode edit, reconstruct and manipulate, each in a folder of that name. Another run
continues where the last one stopped."""
READS, WRITES = ("photos", "labels", "parser", "held_out", "donors"), ("output",)
#: Seconds for which ``--show`` shows a photo if no key is pressed: an hour, so that a key decides.
_SHOW_SECONDS = 3600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--photo",
        "--photos",
        dest="photos",
        metavar="DIR",
        type=Path,
        required=True,
        help="folder of photos",
    )
    parser.add_argument(
        "--labels",
        type=Path,
        help="folder of label maps, named as the photos (default: the photos are parsed)",
    )
    parser.add_argument(
        "--parser",
        "--model",
        dest="parser",
        metavar="DIR",
        type=Path,
        help="folder of a parser (default: the pretrained one)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("semantic"),
        help="folder for studies/*.npz, colours/*.png and the strips",
    )
    parser.add_argument(
        "--size", type=int, choices=SIZES, default=256, help="width and height of a study in pixels"
    )
    parser.add_argument(
        "--repeats",
        type=whole,
        default=3,
        help="number of strips per photo: each erases another part for edit, and takes another "
        "person's label map for manipulate; 0 for no strips",
    )
    add_held_out_argument(parser)
    parser.add_argument(
        "--confident-labels",
        action="store_true",
        help="also write photos/ and labels/ for train_parser.py; pixels that are another class in "
        "the mirror image have none there",
    )
    parser.add_argument(
        "--min-side",
        type=positive,
        default=1,
        help="leave out faces whose crop is narrower than this many pixels",
    )
    parser.add_argument(
        "--min-agreement",
        type=number,
        default=0.0,
        help="leave out photos whose map agrees with that of their mirror image in a smaller share "
        "of the pixels, 0 to 1: the parser is unsure of them",
    )
    add_landmarks_argument(parser)
    add_card_arguments(parser, "photos and label maps")
    parser.add_argument(
        "--donors",
        type=Path,
        help="folder of make_donors.py, whose faces lend their parts to the strips of edit "
        "(default: those of the pretrained editor)",
    )
    parser.add_argument(
        "--show",
        action="store_true",
        help="open a window with each photo and its groups in their mean colours; any key goes on",
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the cards of the strips and the donors; existing studies and strips stay."""
    modes = ("edit", "reconstruct", "manipulate") if options.repeats else ()
    donors = [options.output / mode / PANEL_FILES["composed"] for mode in modes[:1]]
    return Outputs(
        [*(options.output / mode / FILE_NAME for mode in modes), *donors],
        lambda path: describes_data(path.parent, path.parent.name),
    )


def run(options: argparse.Namespace) -> int:
    """Make the studies and the strips, and list the photos that were left out.

    Returns:
        1 where a photo or a study can't be used, else 0.
    """
    from face2face.data.batch import Failures
    from face2face.data.label_maps import held_out_rule

    folder: Path = options.output
    held_out = held_out_rule(options.held_out)
    failures = Failures.in_folder(options.photos, [folder])
    studies = _write_studies(options, failures)
    val_count = sum(held_out(each.stem) for each in studies)
    print(f"written: {len(studies)} studies in {folder}")
    print(f"held out: {val_count} of them, by their names")
    if options.confident_labels:
        _write_confident_labels(options, studies)
    if options.repeats:
        _write_strips(options, studies, held_out)
    if options.show:
        _show(studies)
    return failures.report(len(studies))


def _write_studies(options: argparse.Namespace, failures: Failures) -> list[Path]:
    """Write the studies that are missing or damaged, and print the photos that are left out.

    Returns:
        All whole studies, those of earlier runs included, sorted.
    """
    from tqdm import tqdm

    from face2face.data.batch import by_stem
    from face2face.data.semantic import (
        STUDIES,
        SemanticSample,
        SemanticSampleBuilder,
        is_whole,
        keep,
        list_samples,
    )
    from face2face.face.back_ends import make_detector
    from face2face.face.identity import Identity
    from face2face.inference.pretrained import load_parser
    from face2face.media.stills import list_images

    labels = [options.labels] if options.labels else []
    photos = by_stem(list_images(options.photos, [options.output, *labels]))
    if not photos:
        raise DataError(f"{options.photos} holds no photo.", hint="Name another folder.")
    maps = by_stem(list_images(options.labels)) if options.labels else {}
    unlabelled = sum(stem not in maps for stem in photos)
    if options.labels and unlabelled == len(photos):
        raise DataError(
            f"{options.labels} holds no label map named as a photo.",
            hint="Leave --labels out to have the photos parsed.",
        )
    _prepare_folders(options)
    parse = load_parser(options.parser) if unlabelled else None
    detector = make_detector(options.landmarks)
    build = SemanticSampleBuilder(
        detector, Identity(), parse, options.size, options.min_side, options.min_agreement
    )
    whole = {each for each in list_samples(options.output) if is_whole(each)}
    left_out = []
    for stem, path in tqdm(photos.items(), "photos", unit="photo"):
        target = options.output / STUDIES / f"{stem}.npz"
        if target in whole:
            continue
        with failures.noted(path):
            study = build(path, maps.get(stem))
            if study is None:
                left_out.append(path)
            else:
                keep(study, options.output, stem)
                whole.add(target)
    for path in list_samples(options.output):
        if path not in whole:
            with failures.noted(path):
                SemanticSample.load(path)
    for path in left_out:
        print(f"left out: {path}")
    if options.labels and unlabelled:
        print(f"{unlabelled} photos had no label map in {options.labels} and were parsed")
    return sorted(whole)


def _prepare_folders(options: argparse.Namespace) -> None:
    """Make the output folders.

    Raises:
        DataError: They hold studies of another size.
    """
    from face2face.data.semantic import COLOURED, STUDIES, SemanticSample, is_whole, list_samples
    from face2face.files import ensure_writable_dir

    folder = ensure_writable_dir(options.output)
    for name in (STUDIES, COLOURED):
        ensure_writable_dir(folder / name)
    first = next((path for path in list_samples(folder) if is_whole(path)), None)
    if first and (size := SemanticSample.load(first).photo.shape[0]) != options.size:
        raise DataError(
            f"{folder} holds studies of {size} pixels, not {options.size}.",
            hint="Name another --output.",
        )


def _write_confident_labels(options: argparse.Namespace, studies: list[Path]) -> None:
    """Write each study's photo and the pixels of its map of which the parser is sure."""
    from tqdm import tqdm

    from face2face.data.label_maps import write_labels
    from face2face.data.semantic import SemanticSample
    from face2face.files import ensure_writable_dir
    from face2face.inference.pretrained import load_parser
    from face2face.media.stills import write_image
    from face2face.segmentation.confidence import confident_labels

    photos, maps = (ensure_writable_dir(options.output / name) for name in ("photos", "labels"))
    parse = load_parser(options.parser)
    for path in tqdm(studies, "confident maps", unit="photo"):
        name = f"{path.stem}.png"
        if not (maps / name).is_file():
            study = SemanticSample.load(path)
            write_image(photos / name, study.photo)
            write_labels(maps / name, confident_labels(parse, study.photo, study.labels))


def _write_strips(
    options: argparse.Namespace, studies: list[Path], held_out: Callable[[str], bool]
) -> None:
    """Write the strips of each mode that are missing, and the cards."""
    from tqdm import tqdm

    from face2face.card import ModelCard
    from face2face.data.edit_pairs import write_pairs
    from face2face.data.pairs import TRAIN, VAL
    from face2face.data.reconstruction_pairs import NEW, partner, write_manipulation, write_rebuild
    from face2face.data.semantic import SemanticSample
    from face2face.files import ensure_writable_dir
    from face2face.inference.models import pretrained
    from face2face.modes.edit import Edit
    from face2face.modes.reconstruct import PANELS, WARPED, Reconstruct
    from face2face.segmentation.donors import Donors

    donors = Donors.load(options.donors or pretrained("edit")).at_size(options.size)
    edit, reconstruct = Edit(options.size, donors), Reconstruct(options.size)
    manipulate = Reconstruct(options.size, (*PANELS, WARPED), "manipulate")
    cards = [mode.card_fields() for mode in (edit, reconstruct, manipulate)]
    folders = [options.output / card["mode"] for card in cards]
    for part in (TRAIN, VAL):
        paths = [path for path in studies if held_out(path.stem) == (part == VAL)]
        names = [path.stem for path in paths]
        edit_dir, reconstruct_dir, manipulate_dir = (
            ensure_writable_dir(folder / part) for folder in folders
        )
        for path in tqdm(paths, f"strips, {part}", unit="photo"):
            study, name = SemanticSample.load(path), path.stem
            if not donors.contain(study.photo):
                write_pairs(study, edit.condition, edit_dir, name, options.repeats)
            write_rebuild(study, reconstruct.condition, reconstruct_dir / f"{name}.png")
            for repeat in range(options.repeats if len(paths) > 1 else 0):
                other = SemanticSample.load(path.with_stem(partner(name, names, repeat)))
                strip = manipulate_dir / f"{name}.{repeat}.png"
                write_manipulation(study, other, manipulate.condition, strip)
    edit.save(folders[0])
    cards[2]["panels"] += tuple(NEW + name for name in manipulate.panels)
    data = {"photos": len(studies), "repeats": options.repeats}
    for folder, card in zip(folders, cards, strict=True):
        ModelCard(
            **card,
            data=data,
            landmarks=options.landmarks,
            licence=options.licence,
            consent=options.consent,
        ).save(folder)


def _show(studies: list[Path]) -> None:
    """Show each study in a window until a person quits."""
    from face2face.data.semantic import SemanticSample
    from face2face.image import side_by_side
    from face2face.media.window import QUIT, Window

    with Window() as window:
        for path in studies:
            study = SemanticSample.load(path)
            window.write(side_by_side((study.photo, study.colour_map)), 0.0)
            if window.key(_SHOW_SECONDS) == QUIT:
                break


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
